"""Arize: the five people of the page's table, and what space roles mean on open and restricted projects."""

from dataclasses import dataclass

import pytest

from tests.conformance.house import Caller, House, role_ids

DATA = "PROJECT_DATA_VIEW", "PROJECT_DATA_WRITE", "PROJECT_ACCESS_MANAGE"


@dataclass(frozen=True, slots=True)
class Space:
    """A space of an account with one open and one restricted project, and the five people of the table."""

    olga: Caller
    organization: str
    team: str
    open: str
    secret: str
    people: dict[str, Caller]


@pytest.fixture
async def space(house: House) -> Space:
    """Olga runs the account; Alice, Bob and Carol are members of the space, Dave its admin, Eve reads."""
    olga, alice, bob, carol, dave, eve = await house.people("Olga", "Alice", "Bob", "Carol", "Dave", "Eve")
    organization = await olga.organization()
    team = await olga.team(organization, "space", isolated=True)
    for person, role in ((alice, "MEMBER"), (bob, "MEMBER"), (carol, "MEMBER"), (dave, "ADMIN"), (eve, "VIEWER")):
        await olga.add(person, organization, "GUEST")
        await olga.add(person, team, role)
    open_project = await olga.project(team, "open", kind="GENERATIVE")
    secret = await olga.project(team, "secret", kind="GENERATIVE")
    await olga.add(eve, open_project, "MEMBER")
    bindings = [{"subject": {"userId": carol.id}, "roleIds": role_ids("VIEWER")}]
    await dave.do("restrictProject", projectId=secret, bindings=bindings)
    people = {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "eve": eve}
    return Space(olga, organization, team, open_project, secret, people)


TABLE = {
    # who, project: sees, writes, manages access
    ("alice", "open"): (True, True, False),
    ("bob", "secret"): (False, False, False),
    ("carol", "secret"): (True, False, False),
    ("dave", "secret"): (True, True, True),
    ("eve", "open"): (True, True, False),
}


@pytest.mark.requirement("AZ-1", "AZ-40", "AZ-41", "AZ-46", "AZ-47", "AZ-48", "AZ-49", "AZ-50")
async def test_the_five_people(space: Space) -> None:
    projects = {"open": space.open, "secret": space.secret}
    found = {}
    for name, project in TABLE:
        person, id = space.people[name], projects[project]
        found[name, project] = tuple([await person.may(permission, id) for permission in DATA])
        assert await person.sees(id) is TABLE[name, project][0]
    assert found == TABLE


@pytest.mark.requirement("AZ-3", "AZ-4", "AZ-43", "AZ-44", "AZ-45", "AZ-21", "AZ-2")
async def test_a_restricted_project_is_for_those_named_and_admins_above(space: Space) -> None:
    seeing = {name: await person.sees(space.secret) for name, person in space.people.items()}
    assert seeing == {"alice": False, "bob": False, "carol": True, "dave": True, "eve": False}
    assert await space.olga.may("PROJECT_DELETE", space.secret)
    assert not await space.people["carol"].may("PROJECT_DATA_WRITE", space.secret)
    decision = await space.people["dave"].decision("PROJECT_DATA_WRITE", space.secret)
    assert any(reason["gate"] == "PROJECT_RESTRICTION" and reason["passed"] for reason in decision["reasons"])
    assert all([await person.sees(space.open) for person in space.people.values()])


@pytest.mark.requirement("AZ-4", "AZ-53", "AZ-58")
async def test_what_is_lost_is_in_no_list_and_no_count(space: Space) -> None:
    lists = """query($team: ID!, $id: ID!) {
        team(id: $team) { projects { totalCount nodes { slug } } }
        organizations { nodes { projects(search: "secret") { totalCount } } }
        project(id: $id) { id }
        check(input: {permission: PROJECT_DATA_VIEW, resourceId: $id}) { allowed code }
    }"""
    bob = await space.people["bob"].ask(lists, team=space.team, id=space.secret)
    assert bob == {
        "team": {"projects": {"totalCount": 1, "nodes": [{"slug": "open"}]}},
        "organizations": {"nodes": [{"projects": {"totalCount": 0}}]},
        "project": None,
        "check": {"allowed": False, "code": "NOT_FOUND"},
    }
    carol = await space.people["carol"].ask(lists, team=space.team, id=space.secret)
    assert carol["team"]["projects"]["totalCount"] == 2
    assert carol["check"] == {"allowed": True, "code": None}


@pytest.mark.requirement("AZ-42")
async def test_on_an_open_project_a_role_on_it_adds_and_never_takes(space: Space) -> None:
    assert await space.people["eve"].may("PROJECT_DATA_WRITE", space.open)
    await space.olga.add(space.people["dave"], space.open, "VIEWER")
    assert await space.people["dave"].may("PROJECT_DELETE", space.open)


@pytest.mark.requirement("AZ-56", "AZ-25")
async def test_keys_act_as_their_users(house: House, space: Space) -> None:
    for name, allowed in (("bob", False), ("dave", True)):
        person = space.people[name]
        made = await person.do("createApiKey", "secret apiKey { id }", name="script")
        script = house.caller(name, person.id, made["secret"])
        assert await script.may("PROJECT_DATA_VIEW", space.secret) is allowed
    assert (await house.client.post("/graphql", json={"query": "{ organizations { totalCount } }"})).json()["errors"]


@pytest.mark.requirement("AZ-57", "AZ-59")
async def test_ai_providers_are_for_the_organizations_admins(space: Space) -> None:
    new = {"organizationId": space.organization, "name": "Models", "kind": "openai"}
    assert await space.people["dave"].refused("createAiProvider", **new) == "FORBIDDEN"
    assert await space.people["carol"].refused("createAiProvider", **new) == "FORBIDDEN"
    made = await space.olga.do("createAiProvider", "aiProvider { id name }", **new)
    assert made["aiProvider"]["name"] == "Models"
    providers = "query($id: ID!) { organization(id: $id) { aiProviders { name } } }"
    assert (await space.olga.ask(providers, id=space.organization))["organization"] == {
        "aiProviders": [{"name": "Models"}]
    }
    assert (await space.people["dave"].ask(providers, id=space.organization))["organization"] == {"aiProviders": None}
