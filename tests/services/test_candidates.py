"""Whom one is offered: exactly those whom the mutations accept (BAS-29; rule.md, section 5)."""

from typing import Any

import pytest

from app.policy.kinds import Kind
from app.policy.vocabulary import Inheritance
from tests.fixtures.client import unknown
from tests.services.guild import Guild, roles

MEMBERS = """memberCandidates(first: 100, search: $search, after: $after) {
    totalCount nodes { membership { id } subject { __typename ... on User { id name } ... on Team { id name } } }
}"""
GRANTEES = """grantCandidates(first: 100, search: $search, after: $after) {
    totalCount nodes { heldLevel subject { __typename ... on User { id name } ... on Team { id name } } }
}"""
NODES = ("acme", "core", "core/sub", "vault", "core/web", "secret")
EVERYBODY = ("ada", "max", "mia", "vic", "gus", "amy", "moe", "kim", "tam", "pat", "bob", "lim", "off", "exa", "root")
OTHERS = ("zoe", "robot", "drone")
TEAMS = ("core", "core/sub", "ops", "vault", "globex/staff")


async def _offered(
    guild: Guild, by: str, node: str, field: str, search: str | None = None
) -> list[dict[str, Any]] | None:
    document = f"""query($id: ID!, $search: String, $after: String) {{ node(id: $id) {{
        ... on Organization {{ {field} }} ... on Team {{ {field} }} ... on Project {{ {field} }}
    }} }}"""
    found = (await guild.ask(by, document, id=guild.id(node), search=search))["node"]
    if found is None or next(iter(found.values())) is None:
        return None
    page = next(iter(found.values()))
    assert page["totalCount"] == len(page["nodes"])
    nodes: list[dict[str, Any]] = page["nodes"]
    return nodes


def _names(candidates: list[dict[str, Any]] | None) -> list[str] | None:
    return None if candidates is None else [candidate["subject"]["name"] for candidate in candidates]


@pytest.mark.parametrize("by", ["ada", "amy", "moe", "tam", "pat", "kim", "root", "vic", "ada-members"])
async def test_members_are_offered_exactly_where_adding_them_is_accepted(guild: Guild, by: str) -> None:
    """But for the membership that somebody has there already, which the candidate shows, and for the roles."""
    for node in NODES:
        offered = await _offered(guild, by, node, MEMBERS)
        ids = set() if offered is None else {candidate["subject"]["id"] for candidate in offered}
        accepted = set()
        for name in (*EVERYBODY, *OTHERS, *TEAMS):
            id = guild.id(name)
            member = {"teamId" if id.startswith("tea_") else "userId": id}
            wanted = {"resourceId": guild.id(node), "member": member, "roleIds": roles("Foreign")}
            refusal = await guild.client.refused(by, ADD, input=wanted)
            paths = [problem["path"] for problem in refusal["extensions"].get("problems", [])]
            assert (paths != []) is (offered is not None)
            if paths == [["input", "roleIds", 0]]:
                accepted.add(id)
        assert ids == accepted


ADD = "mutation($input: AddMembershipInput!) { addMembership(input: $input) { revision } }"


@pytest.mark.requirement("BAS-29", "GL-6")
@pytest.mark.parametrize("by", ["ada", "max", "moe", "tam", "pat", "root", "vic"])
async def test_grantees_are_offered_exactly_where_naming_them_is_accepted(guild: Guild, by: str) -> None:
    for node in NODES:
        offered = await _offered(guild, by, node, GRANTEES)
        ids = set() if offered is None else {candidate["subject"]["id"] for candidate in offered}
        accepted = set()
        for name in (*EVERYBODY, *OTHERS, *TEAMS):
            id = guild.id(name)
            grantee = {"teamId" if id.startswith("tea_") else "userId": id}
            wrong = {"grantee": {"userId": unknown(Kind.USER)}, "inheritance": Inheritance.DIRECT.name}
            grants = [{"grantee": grantee}, wrong]
            wanted = {"scopeId": guild.id(node), "target": {"name": "x"}, "restriction": {"grants": grants}}
            refusal = await guild.client.refused(by, RESTRICT, input=wanted)
            paths = [problem["path"][3] for problem in refusal["extensions"].get("problems", [])]
            assert (paths != []) is (offered is not None)
            if paths == [1]:
                accepted.add(id)
        assert ids == accepted


RESTRICT = "mutation($input: RestrictEnvironmentsInput!) { restrictEnvironments(input: $input) { revision } }"


async def test_who_may_not_add_is_offered_nobody(guild: Guild) -> None:
    for by, node in (("vic", "acme"), ("max", "core"), ("mia", "core/web"), ("pat", "core"), ("amy", "core/web")):
        assert await _offered(guild, by, node, MEMBERS) is None
    for by, node in (("mia", "core/web"), ("max", "core"), ("amy", "acme"), ("pat", "core")):
        assert await _offered(guild, by, node, GRANTEES) is None


async def test_a_candidate_shows_the_membership_they_have_there_if_one_may_see_it(guild: Guild) -> None:
    offered = await _offered(guild, "tam", "core", MEMBERS)
    assert offered is not None
    standing = {each["subject"]["name"]: each["membership"] for each in offered}
    assert standing["bob"] == {"id": guild.membership("bob", "core")}
    assert standing["vic"] is None
    own = await _offered(guild, "kim", "acme", MEMBERS)
    assert own is not None
    assert [(each["subject"]["name"], each["membership"]) for each in own] == [("kim", {"id": guild.membership("kim")})]
    # Who is a VIEWER of one team sees its people, but not their memberships of the organization.
    seeing = {"resourceId": guild.id("core"), "member": {"userId": guild.id("kim")}, "roleIds": roles("VIEWER")}
    await guild.do("ada", "addMembership", **seeing)
    own = await _offered(guild, "kim", "acme", MEMBERS)
    assert own is not None
    shown = {each["subject"]["name"]: each["membership"] for each in own}
    assert "bob" in shown
    assert {name: found for name, found in shown.items() if found is not None} == {
        "kim": {"id": guild.membership("kim")}
    }


async def test_candidates_are_found_by_name_e_mail_and_path_in_order(guild: Guild) -> None:
    assert _names(await _offered(guild, "ada", "core", MEMBERS, "MO")) == ["moe"]
    assert _names(await _offered(guild, "ada", "core", MEMBERS, "Mia@Draft")) == ["mia"]
    assert _names(await _offered(guild, "ada", "core/web", MEMBERS, "core/S")) == ["sub"]
    assert _names(await _offered(guild, "ada", "core/web", MEMBERS, "nobody at all")) == []
    found = _names(await _offered(guild, "ada", "core/web", MEMBERS)) or []
    assert found == sorted(found)
    assert {"core", "ops", "sub", "vault"} < set(found)
    assert not {"off", "exa", "zoe", "root"} & set(found)


@pytest.mark.requirement("BAS-29")
async def test_a_grant_candidate_shows_the_level_held_on_the_scope(guild: Guild) -> None:
    offered = await _offered(guild, "ada", "core", GRANTEES)
    assert offered is not None
    held = {each["subject"]["name"]: each["heldLevel"] for each in offered}
    assert held == {
        "ada": "ADMIN",
        "bob": "MEMBER",
        "core": None,
        "max": "MAINTAINER",
        "mia": "MEMBER",
        "moe": "MEMBER",
        "sub": None,
        "tam": "ADMIN",
    }


async def test_candidates_come_in_pages(guild: Guild) -> None:
    page = """query($id: ID!, $after: String) { project(id: $id) { memberCandidates(first: 3, after: $after) {
        totalCount pageInfo { endCursor hasNextPage } nodes { subject { ... on User { name } ... on Team { name } } }
    } } }"""
    found: list[str] = []
    after, more = None, True
    while more:
        answer = (await guild.ask("ada", page, id=guild.id("core/web"), after=after))["project"]["memberCandidates"]
        found += [node["subject"]["name"] for node in answer["nodes"]]
        after, more = answer["pageInfo"]["endCursor"], answer["pageInfo"]["hasNextPage"]
        assert len(found) == answer["totalCount"] or more
    assert found == _names(await _offered(guild, "ada", "core/web", MEMBERS))
