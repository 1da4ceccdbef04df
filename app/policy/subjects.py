"""Who may do one thing: the rule asked about many people, once for all whom it can't tell apart."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from app.policy.entities import ApprovalRule, Environment, Grant, Membership, Person
from app.policy.facts import Facts
from app.policy.restrictions import restrictions_on
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import EnvironmentAccessMode, Permission


def who_may(
    facts: Facts,
    people: Sequence[Person],
    permission: Permission,
    resource_id: str,
    at: int,
    *,
    are_all: bool = False,
) -> Iterator[Person]:
    """Those of some people who may do this to that at an instant (µs), in their order.

    All that the rule reads about somebody is whether they are active and what they are, their memberships on nodes
    that could count here, their access list, and what names them. Who is alike in that has one decision.

    `are_all`: that whoever asks may see everybody. Then memberships are read by node, which takes half as long; else by
    person, so that it takes as long as if nobody was hidden.
    """
    looked_at, listed = _nodes(facts, resource_id), _environments(facts, resource_id)
    memberships: Iterable[Membership]
    if are_all:
        memberships = chain.from_iterable(map(facts.memberships_on, looked_at))
    else:
        own = chain.from_iterable(facts.memberships_of(person.id) for person in people)
        memberships = (each for each in own if each.node_id in looked_at)
    counting, named = _counting(memberships, listed), _named(facts, resource_id)
    known: dict[object, bool] = {}
    for person in people:
        standing: object = person.id
        if person.id not in named:
            kind = person.is_active, person.is_instance_admin, person.is_service_account
            read = counting.get(person.id, ())
            standing = kind, read if len(read) < 2 else tuple(sorted(read))
        allowed = known.get(standing)
        if allowed is None:
            allowed = known[standing] = bool(decide(facts, Subject(person), permission, resource_id, at))
        if allowed:
            yield person


def _counting(memberships: Iterable[Membership], listed: frozenset[str]) -> dict[str, tuple[int, ...]]:
    """By subject: what the rule could read of these memberships, numbered, so that few are compared."""
    found: dict[str, tuple[int, ...]] = {}
    numbers: dict[object, int] = {}
    for own in memberships:
        allowed = None if own.mode is EnvironmentAccessMode.FULL else own.environment_ids & listed
        number = numbers.setdefault((own.node_id, own.role_ids, own.starts_at, own.expires_at, allowed), len(numbers))
        found[own.subject_id] = (*found.get(own.subject_id, ()), number)
    return found


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
