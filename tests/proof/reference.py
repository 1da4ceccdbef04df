"""The access rule as reference.lp states it: whole matrices of one world at one instant, by an answer-set solver.

Shares no code with the rule: of `app.policy` only the values that go in are used, never what is computed from them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import clingo

from app.policy.entities import ApprovalRule, Grant, Membership, Restriction
from app.policy.facts import Facts
from app.policy.roles import BUILT_IN_ROLES
from app.policy.subject import Subject
from app.policy.vocabulary import EnvironmentAccessMode, ErrorCode, Permission
from tests.proof.world import RandomWorld

PROGRAM = (Path(__file__).parent / "reference.lp").read_text()

Verdict = ErrorCode | None
"""The code of a refusal; None where it is allowed."""

_VERDICTS: dict[str, Verdict] = {
    "allowed": None,
    "not_found": ErrorCode.NOT_FOUND,
    "forbidden": ErrorCode.FORBIDDEN,
    "invalid": ErrorCode.INVALID,
    "unauthenticated": ErrorCode.UNAUTHENTICATED,
}
_EVERY = "every"
_PERMISSIONS = {permission.value.lower(): permission for permission in Permission}


class Reference:
    """Every answer about `world` at the instant `at` (µs); subjects are named by their place in `world.subjects`."""

    def __init__(self, world: RandomWorld, at: int, asked: Iterable[str] | None = None) -> None:
        """`asked`: the ids asked about, unknown ones among them if wanted; by default `world.asked_ids`."""
        self.world = world
        self.at = at
        self.asked = tuple(world.asked_ids if asked is None else asked)
        self._codes: dict[tuple[int, str, str], str] = {}
        self._pairs: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
        self._solve()

    def verdict(self, subject: int, permission: Permission, resource_id: str) -> Verdict:
        """The code with which `decide` refuses, or None where it allows."""
        every = self._codes.get((subject, resource_id, _EVERY))
        return _VERDICTS[every or self._codes[subject, resource_id, permission.value.lower()]]

    @cached_property
    def verdicts(self) -> dict[tuple[int, Permission, str], Verdict]:
        """The whole matrix: by subject, permission and resource."""
        return {
            (subject, permission, resource_id): self.verdict(subject, permission, resource_id)
            for subject in range(len(self.world.subjects))
            for resource_id in self.asked
            for permission in Permission
        }

    def sees(self, subject: int, resource_id: str) -> bool:
        """Whether a node or environment is visible to the subject."""
        return (subject, resource_id) in self._pairs["visible"]

    def sees_person(self, subject: int, user_id: str) -> bool:
        return (subject, user_id) in self._pairs["sees_person"]

    def sees_membership(self, subject: int, membership_id: str) -> bool:
        return (subject, membership_id) in self._pairs["sees_membership"]

    def sees_restriction(self, subject: int, restriction_id: str) -> bool:
        return (subject, restriction_id) in self._pairs["sees_restriction"]

    def reads_grants(self, subject: int, restriction_id: str) -> bool:
        """Whether the subject may read who a restriction lets through."""
        return (subject, restriction_id) in self._pairs["reads_grants"]

    def passes(self, subject: int, restriction_id: str) -> bool:
        """Whether the subject passes the restriction; in a project they see, where its scope is wider than one."""
        return (subject, restriction_id) in self._pairs["passes_restriction"]

    def _solve(self) -> None:
        control = clingo.Control(["--warn=none"])
        control.add("base", [], PROGRAM + "\n".join(facts_of(self.world, self.at, self.asked)))
        control.ground([("base", [])])
        with control.solve(yield_=True) as models:
            found = [model.symbols(shown=True) for model in models]
        (symbols,) = found  # stratified, so there is exactly one model
        for symbol in symbols:
            if symbol.name == "code":
                subject, resource, permission, code = symbol.arguments
                self._codes[subject.number, resource.string, permission.name] = code.name
            else:
                subject, thing = symbol.arguments
                self._pairs[symbol.name].add((subject.number, thing.string))


def facts_of(world: RandomWorld, at: int, asked: Iterable[str]) -> Iterator[str]:
    """What the program is told of the world at the instant."""
    facts = world.facts
    yield from _tree(facts)
    yield from _people(world)
    for role in BUILT_IN_ROLES.values():
        yield _fact("built_in", role.id, _word(role.key))
    for role in facts.custom_roles.values():
        yield _fact("custom", role.id)
        yield from (_fact("custom_permission", role.id, _word(p)) for p in role.permissions)
    for membership in facts.memberships.values():
        yield from _membership(membership, at)
    for restriction in facts.restrictions.values():
        yield from _restriction(facts, restriction, at)
    for number, subject in enumerate(world.subjects):
        yield from _subject(number, subject, at)
    yield from (_fact("asked", id) for id in asked)


def _tree(facts: Facts) -> Iterator[str]:
    yield _fact("organization", facts.organization.id)
    if facts.organization.environment_access_enabled:
        yield "lists_enforced."
    for team in facts.teams.values():
        yield _fact("team", team.id)
        yield _fact("parent", team.id, team.parent_id)
        if team.isolated:
            yield _fact("isolated", team.id)
    for project in facts.projects.values():
        yield _fact("project", project.id)
        yield _fact("parent", project.id, project.parent_id)
        if project.restricted:
            yield _fact("restricted", project.id)
    for environment in facts.environments.values():
        yield _fact("environment", environment.id, environment.project_id)
        yield _fact("tier", environment.id, _word(environment.tier))


def _people(world: RandomWorld) -> Iterator[str]:
    for person in {**world.facts.people, **{s.person.id: s.person for s in world.subjects}}.values():
        yield _fact("person", person.id)
        if person.is_service_account:
            yield _fact("service_account", person.id)
        if person.is_active:
            yield _fact("active", person.id)
        if person.is_instance_admin:
            yield _fact("instance_admin", person.id)


def _membership(membership: Membership, at: int) -> Iterator[str]:
    yield _fact("membership", membership.id)
    yield _fact("of_team" if membership.subject_is_team else "of_user", membership.id, membership.subject_id)
    yield _fact("on", membership.id, membership.node_id)
    yield from (_fact("with_role", membership.id, role_id) for role_id in membership.role_ids)
    if _in_effect(membership, at):
        yield _fact("in_effect", membership.id)
    if membership.mode is EnvironmentAccessMode.LIMITED:
        yield _fact("limited", membership.id)
        yield from (_fact("listed", membership.id, id) for id in membership.environment_ids)


def _restriction(facts: Facts, restriction: Restriction, at: int) -> Iterator[str]:
    yield _fact("restriction", restriction.id)
    yield _fact("scope", restriction.id, restriction.scope_id)
    if restriction.environment_id is not None:
        yield _fact("target_environment", restriction.id, restriction.environment_id)
    if restriction.tier is not None:
        yield _fact("target_tier", restriction.id, _word(restriction.tier))
    if restriction.environment_name is not None:
        pattern = _expression(restriction.environment_name)
        named = (e.id for e in facts.environments.values() if pattern.fullmatch(e.name))
        yield from (_fact("target_name", restriction.id, id) for id in named)
    for flag in ("enabled", "hides", "admin_bypass"):
        if getattr(restriction, flag):
            yield _fact(flag, restriction.id)
    for grant in restriction.grants:
        if _in_effect(grant, at):
            yield _fact("grant", restriction.id, _who(grant))
    yield from (_fact("approval_rule", restriction.id, _who(rule)) for rule in restriction.approval_rules)


def _subject(number: int, subject: Subject, at: int) -> Iterator[str]:
    yield _fact("subject", number, subject.person.id)
    key = subject.key
    if key is None:
        return
    if key.expires_at is not None and at >= key.expires_at:
        yield _fact("key_expired", number)
    if key.resource_id is not None:
        yield _fact("key_resource", number, key.resource_id)
    if key.permissions is not None:
        yield _fact("key_list", number)
        yield from (_fact("key_permission", number, _word(p)) for p in key.permissions)


def _in_effect(span: Membership | Grant, at: int) -> bool:
    """From `starts_at`, included, until `expires_at`, excluded (rule.md, section 3)."""
    if span.starts_at is not None and at < span.starts_at:
        return False
    return span.expires_at is None or at < span.expires_at


def _expression(pattern: str) -> re.Pattern[str]:
    """`*` stands for any characters, `/` included; nothing else is special (rule.md, section 5)."""
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


def _who(named: Grant | ApprovalRule) -> "_Term":
    if named.user_id is not None:
        return _Term(f"user({_quoted(named.user_id)})")
    if named.team_id is not None:
        return _Term(f"team({_quoted(named.team_id)},{named.inheritance.value.lower()})")
    assert named.level is not None
    return _Term(f"level({named.level.value})")


class _Term(str):
    """Text that is a term of the program already."""

    __slots__ = ()


def _word(name: str) -> _Term:
    return _Term(name.lower())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _fact(name: str, *arguments: str | int) -> str:
    terms = (a if isinstance(a, _Term) else str(a) if isinstance(a, int) else _quoted(a) for a in arguments)
    return f"{name}({','.join(terms)})."


def permissions_of_the_program() -> dict[str, frozenset[str]]:
    """By permission, the kinds it may be asked of: what reference.lp takes from the table in section 3."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], PROGRAM)
    control.ground([("base", [])])
    asked: dict[str, set[str]] = {}
    for atom in control.symbolic_atoms.by_signature("ask", 2):
        permission, kind = atom.symbol.arguments
        asked.setdefault(permission.name.upper(), set()).add(kind.name.upper())
    return {permission: frozenset(kinds) for permission, kinds in asked.items()}
