"""A refused mutation changes nothing, and is on record for the auditors (rule.md, section 10)."""

from typing import Any

import pytest

from app.policy.vocabulary import ErrorCode
from app.services.denials import DAY, Denials, Denied
from tests.conformance.house import Caller, House, open_house
from tests.fixtures.stored import transactions

DENIALS = """query($id: ID!) { organization(id: $id) {
    revision
    denials { totalCount nodes { action code targetId actor { name } } }
} }"""


async def _denials(caller: Caller, organization: str) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.ask(DENIALS, id=organization))["organization"]
    return found


@pytest.fixture
async def house(database_url: str) -> Any:
    async with open_house(database_url) as opened:
        yield opened


async def test_a_refusal_is_on_record_and_changes_nothing(house: House) -> None:
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    await ada.add(max_, organization, "MEMBER")
    before = (await _denials(ada, organization))["revision"]
    assert await max_.refused("createTeam", parentId=organization, name="T", slug="t") == "FORBIDDEN"
    found = await _denials(ada, organization)
    assert found["revision"] == before
    assert found["denials"] == {
        "totalCount": 1,
        "nodes": [{"action": "createTeam", "code": "FORBIDDEN", "targetId": organization, "actor": {"name": "Max"}}],
    }
    assert (await _denials(max_, organization))["denials"] is None


async def test_what_is_hidden_is_on_record_and_what_never_was_is_not(house: House) -> None:
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    await ada.add(max_, organization, "MEMBER")
    hidden = await ada.team(organization, "secret", isolated=True)
    never = "tea_" + "0" * 24
    assert await max_.refused("deleteTeam", teamId=hidden) == "NOT_FOUND"
    assert await max_.refused("deleteTeam", teamId=never) == "NOT_FOUND"
    nodes = (await _denials(ada, organization))["denials"]["nodes"]
    assert [(node["targetId"], node["code"]) for node in nodes] == [(hidden, "NOT_FOUND")]


@pytest.mark.parametrize("per_day", [10_000, 0])
async def test_what_is_written_is_as_much_for_a_hidden_id_as_for_an_unknown_one(house: House, per_day: int) -> None:
    house.instance.denials._per_day = per_day
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    await ada.add(max_, organization, "MEMBER")
    hidden = await ada.team(organization, "secret", isolated=True)
    await max_.sees(organization)  # so that the use of the key is on record
    for _ in range(3):
        done = []
        for id in (hidden, "tea_" + "0" * 24):
            with transactions(house.instance.database) as found:
                assert await max_.refused("deleteTeam", teamId=id) == "NOT_FOUND"
            done.append(found)
        of_hidden, of_unknown = done
        assert [transaction.wrote for transaction in of_unknown] == [True]
        assert of_hidden == of_unknown
    assert not [statement for transaction in of_hidden for statement in transaction.statements if "count" in statement]
    assert (await _denials(ada, organization))["denials"]["totalCount"] == min(per_day, 3)


async def test_each_organization_reads_its_own(house: House) -> None:
    ada, zoe, max_ = await house.people("Ada", "Zoe", "Max")
    organizations = {ada: await ada.organization(), zoe: await zoe.organization("globex")}
    for admin, id in organizations.items():
        await admin.add(max_, id, "MEMBER")
        assert await max_.refused("createTeam", parentId=id, name="T", slug="t") == "FORBIDDEN"
    for admin, id in organizations.items():
        found = (await _denials(admin, id))["denials"]
        assert (found["totalCount"], [node["targetId"] for node in found["nodes"]]) == (1, [id])


async def test_an_organization_keeps_so_many_a_day(house: House) -> None:
    house.instance.denials._per_day = 3
    ada, *others = await house.people("Ada", "Max", "Mia", "Sam", "Tom")
    organization = await ada.organization()
    for other in others:
        await ada.add(other, organization, "MEMBER")
        assert await other.refused("createTeam", parentId=organization, name="T", slug="t") == "FORBIDDEN"
    assert (await _denials(ada, organization))["denials"]["totalCount"] == 3
    house.pass_time(DAY)
    assert await others[0].refused("createTeam", parentId=organization, name="T", slug="t") == "FORBIDDEN"
    assert (await _denials(ada, organization))["denials"]["totalCount"] == 4


@pytest.mark.parametrize(("per_day", "kept"), [(40, 4), (19, 1), (5, 1), (0, 0)])
async def test_a_flood_leaves_room_for_what_others_are_refused(house: House, per_day: int, kept: int) -> None:
    house.instance.denials._per_day = per_day
    ada, max_, mia = await house.people("Ada", "Max", "Mia")
    organizations = [await ada.organization(), await ada.organization("globex")]
    for organization in organizations:
        await ada.add(max_, organization, "MEMBER")
        for _ in range(5):
            assert await max_.refused("createTeam", parentId=organization, name="T", slug="t") == "FORBIDDEN"
        assert await mia.refused("deleteTeam", teamId=organization) == "NOT_FOUND"
        nodes = (await _denials(ada, organization))["denials"]["nodes"]
        assert [node["actor"] and node["actor"]["name"] for node in nodes] == [None] * min(kept, 1) + ["Max"] * kept


async def test_waiting_refusals_count_as_well(house: House) -> None:
    house.instance.denials._per_day = 20
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    reader = await house.instance.reader(max_.key)
    for _ in range(5):
        denied = Denied(reader.subject, "createTeam", organization, ErrorCode.FORBIDDEN, house.now())
        house.instance.denials.note(denied)
    await house.instance.denials.write()
    assert (await _denials(ada, organization))["denials"]["totalCount"] == 2


async def test_what_was_kept_before_a_restart_counts_as_well(house: House) -> None:
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    await ada.add(max_, organization, "MEMBER")
    for kept in (2, 3, 3, 3):
        house.instance.denials = Denials(house.instance.database, 30)
        for _ in range(2):
            assert await max_.refused("createTeam", parentId=organization, name="T", slug="t") == "FORBIDDEN"
        assert (await _denials(ada, organization))["denials"]["totalCount"] == kept


async def test_days_gone_by_are_forgotten(house: House) -> None:
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    await ada.add(max_, organization, "MEMBER")
    for _ in range(3):
        assert await max_.refused("createTeam", parentId=organization, name="T", slug="t") == "FORBIDDEN"
        house.pass_time(DAY)
    assert len(house.instance.denials._counts) == 2
