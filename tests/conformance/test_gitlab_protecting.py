"""GitLab: who protects an environment, changes that and lifts it, and what becomes of those it let in."""

from dataclasses import dataclass

import pytest

from tests.conformance.gitlab import deploys, newcomer, protect
from tests.conformance.house import Caller, Data, House, grant

LISTED = """query($id: ID!) { project(id: $id) { restrictions { totalCount nodes {
    id environmentName enabled viewerCanManage grants { id level subject { ... on User { name } ... on Team { slug } } }
} } } }"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A project that Mia maintains and Dan and Dora develop; Olga owns it all."""

    olga: Caller
    mia: Caller
    dan: Caller
    dora: Caller
    organization: str
    project: str
    production: str


@pytest.fixture
async def shop(house: House) -> Shop:
    """A project with `production` and `staging`, nothing protected."""
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    production = await olga.environment(project, "production")
    await olga.environment(project, "staging")
    mia = await newcomer(house, olga, "Mia", organization, MAINTAINER=project)
    dan, dora = [await newcomer(house, olga, name, organization, MEMBER=project) for name in ("Dan", "Dora")]
    return Shop(olga, mia, dan, dora, organization, project, production)


async def _listed(caller: Caller, project_id: str) -> list[Data]:
    found = (await caller.ask(LISTED, id=project_id))["project"]["restrictions"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Data] = found["nodes"]
    return nodes


@pytest.mark.requirement("GL-5", "GL-10", "GL-24", "GL-26")
async def test_who_protects_and_where_it_is_listed(shop: Shop) -> None:
    wanted = {"scopeId": shop.project, "restriction": {"adminBypass": False, "grants": [grant(shop.dan)]}}
    assert await shop.dan.refused("restrictEnvironments", target={"name": "staging"}, **wanted) == "FORBIDDEN"
    assert await _listed(shop.mia, shop.project) == []
    for name in ("staging", "production"):
        await shop.mia.do("restrictEnvironments", target={"name": name}, **wanted)
    assert await shop.mia.refused("restrictEnvironments", target={"name": "staging"}, **wanted) == "CONFLICT"

    listed = await _listed(shop.mia, shop.project)
    assert [each["environmentName"] for each in listed] == ["production", "staging"]
    assert [each["viewerCanManage"] for each in listed] == [True, True]
    assert [[row["subject"] for row in each["grants"]] for each in listed] == [[{"name": "Dan"}]] * 2
    for each in await _listed(shop.dan, shop.project):
        assert (each["viewerCanManage"], each["grants"]) == (False, None)
        change = {"restrictionId": each["id"], "addGrants": [grant(level="MEMBER")]}
        assert await shop.dan.refused("updateEnvironmentRestriction", **change) == "FORBIDDEN"
        assert await shop.dan.refused("deleteEnvironmentRestriction", restrictionId=each["id"]) == "FORBIDDEN"


@pytest.mark.requirement("GL-44", "GL-5")
async def test_a_change_holds_from_the_next_deployment_on(shop: Shop) -> None:
    protection = await protect(shop.mia, shop.project, "production", grant(shop.dan))
    assert (
        await deploys(shop.dan, shop.project, "production"),
        await deploys(shop.dora, shop.project, "production"),
    ) == (
        True,
        False,
    )
    (row,) = (await _listed(shop.mia, shop.project))[0]["grants"]
    change = {"restrictionId": protection, "addGrants": [grant(shop.dora)], "removeGrantIds": [row["id"]]}
    await shop.mia.do("updateEnvironmentRestriction", **change)
    assert not await deploys(shop.dan, shop.project, "production")
    assert await deploys(shop.dora, shop.project, "production")


@pytest.mark.requirement("GL-45", "GL-46", "GL-5")
async def test_lifting_forgets_and_switching_off_does_not(house: House, shop: Shop) -> None:
    team = await shop.olga.team(shop.organization, "releasers")
    await shop.olga.add(team, shop.project, "VIEWER")
    entries = grant(shop.dan), grant(team=team), grant(level="MAINTAINER")
    protection = await protect(shop.olga, shop.project, "production", *entries)

    await shop.mia.do("setEnvironmentRestrictionEnabled", restrictionId=protection, enabled=False)
    assert await deploys(shop.dora, shop.project, "production")
    await shop.mia.do("setEnvironmentRestrictionEnabled", restrictionId=protection, enabled=True)
    assert not await deploys(shop.dora, shop.project, "production")
    assert len((await _listed(shop.mia, shop.project))[0]["grants"]) == 3

    await shop.mia.do("deleteEnvironmentRestriction", restrictionId=protection)
    assert await _listed(shop.mia, shop.project) == []
    assert await deploys(shop.dora, shop.project, "production")

    again = await protect(shop.mia, shop.project, "production", grant(shop.dora))
    (row,) = (await _listed(shop.mia, shop.project))[0]["grants"]
    assert again != protection
    assert row["subject"] == {"name": "Dora"}
    assert await deploys(shop.dora, shop.project, "production")
    assert not await deploys(shop.dan, shop.project, "production")
    assert not await deploys(shop.mia, shop.project, "production")


@pytest.mark.requirement("GL-25")
async def test_somebody_is_always_let_in(shop: Shop) -> None:
    wanted = {"scopeId": shop.project, "target": {"name": "production"}}
    assert await shop.mia.refused("restrictEnvironments", **wanted, restriction={"adminBypass": False}) == "INVALID"
    assert await _listed(shop.mia, shop.project) == []
    protection = await protect(shop.mia, shop.project, "production", grant(shop.dan))
    (row,) = (await _listed(shop.mia, shop.project))[0]["grants"]
    change = {"restrictionId": protection, "removeGrantIds": [row["id"]]}
    assert await shop.mia.refused("updateEnvironmentRestriction", **change) == "INVALID"
    assert (await _listed(shop.mia, shop.project))[0]["grants"] == [row]


@pytest.mark.requirement("GL-11")
async def test_the_environment_is_chosen_from_the_list_or_not_there_yet(shop: Shop) -> None:
    choices = "query($id: ID!) { project(id: $id) { environments(restricted: false) { nodes { name } } } }"

    async def unprotected() -> list[str]:
        found = (await shop.mia.ask(choices, id=shop.project))["project"]["environments"]["nodes"]
        return [each["name"] for each in found]

    assert await unprotected() == ["production", "staging"]
    await protect(shop.mia, shop.project, {"environmentId": shop.production}, grant(shop.dan))
    assert await unprotected() == ["staging"]
    await protect(shop.mia, shop.project, "canary", grant(shop.dan))
    assert not await deploys(shop.dora, shop.project, "canary")
    assert await deploys(shop.dan, shop.project, "canary")
    assert await unprotected() == ["staging"]


@pytest.mark.requirement("GL-4")
async def test_an_instance_administrator_uses_every_environment(house: House, shop: Shop) -> None:
    root = await house.person("Root", administrator=True)
    await protect(shop.mia, shop.project, "production", grant(shop.dan))
    assert not await deploys(shop.olga, shop.project, "production")
    assert await deploys(root, shop.project, "production")
    gates = [
        (each["gate"], each["passed"]) for each in (await root.decision("ENVIRONMENT_STOP", shop.production))["reasons"]
    ]
    assert ("INSTANCE_ADMIN", True) in gates
