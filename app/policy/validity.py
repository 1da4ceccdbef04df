"""Until when a decision holds if no fact changes: the next beginning or end that concerns its subject."""

from collections.abc import Iterator

from app.policy.facts import Environment, Facts, Resource
from app.policy.holding import memberships_reaching
from app.policy.restrictions import enabled_on, names_subject
from app.policy.subject import Subject


def valid_until(facts: Facts, subject: Subject, resource: Resource, at: int) -> int | None:
    """The first instant after `at` (µs) at which time alone could change what the subject may do with the resource.

    Looks only at what concerns the subject: their key and memberships, those of their teams, and the grants
    that name them. Never too late; now and then earlier than the decision really turns.
    """
    bounds = _bounds(facts, subject, resource, at)
    return min((bound for bound in bounds if bound is not None and bound > at), default=None)


def _bounds(facts: Facts, subject: Subject, resource: Resource, at: int) -> Iterator[int | None]:
    if subject.key is not None:
        yield subject.key.expires_at
    for membership in memberships_reaching(facts, subject.id):
        yield membership.starts_at
        yield membership.expires_at
    if isinstance(resource, Environment):
        for restriction in enabled_on(facts, resource):
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
