"""What the rule says of many people: asked once for all whom it can't tell apart."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, TypeVar

from app.policy.entities import ApprovalRule, Environment, Grant, Membership, Person
from app.policy.facts import Facts
from app.policy.restrictions import restrictions_on
from app.policy.rule import allows
from app.policy.subject import Subject
from app.policy.vocabulary import Permission

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reads:
    """What the rule could read of somebody, beside what they are and their membership of the organization.

    Memberships on `nodes`, which of `environments` are on their access list, and whether they are one of `named`.
    """

    nodes: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


def who_may(
    facts: Facts,
    people: Sequence[Person],
    permission: Permission,
    resource_id: str,
    at: int,
    *,
    are_all: bool = False,
) -> Iterator[Person]:
    """Those of some people who may do this to that at an instant (µs), in their order. `are_all`: as in `of_each`."""

    def may(person: Person) -> bool:
        return allows(facts, Subject(person), permission, resource_id, at)

    return compress(people, of_each(facts, people, may, read_about(facts, resource_id), are_all=are_all))


def of_each(
    facts: Facts, people: Sequence[Person], ask: Callable[[Person], T], reads: Reads, *, are_all: bool = False
) -> list[T]:
    """What `ask` says of each of some people, of whom it reads no more than this; who is alike in that has one answer.

    `are_all`: that whoever asks may see everybody. Then memberships are read by node, which takes half as long; else by
    person, so that it takes as long as if nobody was hidden.
    """
    if are_all:
        own = [each for node_id in reads.nodes for each in facts.memberships_on(node_id)]
    elif reads.nodes:
        own = [each for person in people for each in facts.memberships_of(person.id) if each.node_id in reads.nodes]
    else:
        own = []
    alike, kinds = facts.everybody.alike, facts.everybody.kinds
    apart: dict[str, Any] = {id: (alike[id], read) for id, read in _read_below(own).items() if id in alike}
    apart |= {id: (alike[id], id) for id in reads.named if id in alike}
    ids = [person.id for person in people]
    standings = list(map(apart.get, ids, map(alike.__getitem__, ids)))
    known: dict[object, T] = {}
    answers: dict[object, T] = {}
    for standing, person in dict(zip(standings, people, strict=True)).items():
        kind, below = standing if isinstance(standing, tuple) else (standing, ())
        listed = kinds[kind].listed
        read = kinds[kind].read, None if listed is None else listed & reads.environments, below
        if read not in known:
            known[read] = ask(person)
        answers[standing] = known[read]
    return [answers[standing] for standing in standings]


def _read_below(memberships: Iterable[Membership]) -> dict[str, tuple[int, ...]]:
    """By subject: what the rule could read of these memberships, numbered, so that few are compared; ascending."""
    found: dict[str, tuple[int, ...]] = {}
    numbers: dict[object, int] = {}
    for own in memberships:
        number = numbers.setdefault((own.node_id, own.role_ids, own.starts_at, own.expires_at), len(numbers))
        known = found.get(own.subject_id)
        found[own.subject_id] = (number,) if known is None else tuple(sorted((*known, number)))
    return found


def read_about(facts: Facts, resource_id: str) -> Reads:
    """What the rule could read of whoever is asked about with a resource."""
    environment = facts.environment(resource_id)
    project_id = resource_id if environment is None else environment.project_id
    listed = frozenset(each.id for each in facts.environments_of(project_id))
    rules = list(_rules(facts, environment))
    named = frozenset(rule.user_id for rule in rules if rule.user_id is not None)
    return Reads(_nodes(facts, project_id, rules), listed, named)


def read_of_rule(facts: Facts, scope_id: str, rule: Grant | ApprovalRule) -> Reads:
    """What a grant or an approval rule of a scope could read of whoever is asked about."""
    named = frozenset() if rule.user_id is None else frozenset({rule.user_id})
    return Reads(_nodes(facts, scope_id, (rule,)), named=named)


def _nodes(facts: Facts, node_id: str, rules: Iterable[Grant | ApprovalRule]) -> frozenset[str]:
    """The nodes on which a membership could count: those above, teams invited there, and teams that a rule names.

    But for the organization, on which everybody has one.
    """
    path = facts.path(node_id)[:-1]
    found = {node.id for node in path}
    for node in path:
        found.update(each.subject_id for each in facts.memberships_on(node.id) if each.subject_is_team)
    for rule in rules:
        if rule.team_id is not None:
            # who is in a team by a level from above counts too
            found.update(node.id for node in facts.path(rule.team_id)[:-1])
    return frozenset(found)


def _rules(facts: Facts, environment: Environment | None) -> Iterator[Grant | ApprovalRule]:
    if environment is not None:
        for restriction in restrictions_on(
            facts, environment.project_id, environment.name, environment.tier, environment.id
        ):
            yield from restriction.grants
            yield from restriction.approval_rules
