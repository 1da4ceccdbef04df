"""Lists of things that have an id and are not connections: whole, at once."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from app.policy.roles import BUILT_IN_ROLES
from app.policy.vocabulary import Permission
from tests.fixtures.world_server import WorldServer
from tests.proof.lists.sight import Sight
from tests.proof.lists.tree import restrictions_on

SHOWN = """query($ids: [ID!]!) { nodes(ids: $ids) { id
  ... on Environment { restrictions { id } }
  ... on EnvironmentRestriction { grants { id source } approvalRules { id } }
  ... on Organization { roles { id } }
  ... on Membership { roles { id } }
} }"""

COVERED = {
    "Environment.restrictions",
    "EnvironmentRestriction.approvalRules",
    "EnvironmentRestriction.grants",
    "Membership.roles",
    "Organization.roles",
    "Query.nodes",
    "User.apiKeys",
    "Viewer.apiKeys",
}
"""What is looked at here, and in keys.py."""

ELSEWHERE = {
    "Organization.aiProviders": "tests/api/test_permitted_fields.py",
    "Organization.assignableRoles": "tests/api/test_permitted_fields.py",
    "Project.assignableRoles": "tests/api/test_permitted_fields.py",
    "Team.assignableRoles": "tests/api/test_permitted_fields.py",
    "UpdateProjectAccessPayload.memberships": "tests/services/test_project_access.py",
}
"""Lists of things that random worlds don't tell apart, and where they are looked at."""


async def plain_complaints(server: WorldServer, person: str, sights: list[Sight]) -> AsyncIterator[tuple[str, str]]:
    """By coordinate: what is wrong with such lists of everything in each organization, seen or not."""
    for sight in sights:
        ids = list(_everything(sight))
        for start in range(0, len(ids), 100):
            some = ids[start : start + 100]
            nodes = (await server.ask(person, SHOWN, ids=some))["nodes"]
            for id, node in zip(some, nodes, strict=True):
                for complaint in _complaints_of(sight, id, node):
                    yield complaint


def _everything(sight: Sight) -> Iterator[str]:
    facts = sight.facts
    yield facts.organization.id
    for things in (facts.environments, facts.restrictions, facts.memberships, facts.teams, facts.projects):
        yield from things


def _complaints_of(sight: Sight, id: str, node: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    facts = sight.facts
    seen = _is_seen(sight, id)
    if (node is not None) is not seen:
        yield "Query.nodes", f"{id} is {'not ' if seen else ''}shown"
        return
    if node is None:
        return
    expected: dict[str, set[str]] = {}
    if id in facts.environments:
        expected["Environment.restrictions"] = set(restrictions_on(sight, facts.environments[id]))
    elif id in facts.memberships:
        expected["Membership.roles"] = set(facts.memberships[id].role_ids)
    elif id in facts.restrictions:
        expected["EnvironmentRestriction.approvalRules"] = {r.id for r in facts.restrictions[id].approval_rules}
        yield from _about_grants(sight, id, node["grants"])
    elif id == facts.organization.id:
        expected["Organization.roles"] = {*BUILT_IN_ROLES, *facts.custom_roles}
    for coordinate, right in expected.items():
        found = [each["id"] for each in node[coordinate.split(".")[1]]]
        if sorted(found) != sorted(right):
            yield coordinate, f"of {id}: {sorted(found)}, not {sorted(right)}"


def _is_seen(sight: Sight, id: str) -> bool:
    facts = sight.facts
    if id in facts.memberships:
        return sight.sees_membership(facts.memberships[id])
    if id in facts.restrictions:
        return sight.sees_restriction(facts.restrictions[id])
    return sight.sees(id)


def _about_grants(sight: Sight, id: str, grants: list[dict[str, Any]] | None) -> Iterator[tuple[str, str]]:
    """Every grant, to who manages the restriction; and rows of ADMINs only where those pass without one."""
    restriction = sight.facts.restrictions[id]
    reads = sight.may(Permission.ENVIRONMENT_RESTRICT, restriction.scope_id)
    if (grants is not None) is not reads:
        yield "EnvironmentRestriction.grants", f"of {id}: {'not ' if reads else ''}shown"
    elif grants is not None:
        stored = {row["id"] for row in grants if row["source"] != "IMPLICIT_ADMIN"}
        if stored != {grant.id for grant in restriction.grants}:
            yield "EnvironmentRestriction.grants", f"of {id}: {sorted(stored)}"
        if len(stored) < len(grants) and not restriction.admin_bypass:
            yield "EnvironmentRestriction.grants", f"of {id}: ADMINs who do not pass"
