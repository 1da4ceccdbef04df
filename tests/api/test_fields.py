"""Every field of every type that a query can reach is asked for once, and answers."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from app.api.schema import schema
from app.policy.implicit import implicit_grant_id
from tests.api.office import furnish, grant_id, restriction_id, rule_id, tell
from tests.fixtures.client import Client

SCHEMA = schema._schema

ORGANIZATION = '{ organization(slug: "acme") { %s } }'
SELF = "{ viewer { user { %s } } }"
NODE = '{ node(id: "%s") { ... on %s { %%s } } }'
PENDING = "{ viewer { pendingApprovals { %s } } }"
"""Documents in which a selection is put where `%s` stands."""

ARGUMENTS = {
    "Query.node": '(id: "<core/web>")',
    "Query.nodes": '(ids: ["<core/web>"])',
    "Query.organization": '(slug: "acme")',
    "Query.team": '(path: "acme/core")',
    "Query.project": '(id: "<core/web>")',
    "Query.environment": '(id: "<core/web/dev>")',
    "Query.deployment": '(id: "<served>")',
    "check": '(input: {permission: TEAM_VIEW, resourceId: "<core>"})',
    "checks": '(inputs: [{permission: TEAM_VIEW, resourceId: "<core>"}])',
    "viewerCan": "(permission: PROJECT_VIEW)",
    "viewerDecisions": "(permissions: [PROJECT_VIEW, ENVIRONMENT_DEPLOY])",
    "Organization.subjects": "(permission: ORGANIZATION_VIEW)",
    "Team.subjects": "(permission: TEAM_VIEW)",
    "Project.subjects": "(permission: PROJECT_VIEW)",
    "Environment.subjects": "(permission: ENVIRONMENT_VIEW)",
    "Organization.membership": '(userId: "<vic>")',
    "User.memberships": '(organizationId: "<acme>")',
    "Project.environment": '(name: "dev")',
}
"""By field, or type and field: arguments, where some are required. `<…>` is the id of something by its name."""


def places() -> dict[str, list[str]]:
    """By type: where one of it is found in the office; several where each has fields of its own."""

    def node(type_: str, *names: str) -> list[str]:
        return [NODE % (f"<{name}>", type_) for name in names]

    decision = '{ check(input: {permission: ENVIRONMENT_DEPLOY, resourceId: "<core/web/production>"}) { %s } }'
    refused = '{ check(input: {permission: ENVIRONMENT_DEPLOY, resourceId: "<core/web>"}) { %s } }'
    of_mia = decision.replace("}) {", ', subjectId: "<mia>"}) {')
    lim = '{ organization(slug: "acme") { membership(userId: "<lim>") { environmentAccess { %s } } } }'
    waiting = '{ deployment(id: "<waiting>") { approvalSummary { %s } } }'
    return {
        "Query": ["{ %s }"],
        "Viewer": ["{ viewer { %s } }"],
        "User": [SELF, *node("User", "tom")],
        "Organization": [ORGANIZATION],
        "Team": node("Team", "core", "core/pay"),
        "Project": node("Project", "core/web"),
        "Environment": node("Environment", "core/web/dev"),
        "Autoscaling": ['{ environment(id: "<core/web/dev>") { autoscaling { %s } } }'],
        "Membership": [
            *node("Membership", "membership of lim", "membership of vault"),
        ],
        "EnvironmentAccess": [lim],
        "EnvironmentChoice": [lim % "environments { %s }"],
        "ProjectChoice": [lim % "choices { nodes { %s } }"],
        "Role": [ORGANIZATION % "roles { %s }"],
        "EnvironmentRestriction": node("EnvironmentRestriction", "by name", "by tier", "by environment"),
        "Grant": [*node("Grant", "timed", "implicit"), *node("Grant", "level")],
        "ApprovalRule": node("ApprovalRule", "rule", "rule of a level"),
        "EnvironmentName": [ORGANIZATION % "environmentNames { nodes { %s } }"],
        "GrantCandidate": [ORGANIZATION % "grantCandidates { nodes { %s } }"],
        "MemberCandidate": ['{ team(path: "acme/core") { memberCandidates { nodes { %s } } } }'],
        "Deployment": node("Deployment", "waiting"),
        "ApprovalSummary": [waiting],
        "RuleProgress": [waiting % "rules { %s }", waiting % "rules { %s }"],
        "Approval": [waiting % "approvals { %s }"],
        "ApprovalRuleSnapshot": [waiting % "approvals { countsFor { %s } }"],
        "ApiKey": node("ApiKey", "ci"),
        "AiProvider": node("AiProvider", "provider"),
        "AuditEvent": [ORGANIZATION % 'audit(action: "updateProject") { nodes { %s } }'],
        "Denial": [ORGANIZATION % "denials { nodes { %s } }"],
        "Decision": [decision, refused, of_mia],
        "Reason": [decision % "reasons { %s }"],
        "PageInfo": [ORGANIZATION % "teams { pageInfo { %s } }"],
        **{f"{name}Connection": [document] for name, document in connections().items()},
        **{f"{name}Edge": [document % "edges { %s }"] for name, document in connections().items()},
    }


def connections() -> dict[str, str]:
    """By the type of their nodes."""
    lim = '{ organization(slug: "acme") { membership(userId: "<lim>") { environmentAccess { choices { %s } } } } }'
    return {
        "Organization": "{ organizations { %s } }",
        "Team": ORGANIZATION % "teams { %s }",
        "Project": ORGANIZATION % "projects { %s }",
        "Environment": ORGANIZATION % "environments { %s }",
        "Membership": ORGANIZATION % "members { %s }",
        "User": ORGANIZATION % "serviceAccounts { %s }",
        "EnvironmentRestriction": ORGANIZATION % "restrictions { %s }",
        "EnvironmentName": ORGANIZATION % "environmentNames { %s }",
        "GrantCandidate": ORGANIZATION % "grantCandidates { %s }",
        "MemberCandidate": ORGANIZATION % "memberCandidates { %s }",
        "Deployment": '{ project(id: "<core/web>") { deployments { %s } } }',
        "AuditEvent": ORGANIZATION % "audit { %s }",
        "Denial": ORGANIZATION % "denials { %s }",
        "ProjectChoice": lim,
    }


def reachable() -> dict[str, GraphQLObjectType]:
    """The object types of the schema that a query can answer with."""
    found: dict[str, GraphQLObjectType] = {}
    waiting = [SCHEMA.query_type]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, GraphQLUnionType):
            waiting += kind.types
        elif isinstance(kind, GraphQLInterfaceType):
            waiting += SCHEMA.get_possible_types(kind)
        elif isinstance(kind, GraphQLObjectType) and kind.name not in found:
            found[kind.name] = kind
            waiting += [get_named_type(field.type) for field in kind.fields.values()]
    return found


def selection(type_name: str, name: str, field: GraphQLField) -> str:
    """How a field is asked for, with as little below it as there has to be."""
    arguments = ARGUMENTS.get(f"{type_name}.{name}", ARGUMENTS.get(name, ""))
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return f"{name}{arguments}"
    below = "nodes { __typename }" if kind.name.endswith("Connection") else "__typename"
    return f"{name}{arguments} {{ {below} }}"


@pytest.fixture
async def ids(client: Client) -> dict[str, str]:
    """Ids by the names that documents here call things by."""
    made = await furnish(client)
    await tell(client)
    vault = client.world.facts.membership_on(client.id("vault"), client.id("core"))
    assert vault is not None
    return made | {
        "membership of lim": client.membership("lim"),
        "membership of vault": vault.id,
        "by name": restriction_id("production"),
        "by tier": restriction_id("STAGING", "core"),
        "by environment": restriction_id("core/web/dev", "core/web"),
        "timed": grant_id("production", 0),
        "level": grant_id("production", 3),
        "implicit": implicit_grant_id(restriction_id("production"), client.id("ada")),
        "rule": rule_id("production", 0),
        "rule of a level": rule_id("production", 1),
        "ci": client.world.subjects["ci"].key.id,  # type: ignore[union-attr]
        "acme": client.organization_id,
    }


def with_ids(document: str, client: Client, ids: dict[str, str]) -> str:
    """The document with ids in place of names."""
    parts = document.split("<")
    for number, part in enumerate(parts[1:], 1):
        name, _, rest = part.partition(">")
        parts[number] = (ids.get(name) or client.id(name)) + rest
    return "".join(parts)


def test_everything_that_can_be_reached_has_a_place() -> None:
    assert reachable().keys() - places().keys() == set(), "say in `places` where these are found"
    assert places().keys() - reachable().keys() == set()


ASKERS = {"Deployment": ("ada", "max")}
"""Who asks, where it is not ada alone: max has approved the deployment that ada may approve."""

NULL_HERE: list[str] = []
"""What is null or empty wherever it is asked for here."""


async def test_every_field_answers(client: Client, ids: dict[str, str]) -> None:
    """Once at least with something else than null, and without an error."""
    silent = []
    for type_name, kind in reachable().items():
        answered: set[str] = set()
        for place in places()[type_name]:
            fields = " ".join(f"f_{name}: {selection(type_name, name, field)}" for name, field in kind.fields.items())
            document = with_ids(place % fields, client, ids)
            for person in ASKERS.get(type_name, ("ada",)):
                answer = await client.answer(person, document)
                assert "errors" not in answer, (type_name, document, answer["errors"])
                answered |= set(said(answer["data"]))
        silent += [f"{type_name}.{name}" for name in kind.fields if f"f_{name}" not in answered]
    assert silent == NULL_HERE


def said(value: object) -> Iterator[str]:
    """The aliases of this file that stand somewhere in an answer with something else than null or nothing."""
    if isinstance(value, list):
        for each in value:
            yield from said(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name.startswith("f_") and each not in (None, [], {"nodes": []}):
                yield name
            yield from said(each)
