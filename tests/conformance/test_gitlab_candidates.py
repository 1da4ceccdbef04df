"""GitLab: the list from which those who are let in are chosen holds exactly those who can be."""

import pytest

from tests.conformance.gitlab import newcomer, protect
from tests.conformance.house import Caller, House, grant

CANDIDATES = """query($id: ID!, $search: String) { node(id: $id) {
    ... on Team { grantCandidates(search: $search) { ...Found } }
    ... on Project { grantCandidates(search: $search) { ...Found } } } }
fragment Found on GrantCandidateConnection { totalCount nodes { heldLevel
    subject { ... on User { id } ... on Team { id } } } }"""


async def _candidates(caller: Caller, scope_id: str, search: str | None = None) -> dict[str, str | None] | None:
    """Whom a protection of this scope may name, by id: the level people hold there. None for who may not ask."""
    found = (await caller.ask(CANDIDATES, id=scope_id, search=search))["node"]["grantCandidates"]
    if found is None:
        return None
    assert found["totalCount"] == len(found["nodes"])
    return {each["subject"]["id"]: each["heldLevel"] for each in found["nodes"]}


@pytest.mark.requirement("GL-6", "GL-16", "GL-17", "GL-18", "GL-21", "GL-22", "GL-42")
async def test_a_project_offers_developers_and_invited_teams_of_ones_own(house: House) -> None:
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    mia = await newcomer(house, olga, "Mia", organization, MAINTAINER=project)
    dan = await newcomer(house, olga, "Dan", organization, MEMBER=project)
    vera = await newcomer(house, olga, "Vera", organization, VIEWER=project)
    teams = {slug: await olga.team(organization, slug) for slug in ("mine", "others", "apart")}
    for slug in ("mine", "others"):
        await olga.add(teams[slug], project, "VIEWER")
    for slug in ("mine", "apart"):
        await olga.add(mia, teams[slug], "VIEWER")

    offered = await _candidates(mia, project)
    assert offered == {olga.id: "ADMIN", mia.id: "MAINTAINER", dan.id: "MEMBER", teams["mine"]: None}
    assert await _candidates(mia, project, "da") == {dan.id: "MEMBER"}
    assert await _candidates(mia, project, vera.email) == {}
    assert await _candidates(dan, project) is None
    assert set(await _candidates(olga, project) or ()) == {*offered, teams["others"]}
    await protect(mia, project, "production", *[grant(team=teams["mine"]), grant(dan)])


@pytest.mark.requirement("GL-72", "GL-71")
async def test_a_team_offers_its_subteams(house: House) -> None:
    olga = await house.person("Olga")
    organization = await olga.organization()
    company = await olga.team(organization, "company")
    operators = await olga.team(company, "operators")
    inner = await olga.team(operators, "inner")
    aside = await olga.team(organization, "aside")
    dev = await newcomer(house, olga, "Dev", organization, MEMBER=company)
    offered = set(await _candidates(olga, company) or ())
    assert {company, operators, inner, dev.id} <= offered
    assert aside not in offered
    assert await _candidates(dev, company) is None
