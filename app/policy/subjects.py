"""Who may do one thing: the rule asked about many people, once for all whom it can't tell apart."""

from collections.abc import Iterable, Iterator

from app.policy.facts import ApprovalRule, Environment, Facts, Grant, Person
from app.policy.restrictions import restrictions_on
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import EnvironmentAccessMode, Permission


def who_may(
    facts: Facts, people: Iterable[Person], permission: Permission, resource_id: str, at: int
) -> Iterator[Person]:
    """Those of some people who may do this to that at an instant (µs), in their order.

    All that the rule reads about somebody is whether they are active and what they are, their memberships on nodes
    that could count here, their access list, and what names them. Who is alike in that has one decision.
    """
    looked_at, listed = _nodes(facts, resource_id), _environments(facts, resource_id)
    named = _named(facts, resource_id)
    numbers: dict[object, int] = {}
    known: dict[object, bool] = {}
    for person in people:
        standing: object = person.id
        if person.id not in named:
            standing = (
                (person.is_active, person.is_instance_admin, person.is_service_account),
                _counting(facts, person.id, looked_at, listed, numbers),
            )
        allowed = known.get(standing)
        if allowed is None:
            allowed = known[standing] = bool(decide(facts, Subject(person), permission, resource_id, at))
        if allowed:
            yield person


def _counting(
    facts: Facts, user_id: str, looked_at: frozenset[str], listed: frozenset[str], numbers: dict[object, int]
) -> tuple[int, ...]:
    """What the rule could read of somebody's memberships; `numbers` has those of all, so that few are compared."""
    found = []
    for own in facts.memberships_of(user_id):
        if own.node_id in looked_at:
            allowed = None if own.mode is EnvironmentAccessMode.FULL else own.environment_ids & listed
            read = own.node_id, own.role_ids, own.starts_at, own.expires_at, allowed
            found.append(numbers.setdefault(read, len(numbers)))
    found.sort()
    return tuple(found)


def _nodes(facts: Facts, resource_id: str) -> frozenset[str]:
    """The nodes on which a membership could count: those above, teams invited there, and teams that a rule names."""
    environment = facts.environment(resource_id)
    path = facts.path(resource_id if environment is None else environment.project_id)
    found = {node.id for node in path}
    for node in path:
        found.update(each.subject_id for each in facts.memberships_on(node.id) if each.subject_is_team)
    for rule in _rules(facts, environment):
        if rule.team_id is not None:
            # who is in a team by a level from above counts too
            found.update(node.id for node in facts.path(rule.team_id))
    return frozenset(found)


def _environments(facts: Facts, resource_id: str) -> frozenset[str]:
    """The environments that matter on an access list: those of the project that is asked about."""
    environment = facts.environment(resource_id)
    project_id = resource_id if environment is None else environment.project_id
    return frozenset(each.id for each in facts.environments_of(project_id))


def _named(facts: Facts, resource_id: str) -> frozenset[str]:
    """The people whom a grant or an approval rule names."""
    return frozenset(rule.user_id for rule in _rules(facts, facts.environment(resource_id)) if rule.user_id is not None)


def _rules(facts: Facts, environment: Environment | None) -> Iterator[Grant | ApprovalRule]:
    if environment is not None:
        for restriction in restrictions_on(
            facts, environment.project_id, environment.name, environment.tier, environment.id
        ):
            yield from restriction.grants
            yield from restriction.approval_rules
