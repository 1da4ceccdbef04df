"""A world to ask questions about: facts, those who ask, and instants; and how it prints on a screen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.policy.entities import ApprovalRule, Grant, Membership, Node, Restriction
from app.policy.facts import Facts
from app.policy.subject import Subject
from app.policy.vocabulary import EnvironmentAccessMode

NOW = 1_750_000_000_000_000
"""The instant that the times in random worlds lie around (µs)."""


@dataclass(frozen=True)
class RandomWorld:
    """One organization, everybody who may ask (with their key), and the instants to ask at (µs)."""

    facts: Facts
    subjects: list[Subject]
    instants: list[int]

    @cached_property
    def resource_ids(self) -> tuple[str, ...]:
        """Every resource of the organization."""
        facts = self.facts
        return (facts.organization.id, *facts.teams, *facts.projects, *facts.environments)

    @cached_property
    def asked_ids(self) -> tuple[str, ...]:
        """Every resource of the organization and an id that nothing ever had."""
        return (*self.resource_ids, unknown_id())


def make_id(prefix: str, number: int) -> str:
    return f"{prefix}_{number:024d}"


def unknown_id() -> str:
    return make_id("env", 10**23)


def short(text: str) -> str:
    """`env_000000000000000000000012` as `env12`, wherever it stands in the text."""
    return re.sub(r"\b([a-z]{3})_0*([0-9a-z]+)\b", r"\1\2", text)


def describe(world: RandomWorld) -> str:
    """The world on a few lines, with ids shortened and times relative to NOW."""
    return short("\n".join(_lines(world)))


def _lines(world: RandomWorld) -> Iterator[str]:
    facts = world.facts
    lists = " lists-enforced" if facts.organization.environment_access_enabled else ""
    yield f"instants {' '.join(_time(at) for at in world.instants)}"
    yield from _subtree(facts, facts.organization, lists, 0)
    for role in facts.custom_roles.values():
        yield f"role {role.id}: {' '.join(sorted(role.permissions))}"
    for person in {**facts.people, **{s.person.id: s.person for s in world.subjects}}.values():
        service = " service account" if person.is_service_account else ""
        admin = " INSTANCE ADMIN" if person.is_instance_admin else ""
        yield f"user {person.id}{service}{admin}{'' if person.is_active else ' DEACTIVATED'}"
    yield from (_membership(facts, m) for m in facts.memberships.values())
    for restriction in facts.restrictions.values():
        yield from _restriction(restriction)
    for number, subject in enumerate(world.subjects):
        yield f"subject {number}: {subject.person.id}{_key(subject)}"


def _subtree(facts: Facts, node: Node, marks: str, depth: int) -> Iterator[str]:
    yield "  " * depth + node.id + marks
    for environment in facts.environments_of(node.id):
        yield "  " * (depth + 1) + f"{environment.id} `{environment.name}` {environment.tier}"
    for child in facts.children(node.id):
        kind = getattr(child, "project_kind", "")
        restricted = " RESTRICTED" if getattr(child, "restricted", False) else ""
        isolated = " ISOLATED" if getattr(child, "isolated", False) else ""
        yield from _subtree(facts, child, f" {kind}{restricted}{isolated}".rstrip(), depth + 1)


def _membership(facts: Facts, membership: Membership) -> str:
    roles = "+".join(role.key if (role := facts.role(id)) and role.built_in else id for id in membership.role_ids)
    limited = ""
    if membership.mode is EnvironmentAccessMode.LIMITED:
        limited = f" LIMITED to [{' '.join(sorted(membership.environment_ids))}]"
    span = _span(membership.starts_at, membership.expires_at)
    return f"{membership.id}: {membership.subject_id} is {roles} on {membership.node_id}{span}{limited}"


def _restriction(restriction: Restriction) -> Iterator[str]:
    flags = ("admin_bypass", "hides", "allow_self_approval")
    marks = [flag for flag in flags if getattr(restriction, flag)] + ([] if restriction.enabled else ["DISABLED"])
    name = None if restriction.environment_name is None else f"`{restriction.environment_name}`"
    target = name or restriction.tier or restriction.environment_id
    yield f"{restriction.id}: on {restriction.scope_id} for {target} {' '.join(marks)}".rstrip()
    for grant in restriction.grants:
        yield f"  lets through {_who(grant)}{_span(grant.starts_at, grant.expires_at)}"
    for rule in restriction.approval_rules:
        yield f"  approved by {rule.required_approvals} of {_who(rule)}"


def _who(named: Grant | ApprovalRule) -> str:
    if named.level is not None:
        return f"level {named.level.name}"
    return named.user_id or f"{named.team_id} {named.inheritance}"


def _key(subject: Subject) -> str:
    key = subject.key
    if key is None:
        return ""
    permissions = "" if key.permissions is None else f" only {' '.join(sorted(key.permissions))}"
    resource = "" if key.resource_id is None else f" below {key.resource_id}"
    return f" with key{_span(None, key.expires_at)}{resource}{permissions}"


def _span(starts_at: int | None, expires_at: int | None) -> str:
    start = "" if starts_at is None else f" from {_time(starts_at)}"
    return start + ("" if expires_at is None else f" until {_time(expires_at)}")


def _time(at: int) -> str:
    return f"NOW{at - NOW:+d}"
