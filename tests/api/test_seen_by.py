"""Who sees what is not a node, by id, in lists, in counts and where it is referred to (rule.md, section 4a)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.db import tables
from app.policy.implicit import implicit_grant_id
from app.policy.kinds import Kind
from app.policy.vocabulary import Permission
from tests.api.office import HOUR, furnish, grant_id, office, restriction_id, rule_id, tell
from tests.fixtures.client import LEVELS, NOW, Client, Draft, open_client, unknown
from tests.fixtures.world_builder import Named
from tests.fixtures.world_people import made_id

Data = dict[str, Any]

BELONG = {*LEVELS, "moe", "amy", "otto", "lim", "val", "tom", "sue", "robot", "lee", "pam", "pia", "rex"}
EVERYBODY = {*BELONG, "root", "zoe", "out", "ci"}
"""`ci` is a key of robot's that is narrowed to `core/web`."""

WHOLE = {"vic", "mia", "max", "moe", "ada", "lim", "robot"}
"""Who holds a level of VIEWER or higher on acme."""
CORE = WHOLE | {"tom", "val", "pam"}
"""Who holds one on the team: val and pam by their own team, which is invited there."""
WEB = CORE | {"pia"}


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    """The office, and people who see a part of it by a role without members, a project alone, an isolated team."""
    draft: Draft = office()
    sees = [Permission.TEAM_VIEW, Permission.PROJECT_VIEW, Permission.ENVIRONMENT_VIEW]
    draft.acme.role("Looker", sees)
    draft.acme.role("Restricter", [*sees, Permission.ENVIRONMENT_RESTRICT])
    for name, role in {"lee": "Looker", "rex": "Restricter", "pam": "GUEST", "pia": "GUEST"}.items():
        draft.person(name, role)
    draft.person("out")
    draft.acme.member("pam", "vault", "VIEWER")
    draft.acme.member("pia", "core/web", "VIEWER")
    draft.acme.restrict("core/web", name="s*", grants=[Named(user="sue"), Named(team="vault"), Named(user="mia")])
    async with open_client(draft, database_url) as opened:
        yield opened


def _membership(client: Client, subject: str, path: str = "acme") -> str:
    return client.membership(subject, path)


async def objects(client: Client) -> dict[str, tuple[str, set[str]]]:
    """By what it is: the id of one thing, and everybody who sees it."""
    made = await furnish(client)
    await tell(client)
    audit = await client.ask("ada", '{ organization(slug: "acme") { audit(first: 1) { nodes { id } } } }')
    explains_org = WHOLE | {"amy", "otto", "root"}
    environments = (WEB - {"lim"}) | {"lee", "rex", "ci", "root"}
    return {
        "a membership of the organization": (_membership(client, "vic"), explains_org),
        "another one": (_membership(client, "gus"), explains_org | {"gus"}),
        "one of a team": (_membership(client, "tom", "core"), CORE | {"root"}),
        "one that a team holds": (_membership(client, "vault", "core"), CORE | {"root"}),
        "one of an isolated team": (_membership(client, "pam", "vault"), {"pam", "val", "ada", "root"}),
        "one of a project": (_membership(client, "pia", "core/web"), WEB | {"root"}),
        "one of a restricted project": (_membership(client, "sue", "secret"), {"sue", "ada", "root"}),
        "a role": (made_id("rol", "draft", "acme", "Placer"), BELONG | {"root"}),
        "a built-in role": ("rol_000000000000000000000020", BELONG | {"root", "zoe"}),
        "a restriction of the organization": (restriction_id("production"), BELONG | {"root", "ci"}),
        "one of a team's": (restriction_id("STAGING", "core"), WEB | {"lee", "rex", "ci", "root"}),
        "a disabled one of a project's": (
            restriction_id("core/web/dev", "core/web"),
            WEB | {"lee", "rex", "ci", "root"},
        ),
        "one that hides": (restriction_id("PRODUCTION", "vault"), {"val", "ada", "root"}),
        "a grant": (grant_id("production", 0), {"ada", "root", "rex"}),
        "a grant of a team's": (grant_id("STAGING", 0, "core"), {"ada", "root", "rex"}),
        "a grant of a project's": (grant_id("s*", 0, "core/web"), {"ada", "root", "rex", "max", "moe", "tom"}),
        "an ADMIN's row": (
            implicit_grant_id(restriction_id("s*", "core/web"), client.id("ada")),
            {"ada", "root", "max", "moe", "tom"},
        ),
        "an approval rule": (rule_id("production", 0), BELONG | {"root", "ci"}),
        "a deployment": (made["served"], environments),
        "one in a listed environment": (made["waiting"], environments | {"lim"}),
        "one that is placed nowhere": (made["unplaced"], environments | {"lim"}),
        "a service account's key": (made_id("key", "draft", "ci"), {"robot", "ci", "ada", "root"}),
        "a person's key": (made_id("key", "draft", "vic"), {"vic"}),
        "an AI provider": (made["provider"], {"ada", "root"}),
        "an audit record": (audit["organization"]["audit"]["nodes"][0]["id"], {"ada", "otto", "root"}),
    }


async def test_each_thing_is_seen_by_whom_the_table_says(client: Client) -> None:
    expected = await objects(client)
    ids = [id for id, _ in expected.values()]
    seen: dict[str, set[str]] = {name: set() for name in expected}
    for person in EVERYBODY:
        data = await client.ask(person, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
        for name, id, node in zip(expected, ids, data["nodes"], strict=True):
            assert node in (None, {"id": id})
            if node is not None:
                seen[name].add(person)
    assert seen == {name: people for name, (_, people) in expected.items()}


PEOPLE = {
    **{name: set[str]() for name in ("gus", "lee", "rex", "out")},
    **dict.fromkeys(("mia", "max", "moe", "ada", "lim", "robot", "amy", "otto"), BELONG),
    "vic": BELONG | {"zoe"},
    "zoe": {"vic"},
    "tom": WEB,
    "pia": WEB,
    "val": WEB,
    "pam": WEB,
    "sue": {"ada"},
    "root": EVERYBODY - {"ci"},
}
"""By who asks: whom they see beside themselves."""


async def seen_people(client: Client, person: str) -> set[str]:
    everybody = sorted(EVERYBODY - {"ci"})
    ids = [client.id(name) for name in everybody]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on User { name email isServiceAccount } } }"
    nodes = (await client.ask(person, document, ids=ids))["nodes"]
    for name, node in zip(everybody, nodes, strict=True):
        email = None if name == "robot" else f"{name}@draft.example"
        assert node in (None, {"name": name, "email": email, "isServiceAccount": name == "robot"})
    return {name for name, node in zip(everybody, nodes, strict=True) if node is not None}


async def test_people_see_people(client: Client) -> None:
    """Themselves, and who holds a level, or a membership of their own, where they hold MEMBERS_VIEW."""
    assert PEOPLE.keys() == EVERYBODY - {"ci"}
    for person, others in PEOPLE.items():
        assert await seen_people(client, person) == others | {person}, person
    assert await seen_people(client, "ci") == {"robot"}, "a key that is narrowed to other permissions"


async def test_who_held_a_level_by_their_team_is_seen_until_that_ends(client: Client) -> None:
    for at, seen in ((NOW + HOUR - 1, WEB), (NOW + HOUR, WEB - {"val", "pam"})):
        client.set_clock(at)
        assert await seen_people(client, "tom") == seen
    assert await seen_people(client, "pam") == {"pam", "val", "ada"}


async def test_the_deactivated_hold_no_level_and_keep_their_memberships(client: Client) -> None:
    for name in ("mia", "pia"):
        await client.set(tables.User, client.id(name), is_active=False)
    assert await seen_people(client, "tom") == WEB - {"mia"}, "pia has a membership where tom sees members"
    assert await seen_people(client, "max") == BELONG
    assert await seen_people(client, "vic") == BELONG | {"zoe"}


# In lists, counts and references.


async def test_lists_and_counts_hold_what_is_seen_by_id(client: Client) -> None:
    document = """{ organizations(first: 2) { nodes {
      restrictions(first: 9) { totalCount nodes { id } }
      members(first: 30) { totalCount nodes { id subject { ... on User { id } ... on Team { id } } } }
      teams(first: 5) { nodes { id members(first: 9) { totalCount nodes { id } } } }
      projects(first: 9) { nodes {
        id members(first: 9) { totalCount nodes { id } } deployments(first: 9) { totalCount nodes { id } }
        restrictions(first: 9) { totalCount nodes { id } }
      } }
      environments(first: 9) { nodes { id deployments(first: 9) { totalCount nodes { id } } restrictions { id } } }
    } } }"""
    things = dict((await objects(client)).values())
    for person in EVERYBODY - {"out"}:
        data = await client.ask(person, document)
        found = set(ids_of(data["organizations"]["nodes"]))
        for id, people in things.items():
            if id[:3] in ("res", "mem", "dep") and person not in ("root", "zoe", "ci"):
                assert (id in found) <= (person in people), (person, id)
                if id[:3] != "mem":
                    assert (id in found) is (person in people), (person, id)


def ids_of(value: object) -> list[str]:
    """Every id in an answer; every count is of what it stands beside."""
    if isinstance(value, list):
        return [id for each in value for id in ids_of(each)]
    if not isinstance(value, dict):
        return []
    if "totalCount" in value:
        assert value["totalCount"] == len(value["nodes"])
    own = [value["id"]] if "id" in value else []
    return own + [id for each in value.values() for id in ids_of(each)]


async def test_what_is_hidden_is_null_where_it_is_referred_to(client: Client) -> None:
    made = await furnish(client)
    document = """query($web: ID!, $staging: ID!, $served: ID!, $membership: ID!) {
      project(id: $web) { name team { id } organization { slug } }
      restriction: node(id: $staging) { ... on EnvironmentRestriction { scope { __typename } tier } }
      deployment(id: $served) { ref createdBy { name } project { name } environment { name } }
      membership: node(id: $membership) { ... on Membership { subject { __typename } resource { __typename } } }
    }"""
    asked = {
        "web": client.id("core/web"),
        "staging": restriction_id("STAGING", "core"),
        "served": made["served"],
        "membership": _membership(client, "vault", "core"),
    }
    pia = await client.ask("pia", document, **asked)
    assert pia == {
        "project": {"name": "web", "team": None, "organization": {"slug": "acme"}},
        "restriction": {"scope": None, "tier": "STAGING"},
        "deployment": {
            "ref": "v1",
            "createdBy": {"name": "mia"},
            "project": {"name": "web"},
            "environment": {"name": "dev"},
        },
        "membership": None,
    }
    lee = await client.ask("lee", document, **asked)
    assert (lee["deployment"]["createdBy"], lee["restriction"]["scope"]) == (None, {"__typename": "Team"})
    ada = await client.ask("ada", document, **asked)
    assert (ada["membership"]["subject"], ada["project"]["team"]) == ({"__typename": "Team"}, {"id": client.id("core")})
    tom = await client.ask("tom", document, **asked)
    assert tom["membership"] == {"subject": None, "resource": {"__typename": "Team"}}
    ci = await client.ask("ci", document, **asked)
    assert ci["project"] == {"name": "web", "team": None, "organization": None}


async def test_a_membership_is_found_by_its_user_where_it_is_found_by_its_id(client: Client) -> None:
    document = """query($user: ID!, $membership: ID!) {
      organization(slug: "acme") { membership(userId: $user) { id } }
      node(id: $membership) { id }
    }"""
    found = set()
    for person in BELONG - {"ci"}:
        for user in ("ada", "gus", "vic"):
            asked = {"user": client.id(user), "membership": _membership(client, user)}
            data = await client.ask(person, document, **asked)
            assert data["organization"]["membership"] == data["node"], (person, user)
            found.add(data["node"] is None)
    assert found == {True, False}


async def test_somebody_s_memberships_are_listed_as_far_as_each_is_seen(client: Client) -> None:
    """val is an ADMIN of the isolated vault besides, which vic doesn't see."""
    document = """query($user: ID!, $acme: ID!) {
      node(id: $user) { ... on User { memberships(organizationId: $acme) { totalCount nodes { id } } } }
    }"""
    organization, vault = _membership(client, "val"), _membership(client, "val", "vault")
    for person, expected in {"vic": {organization}, "ada": {organization, vault}, "val": {organization, vault}}.items():
        asked = {"user": client.id("val"), "acme": client.organization_id}
        found = (await client.ask(person, document, **asked))["node"]["memberships"]
        assert {node["id"] for node in found["nodes"]} == expected
        assert found["totalCount"] == len(expected)


async def test_an_environment_shows_a_restriction_that_hides_to_who_passes_it_alone(client: Client) -> None:
    """Switched off it hides no environment, and is still no business of those whom it kept out."""
    hiding = restriction_id("PRODUCTION", "vault")
    await client.set(tables.Restriction, hiding, enabled=False)
    document = "query($id: ID!) { environment(id: $id) { restrictions { id } } }"
    for person, seen in {"pam": False, "val": True, "ada": True}.items():
        data = await client.ask(person, document, id=client.id("vault/keys/production"))
        assert ({"id": hiding} in data["environment"]["restrictions"]) is seen, person


async def test_a_hidden_environment_is_found_by_no_name(client: Client) -> None:
    document = """query($name: String!) { project(path: "acme/core/web") { environment(name: $name) { name } } }"""
    for person, seen in {"lim": {"production"}, "vic": {"production", "staging"}}.items():
        for name in ("production", "staging", "never"):
            found = (await client.ask(person, document, name=name))["project"]["environment"]
            assert found == ({"name": name} if name in seen else None), person


async def test_service_accounts_are_listed_without_people(client: Client) -> None:
    for person in ("ada", "root"):
        data = await client.ask(person, '{ organization(slug: "acme") { serviceAccounts { nodes { name } } } }')
        assert data["organization"]["serviceAccounts"]["nodes"] == [{"name": "robot"}]


async def test_who_manages_service_accounts_is_shown_those_they_see(database_url: str) -> None:
    """By id and in the list alike: to manage them is not to see members (section 4a)."""
    draft = Draft()
    for name, more in {"kim": (), "liv": (Permission.MEMBERS_VIEW,)}.items():
        draft.acme.role(name, [Permission.SERVICE_ACCOUNTS_MANAGE, *more])
        draft.person(name, name)
    draft.people.add("robot", service_account_of=draft.acme.organization.id)
    draft.acme.member("robot", "acme", "GUEST")
    document = """query($id: ID!) { node(id: $id) { id }
      organization(slug: "acme") { serviceAccounts { totalCount nodes { id } } } }"""
    async with open_client(draft, database_url) as client:
        robot = {"id": client.id("robot")}
        for person, seen in {"kim": [], "liv": [robot]}.items():
            data = await client.ask(person, document, id=robot["id"])
            assert data["node"] == (robot if seen else None), person
            assert data["organization"]["serviceAccounts"] == {"totalCount": len(seen), "nodes": seen}, person


async def test_grants_name_hidden_subjects_to_nobody(client: Client) -> None:
    """Who manages a restriction sees its rows, so that each can be taken away, and whom they name as far as seen."""
    document = """query($id: ID!) { node(id: $id) { ... on EnvironmentRestriction {
      grants { source viewerCanRemove subject { ... on User { name } ... on Team { path } } } } } }"""
    id = restriction_id("s*", "core/web")

    async def rows(person: str) -> list[tuple[str, bool, Any]]:
        grants = (await client.ask(person, document, id=id))["node"]["grants"]
        return [(row["source"], row["viewerCanRemove"], row["subject"]) for row in grants]

    sue, vault, mia, ada = {"name": "sue"}, {"path": "acme/vault"}, {"name": "mia"}, {"name": "ada"}
    explicit, implicit = ("EXPLICIT", True), ("IMPLICIT_ADMIN", False)
    assert await rows("ada") == [(*explicit, sue), (*explicit, vault), (*explicit, mia), (*implicit, ada)]
    assert await rows("tom") == [(*explicit, None), (*explicit, None), (*explicit, mia), (*implicit, ada)]
    assert await rows("rex") == [(*explicit, None)] * 3


async def test_the_row_of_an_admin_who_is_hidden_is_like_one_that_never_was(client: Client) -> None:
    restriction = restriction_id("s*", "core/web")
    document = "query($id: ID!) { node(id: $id) { id } }"
    rows = [implicit_grant_id(restriction, id) for id in (client.id("ada"), client.id("vic"), unknown(Kind.USER))]
    rows.append(implicit_grant_id(unknown(Kind.RESTRICTION), client.id("ada")))
    assert [(await client.ask("rex", document, id=id))["node"] for id in rows] == [None] * 4
    assert [(await client.ask("tom", document, id=id))["node"] for id in rows] == [{"id": rows[0]}, None, None, None]


async def test_the_audit_tells_who_and_what_as_far_as_seen_and_their_ids_always(client: Client) -> None:
    await tell(client)
    document = """{ organization(slug: "acme") { audit(action: "updateProject") { nodes {
      targetId targetName actor { name } apiKey { name } target { id } before after reason } } } }"""
    for person, key, target in (("ada", {"name": "ci"}, {"id": client.id("lab")}), ("otto", None, None)):
        (record,) = (await client.ask(person, document))["organization"]["audit"]["nodes"]
        assert (record["targetId"], record["targetName"]) == (client.id("lab"), "lab")
        assert (record["actor"], record["apiKey"], record["target"]) == ({"name": "robot"}, key, target), person
        assert [each["name"] for each in record["before"] + record["after"]] == ["lab", "laboratory"]


async def test_people_in_lists_are_people_the_asker_sees(client: Client) -> None:
    document = """query($id: ID!) { node(id: $id) {
      ... on Team { subjects(permission: TEAM_VIEW) { totalCount nodes { name } } }
      ... on Organization { subjects(permission: ORGANIZATION_VIEW) { totalCount nodes { name } } }
    } }"""

    async def names(person: str, path: str) -> set[str]:
        found = (await client.ask(person, document, id=client.id(path)))["node"]["subjects"]
        assert found["totalCount"] == len(found["nodes"])
        return {node["name"] for node in found["nodes"]}

    assert await names("ada", "acme") == BELONG
    assert await names("amy", "acme") == BELONG
    assert await names("root", "acme") == BELONG | {"root"}
    assert await names("val", "vault") == {"val", "pam", "ada"}
    assert await names("ada", "core") == CORE | {"lee", "rex"}
