"""A random world in the words of a world file (tests/worlds/README.md): names are the ids, shortened.

A file says everything that a random world has but who is deactivated and something else besides, and a rule whose team
is gone.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from app.policy.entities import ApprovalRule, Grant, Membership, Person, Project, Restriction, Team
from app.policy.subject import KeyScope
from app.policy.vocabulary import VIEW_PERMISSION, EnvironmentAccessMode
from tests.proof.world import RandomWorld, short

T = TypeVar("T")

_ELSEWHERE = "globex"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CantSayError(Exception):
    """A world holds something that a world file has no words for."""


class WorldDocument:
    """One use: gives the file's names, and `document()` is all of it but what is expected."""

    def __init__(self, world: RandomWorld) -> None:
        self.world = world
        self.facts = world.facts
        self._root = world.facts.organization.id
        self.people = {p.id: p for p in (*world.facts.people.values(), *(s.person for s in world.subjects))}

    def document(self) -> dict[str, Any]:
        """Raises CantSayError where a file can't hold the world."""
        facts, robots = self.facts, [p for p in self.people.values() if p.is_service_account]
        found = {
            "now": instant(self.world.instants[0]),
            "organization": short(self._root),
            "environment_access": self._access(),
            **self._below(self._root),
            "roles": {short(r.id): sorted(r.permissions) for r in facts.custom_roles.values()},
            "service_accounts": [self._robot(p) for p in robots if p.organization_id == self._root],
            "people": [self._person(p) for p in self.people.values() if not p.is_service_account],
            "keys": {self.subject(n): self._key(s.id, s.key) for n, s in enumerate(self.world.subjects) if s.key},
            "memberships": self._memberships(),
            "restrictions": {short(r.id): self._restriction(r) for r in facts.restrictions.values()},
            "elsewhere": self._elsewhere([self._robot(p) for p in robots if p.organization_id != self._root]),
        }
        return {key: value for key, value in found.items() if value}

    def _elsewhere(self, robots: list[str]) -> dict[str, Any]:
        subtrees = [self.path(s.key.resource_id) for s in self.world.subjects if s.key and s.key.resource_id]
        return {"organization": _ELSEWHERE, "service_accounts": robots} if robots or _ELSEWHERE in subtrees else {}

    def subject(self, number: int) -> str:
        """What the file calls a subject of the world."""
        subject = self.world.subjects[number]
        return short(subject.id if subject.key is None else subject.key.id)

    def path(self, id: str) -> str:
        """What the file calls a node, an environment or a person; a place that is nowhere lies elsewhere."""
        environment = self.facts.environment(id)
        if environment is not None:
            return f"{self.path(environment.project_id)}/{environment.name}"
        nodes = self.facts.path(id)
        if not nodes:
            return short(id) if id in self.people else _ELSEWHERE
        return "/".join(short(node.id) for node in reversed(nodes[:-1])) or short(id)

    # The tree

    def _below(self, node_id: str) -> dict[str, Any]:
        children = self.facts.children(node_id)
        teams = {short(t.id): {"isolated": t.isolated, **self._below(t.id)} for t in _those(children, Team)}
        projects = {short(p.id): self._project(p) for p in _those(children, Project)}
        return {key: value for key, value in (("teams", teams), ("projects", projects)) if value}

    def _project(self, project: Project) -> dict[str, Any]:
        tiers = {e.name: e.tier.value for e in self.facts.environments_of(project.id)}
        return {"kind": project.project_kind.value, "restricted": project.restricted, "environments": tiers}

    # Who holds what

    def _robot(self, person: Person) -> str:
        if not person.is_active:
            raise CantSayError(f"{short(person.id)} is a service account, and deactivated")
        return short(person.id)

    def _person(self, person: Person) -> Any:
        if person.is_active:
            return {short(person.id): "instance administrator"} if person.is_instance_admin else short(person.id)
        if person.is_instance_admin:
            raise CantSayError(f"{short(person.id)} is an instance administrator, and deactivated")
        return {short(person.id): "deactivated"}

    def _key(self, user_id: str, key: KeyScope) -> dict[str, Any]:
        found: dict[str, Any] = {"of": short(user_id)}
        if key.expires_at is not None:
            found["expires"] = instant(key.expires_at)
        if key.permissions is not None:
            found["permissions"] = sorted(key.permissions - set(VIEW_PERMISSION.values()))
        if key.resource_id is not None:
            found["subtree"] = self.path(key.resource_id)
        return found

    def _access(self) -> dict[str, Any]:
        limited = [m for m in self.facts.memberships.values() if m.mode is EnvironmentAccessMode.LIMITED]
        lists = {short(m.subject_id): sorted(map(self.path, m.environment_ids)) for m in limited}
        enforced = self.facts.organization.environment_access_enabled
        return {"enforced": enforced, "lists": lists} if enforced or lists else {}

    def _memberships(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for membership in self.facts.memberships.values():
            on = found.setdefault(self.path(membership.subject_id), {})
            on[self.path(membership.node_id)] = {"roles": self._roles(membership), **_span(membership)}
        return found

    def _roles(self, membership: Membership) -> list[str]:
        roles = [role for role in map(self.facts.role, membership.role_ids) if role is not None]
        return [role.key if role.built_in else short(role.id) for role in roles]

    # Restrictions

    def _restriction(self, restriction: Restriction) -> dict[str, Any]:
        found: dict[str, Any] = {"scope": self.path(restriction.scope_id)}
        if restriction.environment_name is not None:
            found["name"] = restriction.environment_name
        if restriction.tier is not None:
            found["tier"] = restriction.tier.value
        if restriction.environment_id is not None:
            found["environment"] = self.path(restriction.environment_id)
        for flag in ("admin_bypass", "hides", "allow_self_approval", "enabled"):
            found[flag] = getattr(restriction, flag)
        found["grants"] = [{**self._who(grant), **_span(grant)} for grant in restriction.grants]
        found["approval_rules"] = [
            {**self._who(rule), "required_approvals": rule.required_approvals} for rule in restriction.approval_rules
        ]
        return found

    def _who(self, named: Grant | ApprovalRule) -> dict[str, Any]:
        if named.user_id is not None:
            return {"user": short(named.user_id)}
        if named.level is not None:
            return {"level": named.level.name}
        if named.team_id not in self.facts.teams:
            raise CantSayError("a rule names a team that is gone")
        return {"team": self.path(named.team_id), "inheritance": named.inheritance.value}


def instant(at: int) -> str:
    """An instant (µs) as a file writes it."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat()


def _span(held: Membership | Grant) -> dict[str, str]:
    bounds = (("from", held.starts_at), ("until", held.expires_at))
    return {word: instant(bound) for word, bound in bounds if bound is not None}


def _those(things: Iterable[object], kind: type[T]) -> Iterator[T]:
    yield from (thing for thing in things if isinstance(thing, kind))
