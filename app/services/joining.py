"""Who may have a membership where (rule.md, sections 2 and 3): said once, for adding and for candidates."""

from collections.abc import Iterable, Iterator

from app.policy.entities import Node, Person, Team
from app.policy.facts import Facts
from app.policy.holding import belonging
from app.policy.objects import Objects
from app.services.grantees import nameable


def user_may_join(facts: Facts, node: Node, person: Person, at: int) -> bool:
    """Whether somebody can be added to a node: to the organization, or below where they belong at the instant.

    A service account belongs to one organization for ever. Who is deactivated is added to nothing.
    """
    if not person.is_active or (person.is_service_account and person.organization_id != facts.organization.id):
        return False
    return node.id == facts.organization.id or belonging(facts, person.id, at) is not None


def teams_that_may_join(objects: Objects, node: Node, teams: Iterable[Team]) -> Iterator[Team]:
    """Those of some teams that the asker may invite to a node; never to the organization or itself (section 3)."""
    if node.id != objects.facts.organization.id:
        yield from (team for team in nameable(objects, teams) if team.id != node.id)
