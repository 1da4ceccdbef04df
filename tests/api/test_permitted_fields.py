"""Fields that need a permission: there with it, null without it and without an entry in `errors`."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.db import tables
from app.policy.vocabulary import Permission
from tests.api.office import furnish, office, restriction_id
from tests.api.test_schema import guarded
from tests.fixtures.client import LEVELS, Client, Draft, open_client

ACME = 'organization(slug: "acme")'
CORE = 'team(path: "acme/core")'
WEB = 'project(path: "acme/core/web")'
PRODUCTION = 'node(id: "<core/web/production>") { ... on Environment'

FIELDS: dict[str, tuple[str, str, str]] = {
    "Organization.subjects": (ACME, "subjects(permission: ORGANIZATION_VIEW) { totalCount }", "ada root amy otto"),
    "Team.subjects": (CORE, "subjects(permission: TEAM_VIEW) { totalCount }", "ada root"),
    "Project.subjects": (WEB, "subjects(permission: PROJECT_VIEW) { totalCount }", "ada root"),
    "Environment.subjects": (PRODUCTION, "subjects(permission: ENVIRONMENT_VIEW) { totalCount }", "ada root"),
    "Organization.members": (ACME, "members { totalCount }", "ada root max moe mia lim vic robot amy otto"),
    "Team.members": (CORE, "members { totalCount }", "ada root max moe mia lim vic robot tom val"),
    "Project.members": (WEB, "members { totalCount }", "ada root max moe mia lim vic robot tom val"),
    "Organization.assignableRoles": (ACME, "assignableRoles { id }", "ada root amy"),
    "Team.assignableRoles": (CORE, "assignableRoles { id }", "ada root"),
    "Project.assignableRoles": (WEB, "assignableRoles { id }", "ada root"),
    "Organization.memberCandidates": (ACME, "memberCandidates { totalCount }", "ada root amy"),
    "Team.memberCandidates": (CORE, "memberCandidates { totalCount }", "ada root"),
    "Project.memberCandidates": (WEB, "memberCandidates { totalCount }", "ada root"),
    "Organization.grantCandidates": (ACME, "grantCandidates { totalCount }", "ada root"),
    "Team.grantCandidates": (CORE, "grantCandidates { totalCount }", "ada root"),
    "Project.grantCandidates": (WEB, "grantCandidates { totalCount }", "ada root max moe tom"),
    "Organization.serviceAccounts": (ACME, "serviceAccounts { totalCount }", "ada root"),
    "Organization.aiProviders": (ACME, "aiProviders { id }", "ada root"),
    "Organization.audit": (ACME, "audit { totalCount }", "ada root otto"),
    "Organization.denials": (ACME, "denials { totalCount }", "ada root otto"),
    "EnvironmentRestriction.grants": (
        'node(id: "<restriction of web>") { ... on EnvironmentRestriction',
        "grants { id }",
        "ada root max moe tom",
    ),
    "EnvironmentAccess.choices": (
        f'{ACME} {{ membership(userId: "<lim>") {{ environmentAccess',
        "choices { totalCount }",
        "ada root amy",
    ),
    "Membership.environmentAccess": (
        f'{ACME} {{ membership(userId: "<lim>")',
        "environmentAccess { mode }",
        "ada root amy lim",
    ),
    "User.memberships": (
        'node(id: "<vic>") { ... on User',
        'memberships(organizationId: "<acme>") { totalCount }',
        "ada root max moe mia lim vic robot amy otto",
    ),
    "User.apiKeys": ('node(id: "<robot>") { ... on User', "apiKeys { id }", "ada root robot"),
}
"""By coordinate: where it is asked for, how, and to whom it is not null; to all others who see its parent it is."""

NOT_BY_A_CLASS = {"Membership.environmentAccess", "User.memberships", "User.apiKeys"}
"""What depends on more than one permission on the parent, and is decided where it is resolved."""

EVERYBODY = [*LEVELS, "moe", "amy", "otto", "lim", "val", "tom", "sue", "root", "robot", "lee", "zoe"]


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    """The office, and lee, who sees nodes and environments and nothing else."""
    draft: Draft = office()
    draft.acme.role("Looker", [Permission.TEAM_VIEW, Permission.PROJECT_VIEW, Permission.ENVIRONMENT_VIEW])
    draft.person("lee", "Looker")
    async with open_client(draft, database_url) as opened:
        await furnish(opened)
        yield opened


def test_every_guarded_field_is_asked_for_here() -> None:
    by_class = {coordinate for coordinate in guarded() if not coordinate.startswith(("Query.", "Mutation."))}
    assert by_class == FIELDS.keys() - NOT_BY_A_CLASS


def asking(client: Client, coordinate: str) -> str:
    parent, field, _ = FIELDS[coordinate]
    document = f"{{ {parent} {{ __typename field: {field} }} " + "}" * (parent.count("{") + 1)
    ids = {"acme": client.organization_id, "restriction of web": restriction_id("core/web/dev", "core/web")}
    for name in ("core/web/production", "lim", "vic", "robot"):
        ids[name] = client.id(name)
    for name, id in ids.items():
        document = document.replace(f"<{name}>", id)
    return document


def field_of(data: Any) -> tuple[bool, Any]:
    """Whether the parent is seen, and what the field is."""
    while isinstance(data, dict) and "field" not in data:
        (data,) = data.values()
    return data is not None, None if data is None else data["field"]


async def test_each_is_there_with_the_permission_and_silently_null_without(client: Client) -> None:
    for coordinate, (_, _, allowed) in FIELDS.items():
        found: dict[str, Any] = {}
        for person in EVERYBODY:
            answer = await client.answer(person, asking(client, coordinate))
            assert "errors" not in answer, (coordinate, person, answer)
            sees, value = field_of(answer["data"])
            if sees:
                found[person] = value
        assert {person for person, value in found.items() if value is not None} == set(allowed.split()), coordinate
        assert [person for person, value in found.items() if value is None], f"nobody is denied {coordinate}"


async def test_a_null_field_leaves_the_rest_of_the_answer_as_it_is(client: Client) -> None:
    fields = " ".join(
        f"f{number}: {field}" for number, (parent, field, _) in enumerate(FIELDS.values()) if parent == ACME
    )
    data = await client.ask("gus", f"{{ {ACME} {{ slug {fields} name }} viewer {{ id }} }}")
    assert data["organization"].pop("slug") == "acme"
    assert data["organization"].pop("name") == "acme"
    assert set(data["organization"].values()) == {None}
    assert len(data["organization"]) > 8


async def test_arguments_of_a_field_that_is_null_are_not_looked_at(client: Client) -> None:
    """Whether a page is well asked for is told to those who may have it."""
    document = f'{{ {ACME} {{ members(first: 101) {{ totalCount }} audit(targetId: "nonsense") {{ totalCount }} }} }}'
    assert await client.ask("gus", document) == {"organization": {"members": None, "audit": None}}
    answer = await client.answer("ada", document)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"INVALID"}


async def test_a_permission_that_is_lost_takes_the_field_with_it_in_the_next_request(client: Client) -> None:
    document = f"{{ {ACME} {{ audit {{ totalCount }} aiProviders {{ id }} }} }}"
    assert None not in (await client.ask("ada", document))["organization"].values()
    await client.set(tables.Membership, client.membership("ada"), role_ids=["rol_000000000000000000000040"])
    assert set((await client.ask("ada", document))["organization"].values()) == {None}
