"""What is asked for by id, slug or path: found, null, or INVALID for what could not be an id of this server."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLObjectType, get_named_type

from app.db import tables
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN_ROLES
from tests.api.office import furnish, grant_id, restriction_id, rule_id
from tests.api.test_fields import reachable
from tests.fixtures.client import Client, unknown
from tests.fixtures.world import NOBODY

ACME = '{ organization(slug: "acme") { %s } }'

ASKED = {
    "Query.node(id:)": "node(id: $id) { id }",
    "Query.nodes(ids:)": "nodes(ids: [$id]) { id }",
    "Query.organization(id:)": "organization(id: $id) { id }",
    "Query.team(id:)": "team(id: $id) { id }",
    "Query.project(id:)": "project(id: $id) { id }",
    "Query.environment(id:)": "environment(id: $id) { id }",
    "Query.deployment(id:)": "deployment(id: $id) { id }",
    "CheckInput.resourceId": "check(input: {permission: TEAM_VIEW, resourceId: $id}) { allowed }",
    "CheckInput.subjectId": 'check(input: {permission: TEAM_VIEW, resourceId: "<acme>", subjectId: $id}) { allowed }',
    "Organization.teams(parentId:)": 'organization(slug: "acme") { teams(parentId: $id) { totalCount } }',
    "Organization.membership(userId:)": 'organization(slug: "acme") { membership(userId: $id) { id } }',
    "Organization.audit(targetId:)": 'organization(slug: "acme") { audit(targetId: $id) { totalCount } }',
    "Organization.audit(actorId:)": 'organization(slug: "acme") { audit(actorId: $id) { totalCount } }',
    "User.memberships(organizationId:)": "viewer { user { memberships(organizationId: $id) { totalCount } } }",
    "Viewer.pendingApprovals(organizationId:)": "viewer { pendingApprovals(organizationId: $id) { totalCount } }",
}
"""By coordinate: every argument of a query that is an id, and a selection that gives it one."""

NOT_IDS = [
    "",
    "x",
    "env",
    "env_",
    "env_" + "0" * 23,
    "env_" + "0" * 25,
    "env_" + "0" * 48,
    "env_" + "u" * 24,
    "env_" + "A" * 24,
    "ENV_" + "0" * 24,
    "zzz_" + "0" * 24,
    "env-" + "0" * 24,
    " env_" + "0" * 24,
    "env_" + "0" * 24 + "\n",
    "env_" + "0" * 23 + "\0",
    "env_" + "\u0660" * 24,
    "gra_" + "0" * 47,
    "instance",
    "' OR 1=1 --",
    "é" * 24,
    "0" * 10_000,
]


def id_arguments() -> Iterator[str]:
    """The coordinates of every argument or input field, reachable by a query, that is an id."""
    for type_name, kind in reachable().items():
        for name, field in kind.fields.items():
            yield from _ids_of(f"{type_name}.{name}", field)


def _ids_of(coordinate: str, field: GraphQLField) -> Iterator[str]:
    for name, argument in field.args.items():
        kind = get_named_type(argument.type)
        if kind.name == "ID":
            yield f"{coordinate}({name}:)"
        elif isinstance(kind, GraphQLInputObjectType):
            yield from (f"{kind.name}.{n}" for n, f in kind.fields.items() if get_named_type(f.type).name == "ID")


def test_every_id_that_a_query_takes_is_asked_here() -> None:
    assert set(id_arguments()) == set(ASKED)
    assert all(isinstance(kind, GraphQLObjectType) for kind in reachable().values())


def document(client: Client, coordinate: str) -> str:
    selection = ASKED[coordinate].replace("<acme>", client.organization_id)
    return f"query($id: ID!) {{ {selection} }}"


async def test_what_could_not_be_an_id_is_invalid(client: Client) -> None:
    for coordinate in ASKED:
        name = coordinate.rstrip(":)").rpartition("(")[2].rpartition(".")[2]
        for id in NOT_IDS:
            error = await client.refused("ada", document(client, coordinate), id=id)
            assert error["extensions"]["code"] == "INVALID", (coordinate, id)
            (problem,) = error["extensions"]["problems"]
            assert name in problem["path"], (problem, coordinate)
            assert error["path"]
            assert len(error["message"]) < 200


async def test_what_could_be_one_is_not(client: Client) -> None:
    """Of no matter which kind, there or not."""
    for coordinate in ASKED:
        for id in (*map(unknown, Kind), "gra_" + "0" * 48):
            answer = await client.answer("ada", document(client, coordinate), id=id)
            assert "errors" not in answer, (coordinate, id, answer)


async def known(client: Client) -> dict[str, str]:
    """By the name of its type: the id of one thing of each that ada sees."""
    made = await furnish(client)
    audit = await client.ask("ada", ACME % "audit(first: 1) { nodes { id } }")
    ci = client.world.subjects["ci"].key
    assert ci is not None
    return {
        "Organization": client.organization_id,
        "Team": client.id("core"),
        "Project": client.id("core/web"),
        "Environment": client.id("core/web/dev"),
        "User": client.id("vic"),
        "Membership": client.membership("vic"),
        "EnvironmentRestriction": restriction_id("production"),
        "Grant": grant_id("production", 0),
        "ApprovalRule": rule_id("production", 0),
        "Role": next(iter(BUILT_IN_ROLES)),
        "Deployment": made["unplaced"],
        "ApiKey": ci.id,
        "AiProvider": made["provider"],
        "AuditEvent": audit["organization"]["audit"]["nodes"][0]["id"],
    }


async def test_nodes_come_in_the_order_asked_with_nulls_for_the_rest(client: Client) -> None:
    ids = await known(client)
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    asked: list[str] = []
    expected: list[dict[str, str] | None] = []
    for (type_name, id), kind in zip(ids.items(), Kind, strict=False):
        asked += [id, unknown(kind)]
        expected += [{"__typename": type_name, "id": id}, None]
    assert (await client.ask("ada", document, ids=asked))["nodes"] == expected
    assert (await client.ask("ada", document, ids=asked[::-1]))["nodes"] == expected[::-1]
    again = [ids["Team"]] * 3
    assert [each["id"] for each in (await client.ask("ada", document, ids=again))["nodes"]] == again
    assert (await client.ask("ada", document, ids=[]))["nodes"] == []


async def test_each_root_field_finds_its_own_kind_alone(client: Client) -> None:
    ids = await known(client)
    for name in ("organization", "team", "project", "environment", "deployment"):
        for type_name, id in ids.items():
            data = await client.ask(
                "ada", f"query($id: ID!) {{ {name}(id: $id) {{ id }} node(id: $id) {{ id }} }}", id=id
            )
            assert data["node"] == {"id": id}, type_name
            assert data[name] == ({"id": id} if type_name.lower() == name else None), (name, type_name)


async def test_at_most_a_hundred_nodes_at_once(client: Client) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [unknown(Kind.TEAM) for _ in range(101)]
    assert (await client.ask("ada", document, ids=ids[:100]))["nodes"] == [None] * 100
    error = await client.refused("ada", document, ids=ids)
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["problems"][0]["path"] == ["ids"]


async def test_one_bad_id_among_many_is_named_by_its_place(client: Client) -> None:
    ids = [client.id("core"), unknown(Kind.TEAM), "nonsense"]
    error = await client.refused("ada", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert error["extensions"]["problems"][0]["path"] == ["ids", 2]


@pytest.mark.parametrize(("field", "other"), [("organization", "slug"), ("team", "path"), ("project", "path")])
async def test_exactly_one_of_id_and_the_other(client: Client, field: str, other: str) -> None:
    id = {"organization": client.organization_id, "team": client.id("core"), "project": client.id("lab")}[field]
    text = {"organization": "acme", "team": "acme/core", "project": "acme/lab"}[field]
    document = f"query($id: ID, $text: String) {{ {field}(id: $id, {other}: $text) {{ id }} }}"
    for asked in ({"id": id}, {"text": text}, {"id": id, "text": None}, {"id": None, "text": text}):
        assert await client.ask("ada", document, **asked) == {field: {"id": id}}, asked
    for asked in ({}, {"id": None, "text": None}, {"id": id, "text": text}, {"id": "", "text": ""}):
        error = await client.refused("ada", document, **asked)
        assert (error["extensions"]["code"], error["path"]) == ("INVALID", [field]), asked
        assert "`id`" in error["message"]


FOUND = [
    ("organization", "acme"),
    ("team", "acme/core"),
    ("team", "acme/core/pay"),
    ("project", "acme/lab"),
    ("project", "acme/core/web"),
]
NOT_FOUND = [
    *((field, text + after) for field, text in FOUND for after in ("/", " ", "\0", "?", "/..")),
    *((field, before + text) for field, text in FOUND for before in ("/", " ", "acme/", "../", "globex/")),
    *((field, text.upper()) for field, text in FOUND),
    *((field, text.replace("/", "//")) for field, text in FOUND if "/" in text),
    *((field, text) for field in ("organization", "team", "project") for text in ("", "/", "//", "core", "instance")),
    ("team", "acme/lab"),
    ("team", "acme"),
    ("project", "acme/core"),
    ("project", "acme"),
]


async def test_paths_are_exact(client: Client) -> None:
    for field, text in FOUND + NOT_FOUND:
        other = "slug" if field == "organization" else "path"
        data = await client.ask("ada", f"query($text: String) {{ {field}({other}: $text) {{ id }} }}", text=text)
        assert (data[field] is not None) is ((field, text) in FOUND), (field, text)


async def test_a_team_and_a_project_of_one_parent_may_have_the_same_slug(client: Client) -> None:
    named = {"slug": "core", "name": "Core"}
    project = await client.add(tables.Project, parent_id=client.organization_id, kind="APP", **named)
    data = await client.ask("ada", '{ team(path: "acme/core") { id } project(path: "acme/core") { id } }')
    assert data == {"team": {"id": client.id("core")}, "project": {"id": project}}
    assert (await client.ask("ada", '{ project(path: "acme/core/web") { id } }'))["project"] == {
        "id": client.id("core/web")
    }


async def test_a_path_may_be_as_long_as_it_likes(client: Client) -> None:
    document = "query($path: String) { team(path: $path) { id } project(path: $path) { id } }"
    for slug in ("core", "x", ""):
        data = await client.ask("ada", document, path="/".join(["acme", *[slug] * 20_000]))
        assert data == {"team": None, "project": None}


async def test_a_path_names_the_slugs_and_ids_lead_back(client: Client) -> None:
    data = await client.ask(
        "ada",
        "query($web: ID!, $production: ID!) { project(id: $web) { path team { path organization { slug } } }"
        " environment(id: $production) { path project { path } } }",
        web=client.id("core/pay/api"),
        production=client.id("core/pay/api/production"),
    )
    assert data == {
        "project": {"path": "acme/core/pay/api", "team": {"path": "acme/core/pay", "organization": {"slug": "acme"}}},
        "environment": {"path": "acme/core/pay/api/production", "project": {"path": "acme/core/pay/api"}},
    }


async def test_without_a_credential_the_viewer_is_null_and_every_other_root_field_is_refused(client: Client) -> None:
    for name in reachable()["Query"].fields:
        if name == "viewer":
            assert await client.ask(NOBODY, "{ viewer { id } }") == {"viewer": None}
            continue
        answer = await client.answer(NOBODY, f"{{ viewer {{ id }} {_asking(client, name)} }}")
        assert answer["data"] == {"viewer": None, name: None}
        assert [(e["extensions"]["code"], e["path"]) for e in answer["errors"]] == [("UNAUTHENTICATED", [name])]


def _asking(client: Client, name: str) -> str:
    check = f'{{permission: TEAM_VIEW, resourceId: "{client.organization_id}"}}'
    given = {
        "check": f"(input: {check})",
        "checks": f"(inputs: [{check}])",
        "nodes": f'(ids: ["{client.organization_id}"])',
        "organizations": "",
    }
    below = {"check": "allowed", "checks": "allowed", "organizations": "totalCount"}.get(name, "id")
    return f'{name}{given.get(name, f"""(id: "{client.organization_id}")""")} {{ {below} }}'


async def test_the_type_of_what_is_asked_for_by_id_is_told(client: Client) -> None:
    for type_name, id in (await known(client)).items():
        document = f"query($id: ID!) {{ node(id: $id) {{ __typename ... on {type_name} {{ own: id }} }} }}"
        assert (await client.ask("ada", document, id=id))["node"] == {"__typename": type_name, "own": id}
