"""Teams, projects and environments are created and deleted, and whoever makes one sees it (rule.md, 1, 5, 7, 10)."""

import pytest
from sqlalchemy import select

from app.db import tables
from app.db.tables import table_of
from tests.services.guild import Guild
from tests.services.yard import DEEPEST, deep

ENVIRONMENT = "environment { id name tier tierSource }"


async def living_entries(yard: Guild) -> list[str]:
    """The environments on anybody's access list."""
    table = table_of(tables.EnvironmentAccessEntry)
    query = select(table.c.environment_id).where(table.c.until.is_(None))
    return await yard.client.instance.database.read(lambda connection: list(connection.execute(query).scalars()))


async def test_teams_nest_twenty_deep(yard: Guild) -> None:
    asked = {"name": "One more", "slug": "more"}
    assert await yard.refused("ada", "createTeam", parentId=yard.id(deep(DEEPEST)), **asked) == "INVALID"
    assert await yard.do("ada", "createTeam", parentId=yard.id(deep(DEEPEST - 1)), **asked)
    assert await yard.do("ada", "createProject", parentId=yard.id(deep(DEEPEST)), kind="APP", **asked)


@pytest.mark.parametrize(("person", "isolated", "held"), [("max", True, "MAINTAINER"), ("max", False, None)])
async def test_who_makes_what_they_would_not_see_is_a_member_of_it(
    yard: Guild, person: str, isolated: bool, held: str | None
) -> None:
    shown = "team { members { nodes { subject { ... on User { name } } roles { key } } } }"
    made = {"parentId": yard.id("core"), "name": "New", "slug": "new", "isolated": isolated}
    members = (await yard.do(person, "createTeam", shown, **made))["team"]["members"]["nodes"]
    found = [(each["subject"]["name"], each["roles"][0]["key"]) for each in members]
    assert found == ([] if held is None else [(person, held)])


async def test_an_admin_needs_no_membership_of_what_they_make(yard: Guild) -> None:
    shown = "team { members { totalCount } }"
    made = {"parentId": yard.id("core"), "name": "New", "slug": "new", "isolated": True}
    assert (await yard.do("ada", "createTeam", shown, **made))["team"] == {"members": {"totalCount": 0}}


@pytest.mark.requirement("QV-12")
async def test_who_has_a_list_sees_the_project_they_make_and_what_they_make_in_it(yard: Guild) -> None:
    empty = {"membershipId": yard.membership("lim"), "mode": "LIMITED", "environmentIds": []}
    await yard.do("ada", "setEnvironmentAccess", **empty)
    made = {"parentId": yard.id("acme"), "name": "Mine", "slug": "mine", "kind": "APP"}
    project = (await yard.do("lim", "createProject", "project { id }", **made))["project"]
    created = await yard.do("lim", "createEnvironment", ENVIRONMENT, projectId=project["id"], name="dev")
    assert created["environment"]["name"] == "dev"
    await yard.do("mia", "createEnvironment", projectId=yard.id("lab"), name="theirs")
    assert await living_entries(yard) == [created["environment"]["id"]]


async def test_what_is_not_empty_is_not_deleted(yard: Guild) -> None:
    for mutation, input in (
        ("deleteTeam", {"teamId": yard.id("core")}),
        ("deleteTeam", {"teamId": yard.id("ops")}),
        ("deleteProject", {"projectId": yard.id("lab")}),
    ):
        assert await yard.refused("ada", mutation, **input) == "CONFLICT"
    assert await yard.do("ada", "deleteProject", projectId=yard.id("core/empty"))


async def test_only_a_stopped_environment_is_deleted_and_by_whom_is_asked_first(yard: Guild) -> None:
    dev = {"environmentId": yard.id("lab/dev")}
    assert await yard.refused("mia", "deleteEnvironment", **dev) == "INVALID_STATE"
    assert await yard.refused("vic", "deleteEnvironment", **dev) == "FORBIDDEN"
    assert await yard.refused("gus", "deleteEnvironment", **dev) == "NOT_FOUND"
    await yard.do("mia", "stopEnvironment", **dev)
    assert await yard.refused("vic", "deleteEnvironment", **dev) == "FORBIDDEN"
    assert await yard.do("mia", "deleteEnvironment", **dev)


async def test_an_environment_that_is_deleted_leaves_every_list(yard: Guild) -> None:
    dev = {"environmentId": yard.id("lab/dev")}
    assert dev["environmentId"] in await living_entries(yard)
    await yard.do("mia", "stopEnvironment", **dev)
    await yard.do("mia", "deleteEnvironment", **dev)
    assert await living_entries(yard) == [yard.id("core/web/dev")]
