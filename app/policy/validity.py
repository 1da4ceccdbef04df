"""Until when a decision holds if no fact changes: the instant at which time alone turns its verdict."""

from collections.abc import Callable, Iterable, Iterator

from app.policy.entities import Environment, Resource, Restriction
from app.policy.facts import Facts
from app.policy.holding import memberships_reaching
from app.policy.restrictions import enabled_on, names_subject
from app.policy.subject import Subject
from app.policy.vocabulary import ErrorCode

Verdict = Callable[[int], ErrorCode | None]
"""With which code it is refused at an instant (µs); None for allowed."""


def valid_until(
    facts: Facts,
    subject: Subject,
    restrictions: Iterable[Restriction],
    code: ErrorCode | None,
    verdict: Verdict,
    at: int,
) -> int | None:
    """The first instant after `at` (µs) at which the verdict, in which these restrictions count, is not `code`.

    None for never. Not an instant at which it only could turn: most of what begins or ends then is hidden from the
    subject, and would tell of itself.
    """
    counting = tuple(restrictions)
    then = _next_bound(facts, subject, counting, at)
    while then is not None and verdict(then) is code:
        then = _next_bound(facts, subject, counting, then)
    return then


def restrictions_in(facts: Facts, resource: Resource) -> tuple[Restriction, ...]:
    """Those that count in decisions about a resource."""
    return enabled_on(facts, resource) if isinstance(resource, Environment) else ()


def _next_bound(facts: Facts, subject: Subject, restrictions: Iterable[Restriction], at: int) -> int | None:
    """The first instant after `at` at which something begins or ends that concerns the subject.

    That is their key and memberships, those of their teams, and the grants that name them; asked anew from there on,
    as they may be in another team then.
    """
    bounds = _bounds(facts, subject, restrictions, at)
    return min((bound for bound in bounds if bound is not None and bound > at), default=None)


def _bounds(facts: Facts, subject: Subject, restrictions: Iterable[Restriction], at: int) -> Iterator[int | None]:
    if subject.key is not None:
        yield subject.key.expires_at
    for membership in memberships_reaching(facts, subject.id):
        yield membership.starts_at
        yield membership.expires_at
    for restriction in restrictions:
        for grant in restriction.grants:
            if names_subject(facts, subject, grant, restriction.scope_id, at):
                yield grant.starts_at
                yield grant.expires_at
        for rule in restriction.approval_rules:
            # Whether a rule has fallen to MAINTAINER turns with the user it names.
            named = None if rule.user_id is None else facts.membership_on(rule.user_id, facts.organization.id)
            if named is not None:
                yield named.starts_at
                yield named.expires_at
