"""GitLab: whom a protection may name, as one who lets in or approves, and whom it offers."""

from dataclasses import dataclass

import pytest

from tests.conformance.gitlab import newcomer, protect, rule
from tests.conformance.house import Caller, Data, House, Refused, grant


@dataclass(frozen=True, slots=True)
class Shop:
    """A project in a team, its maintainer Mia and its owner Olga."""

    olga: Caller
    mia: Caller
    organization: str
    apps: str
    project: str


@pytest.fixture
async def shop(house: House) -> Shop:
    """A project with `production`, nothing protected."""
    olga = await house.person("Olga")
    organization = await olga.organization()
    apps = await olga.team(organization, "apps")
    project = await olga.project(apps, "shop")
    await olga.environment(project, "production")
    mia = await newcomer(house, olga, "Mia", organization, MAINTAINER=project)
    return Shop(olga, mia, organization, apps, project)


async def _problems(caller: Caller, scope_id: str, **restriction: list[Data]) -> list[tuple[str, list[str | int]]]:
    """What is wrong with each entry of a protection: code and path; none where it is saved, and then lifted again."""
    entries = {"grants": [grant(level="ADMIN")], **restriction}
    try:
        made = await protect(caller, scope_id, "production", *entries.pop("grants"), **entries)
    except Refused as refused:
        return [(each["code"], each["path"]) for each in refused.errors[0]["extensions"]["problems"]]
    await caller.do("deleteEnvironmentRestriction", restrictionId=made)
    return []


def _refused(code: str, field: str, last: str, index: int = 0) -> list[tuple[str, list[str | int]]]:
    grantee = "grantee" if field == "grants" else "approver"
    return [(code, ["input", "restriction", field, index, grantee, last])]


@pytest.mark.requirement("GL-6")
async def test_only_a_team_of_ones_own_is_let_in(house: House, shop: Shop) -> None:
    team = await shop.olga.team(shop.organization, "releasers")
    await shop.olga.add(team, shop.project, "VIEWER")
    await shop.olga.add(shop.mia, shop.apps, "VIEWER")
    assert await _problems(shop.mia, shop.project, grants=[grant(team=team)]) == _refused("INVALID", "grants", "teamId")
    above = await newcomer(house, shop.olga, "Above", shop.organization, MAINTAINER=shop.organization)
    assert await above.sees(team)
    entries = [grant(team=team)]
    assert await _problems(above, shop.project, grants=entries) == _refused("INELIGIBLE_SUBJECT", "grants", "teamId")

    await shop.olga.add(shop.mia, team, "VIEWER")
    assert await _problems(shop.mia, shop.project, grants=entries) == []
    assert await _problems(shop.olga, shop.project, grants=entries) == []


@pytest.mark.requirement("GL-16", "GL-17", "GL-21")
async def test_only_an_invited_team_is_let_in_or_approves(house: House, shop: Shop) -> None:
    team = await shop.olga.team(shop.organization, "releasers")
    await newcomer(house, shop.olga, "Tess", shop.organization, MEMBER=team)
    both: dict[str, list[Data]] = {"grants": [grant(team=team)], "approvalRules": [rule(team=team)]}
    assert await _problems(shop.olga, shop.project, **both) == [
        *_refused("INELIGIBLE_SUBJECT", "grants", "teamId"),
        *_refused("INELIGIBLE_SUBJECT", "approvalRules", "teamId"),
    ]
    await shop.olga.add(team, shop.project, "VIEWER")
    assert await _problems(shop.olga, shop.project, **both) == []


@pytest.mark.requirement("GL-18", "GL-22")
async def test_a_person_by_name_is_at_least_a_developer(house: House, shop: Shop) -> None:
    dan = await newcomer(house, shop.olga, "Dan", shop.organization, MEMBER=shop.project)
    vera = await newcomer(house, shop.olga, "Vera", shop.organization, VIEWER=shop.project)
    both: dict[str, list[Data]] = {"grants": [grant(dan), grant(vera)], "approvalRules": [rule(vera), rule(dan)]}
    assert await _problems(shop.mia, shop.project, **both) == [
        *_refused("INELIGIBLE_SUBJECT", "grants", "userId", 1),
        *_refused("INELIGIBLE_SUBJECT", "approvalRules", "userId"),
    ]
    listed = "query($id: ID!) { project(id: $id) { restrictions { totalCount } } }"
    assert (await shop.mia.ask(listed, id=shop.project))["project"]["restrictions"] == {"totalCount": 0}
    assert await _problems(shop.mia, shop.project, grants=[grant(dan)], approvalRules=[rule(dan)]) == []


@pytest.mark.requirement("GL-72")
async def test_a_team_lets_in_itself_teams_below_and_those_invited(house: House, shop: Shop) -> None:
    below = await shop.olga.team(shop.apps, "below")
    aside = await shop.olga.team(shop.organization, "aside")
    for team in (shop.apps, below):
        assert await _problems(shop.olga, shop.apps, grants=[grant(team=team)]) == []
    entries = [grant(team=aside)]
    assert await _problems(shop.olga, shop.apps, grants=entries) == _refused("INELIGIBLE_SUBJECT", "grants", "teamId")
    await shop.olga.add(aside, shop.apps, "MEMBER")
    assert await _problems(shop.olga, shop.apps, grants=entries) == []
