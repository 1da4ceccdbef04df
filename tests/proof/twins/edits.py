"""What may be changed of a world that a viewer can't see: each edit draws one hidden thing and says what it did.

An edit may still turn out to be seen, as when a hidden team's membership gives the viewer a role; then it is not kept
(see alike.py). None of them asks whether that is so.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from app.db import tables
from app.policy.facts import (
    Environment,
    Grant,
    Membership,
    Person,
    Project,
    Restriction,
    Team,
)
from app.policy.roles import BUILT_IN_ROLES
from app.policy.vocabulary import (
    EnvironmentAccessMode,
    EnvironmentState,
    GrantSource,
    Inheritance,
    ProjectKind,
    RoleLevel,
    Tier,
    TierSource,
)
from tests.proof.assembly import LONG_AGO, OWNER
from tests.proof.plans import NAMES, PATTERNS, TIMES
from tests.proof.twins.draft import Draft, hidden_rows
from tests.proof.twins.whole import Row, changed

T = TypeVar("T")
Applied = str | None
"""What the edit did; None where there was nothing hidden to do it to."""

_FULL, _LIMITED = EnvironmentAccessMode.FULL, EnvironmentAccessMode.LIMITED


@dataclass(frozen=True)
class Edit:
    """One edit; it draws the same from the same world, whatever edits come before it."""

    kind: str
    number: int
    seed: int

    def apply(self, draft: Draft) -> Applied:
        draft.begin(self.number)
        return EDITS[self.kind](draft, random.Random(self.seed))


def random_edits(rng: random.Random, most: int = 8) -> list[Edit]:
    kinds = list(EDITS)
    return [Edit(rng.choice(kinds), number, rng.getrandbits(32)) for number in range(rng.randint(2, most))]


# Teams, projects and environments


def rename_node(draft: Draft, rng: random.Random) -> Applied:
    node = _one(rng, [*_hidden(draft, draft.teams), *_hidden(draft, draft.projects)])
    if node is None:
        return None
    named = replace(node, name=f"Renamed {rng.choice(('x', 'Core', 'pay'))}")
    if rng.random() < 0.5:
        named = replace(named, slug=f"renamed-{node.id.lstrip('teaprj_0')}")
    (draft.teams if isinstance(node, Team) else draft.projects)[node.id] = named  # type: ignore[index]
    return f"rename {node.id}"


def remove_node(draft: Draft, rng: random.Random) -> Applied:
    node = _one(rng, [*_hidden(draft, draft.teams), *_hidden(draft, draft.projects)])
    if node is None:
        return None
    draft.remove_node(node.id)
    return f"remove {node.id}"


def switch_node(draft: Draft, rng: random.Random) -> Applied:
    node = _one(rng, [*_hidden(draft, draft.teams), *_hidden(draft, draft.projects)])
    if isinstance(node, Team):
        draft.teams[node.id] = replace(node, isolated=not node.isolated)
    elif isinstance(node, Project) and node.project_kind is not ProjectKind.PREDICTIVE:
        draft.projects[node.id] = replace(node, restricted=not node.restricted)
    else:
        return None
    return f"isolate or restrict {node.id}, or no longer"


def add_team(draft: Draft, rng: random.Random) -> Applied:
    id, parent = draft.id("tea"), _parent(draft, rng)
    organization = draft.organization.id
    draft.teams[id] = Team(id, organization, parent, f"added-{id[-6:]}", "Added", rng.random() < 0.7, LONG_AGO)
    for person in _some(rng, list(draft.people), 2):
        _add_membership(draft, rng, person, id)
    return f"add {id} below {parent}"


def add_project(draft: Draft, rng: random.Random) -> Applied:
    id, parent = draft.id("prj"), _parent(draft, rng)
    named = (f"added-{id[-6:]}", rng.choice(("Added", "core", "Zürich")))
    kind = rng.choice((ProjectKind.APP, ProjectKind.MODEL))
    draft.projects[id] = Project(id, draft.organization.id, parent, *named, kind, rng.random() < 0.7, LONG_AGO)
    for name in rng.sample(NAMES, rng.randint(0, 3)):
        _add_environment(draft, rng, id, name)
    return f"add {id} below {parent}"


def add_environment(draft: Draft, rng: random.Random) -> Applied:
    project = _one(rng, list(draft.projects))
    taken = {e.name for e in draft.environments.values() if e.project_id == project}
    if project is None or not (free := [name for name in (*NAMES, "extra", "extra/2") if name not in taken]):
        return None
    return f"add {_add_environment(draft, rng, project, rng.choice(free))} to {project}"


def _add_environment(draft: Draft, rng: random.Random, project: str, name: str) -> str:
    id, tier = draft.id("env"), rng.choice(list(Tier))
    state = rng.choice(list(EnvironmentState))
    named = (draft.organization.id, project, name, tier, TierSource.EXPLICIT, state, LONG_AGO)
    draft.environments[id] = Environment(id, *named)
    deployment = draft.id("dep")
    if rng.random() < 0.5:
        _deploy(draft, deployment, project, id)
    return id


def change_environment(draft: Draft, rng: random.Random) -> Applied:
    environment = _one(rng, _hidden(draft, draft.environments))
    if environment is None:
        return None
    state, tier = rng.choice(list(EnvironmentState)), rng.choice(list(Tier))
    draft.environments[environment.id] = replace(environment, state=state, tier=tier)
    return f"set tier and state of {environment.id}"


def remove_environment(draft: Draft, rng: random.Random) -> Applied:
    environment = _one(rng, _hidden(draft, draft.environments))
    if environment is None:
        return None
    draft.remove_environment(environment.id)
    return f"remove {environment.id} `{environment.name}`"


# People and what they hold


def rename_person(draft: Draft, rng: random.Random) -> Applied:
    person = _one(rng, _hidden_people(draft))
    if person is None:
        return None
    number = person.id.lstrip("usr_0")
    email = None if person.email is None else f"renamed.{number}@example.org"
    draft.people[person.id] = replace(person, name=f"{rng.choice('ABz')}renamed {number}", email=email)
    return f"rename {person.id}"


def switch_person(draft: Draft, rng: random.Random) -> Applied:
    person = _one(rng, _hidden_people(draft))
    if person is None:
        return None
    draft.people[person.id] = replace(person, is_active=not person.is_active)
    return f"deactivate or activate {person.id}"


def remove_person(draft: Draft, rng: random.Random) -> Applied:
    person = _one(rng, _hidden_people(draft))
    if person is None:
        return None
    draft.remove_person(person.id)
    return f"remove {person.id}"


def add_person(draft: Draft, rng: random.Random) -> Applied:
    id = draft.id("usr")
    number = id[-6:]
    name, email = f"{rng.choice(('ann', 'Bo', 'zed'))} {number}", f"added.{number}@example.org"
    draft.people[id] = Person(id, name, email, False, None, rng.random() < 0.8, False, None, LONG_AGO)
    _add_membership(draft, rng, id, draft.organization.id)
    for node in _some(rng, [*draft.teams, *draft.projects], 2):
        _add_membership(draft, rng, id, node)
    return f"add {id}"


def add_membership(draft: Draft, rng: random.Random) -> Applied:
    node = _one(rng, [*draft.teams, *draft.projects])
    belonging = [m.subject_id for m in draft.memberships.values() if m.node_id == draft.organization.id]
    subject = _one(rng, [*belonging, *draft.teams])
    taken = {(m.subject_id, m.node_id) for m in draft.memberships.values()}
    if node is None or subject is None or subject == node or (subject, node) in taken:
        return None
    return f"add {_add_membership(draft, rng, subject, node)} of {subject} on {node}"


def _add_membership(draft: Draft, rng: random.Random, subject: str, node: str) -> str:
    id, roles = draft.id("mem"), _roles(draft, rng)
    span = (None, None) if rng.random() < 0.7 else (rng.choice((None, TIMES[0])), rng.choice(TIMES[1:]))
    of_team = subject in draft.teams
    if subject not in draft.people and not of_team:
        return id
    named = (draft.organization.id, subject, of_team, node, roles, *span)
    if of_team or node == draft.organization.id or _belongs(draft, subject):
        draft.memberships[id] = Membership(id, *named, _FULL, frozenset(), LONG_AGO)
    return id


def change_membership(draft: Draft, rng: random.Random) -> Applied:
    found = _one(rng, _hidden_memberships(draft))
    if found is None:
        return None
    span = (None, None) if rng.random() < 0.5 else (rng.choice((None, TIMES[0])), rng.choice(TIMES[1:]))
    draft.memberships[found.id] = replace(found, role_ids=_roles(draft, rng), starts_at=span[0], expires_at=span[1])
    return f"give {found.id} of {found.subject_id} on {found.node_id} other roles and times"


def time_membership(draft: Draft, rng: random.Random) -> Applied:
    """Other times alone, rather of somebody whom a rule names: what hangs on them turns when theirs do."""
    hidden = _hidden_memberships(draft)
    named = {rule.user_id for r in draft.restrictions.values() for rule in r.approval_rules}
    found = _one(rng, [m for m in hidden if m.subject_id in named] or hidden)
    if found is None:
        return None
    draft.memberships[found.id] = replace(found, expires_at=rng.choice((None, *TIMES[2:])))
    return f"let {found.id} of {found.subject_id} on {found.node_id} end at another time"


def remove_membership(draft: Draft, rng: random.Random) -> Applied:
    below = [m for m in _hidden_memberships(draft) if m.node_id != draft.organization.id]
    found = _one(rng, below)
    if found is None:
        return None
    del draft.memberships[found.id]
    return f"remove {found.id} of {found.subject_id} on {found.node_id}"


def change_access_list(draft: Draft, rng: random.Random) -> Applied:
    """Seen or not, a membership's list is read by its subject and with MEMBERS_MANAGE alone."""
    lists = [m for m in draft.memberships.values() if m.node_id == draft.organization.id]
    found = _one(rng, [m for m in lists if m.subject_id not in (draft.sight.viewer.id, OWNER)])
    if found is None:
        return None
    mode = rng.choice((_FULL, _LIMITED))
    listed = frozenset(_some(rng, list(draft.environments), 3)) if mode is _LIMITED else frozenset()
    draft.memberships[found.id] = replace(found, mode=mode, environment_ids=listed)
    return f"give {found.subject_id} another access list"


# Restrictions, their grants and rules


def change_restriction(draft: Draft, rng: random.Random) -> Applied:
    found = _one(rng, _hidden(draft, draft.restrictions, draft.sight.restrictions))
    if found is None:
        return None
    flags = {name: rng.random() < 0.5 for name in ("hides", "enabled", "allow_self_approval")}
    draft.restrictions[found.id] = replace(found, **flags)
    return f"switch {found.id}"


def remove_restriction(draft: Draft, rng: random.Random) -> Applied:
    found = _one(rng, _hidden(draft, draft.restrictions, draft.sight.restrictions))
    if found is None:
        return None
    del draft.restrictions[found.id]
    return f"remove {found.id}"


def add_restriction(draft: Draft, rng: random.Random) -> Applied:
    id, scope = draft.id("res"), rng.choice([draft.organization.id, *draft.teams, *draft.projects])
    pattern = rng.choice((*PATTERNS, f"added-{rng.randint(1, 9)}"))
    if any(r.scope_id == scope and r.environment_name == pattern for r in draft.restrictions.values()):
        return None
    named = (draft.organization.id, scope, pattern, None, None)
    grant = _grant(draft, rng, id)
    draft.restrictions[id] = Restriction(
        id, *named, rng.random() < 0.5, rng.random() < 0.7, False, True, (grant,), (), LONG_AGO
    )
    return f"add {id} on {scope} for `{pattern}`"


def change_grants(draft: Draft, rng: random.Random) -> Applied:
    """Also those of a restriction that is seen: its grants are read by who may manage it."""
    found = _one(rng, _hidden(draft, draft.restrictions, draft.sight.managed))
    if found is None:
        return None
    kept = tuple(grant for grant in found.grants if rng.random() < 0.5)
    added = (_grant(draft, rng, found.id),) if rng.random() < 0.7 or not kept else ()
    draft.restrictions[found.id] = replace(found, grants=kept + added)
    return f"give {found.id} other grants"


def _grant(draft: Draft, rng: random.Random, restriction: str) -> Grant:
    id, kind = draft.id("gra"), rng.choice(("user", "team", "level"))
    belonging = [m.subject_id for m in draft.memberships.values() if m.node_id == draft.organization.id]
    user = rng.choice(belonging) if kind == "user" else None
    team = rng.choice(list(draft.teams)) if kind == "team" and draft.teams else None
    level = rng.choice((RoleLevel.MAINTAINER, RoleLevel.ADMIN)) if user is None and team is None else None
    expires = rng.choice((None, None, TIMES[-1]))
    inheritance, source = rng.choice(list(Inheritance)), GrantSource.EXPLICIT
    return Grant(id, draft.organization.id, restriction, user, team, level, inheritance, source, None, expires)


def hide_another(draft: Draft, rng: random.Random) -> Applied:
    """A grant or rule that is seen names somebody hidden: it may as well name somebody else who is."""
    users = [p.id for p in _hidden_people(draft) if _belongs(draft, p.id) and not p.is_service_account]
    for found in draft.restrictions.values():
        entries = [*found.grants, *found.approval_rules]
        named = [e for e in entries if e.user_id is not None and e.user_id in users]
        if named and len(users) > 1:
            chosen = rng.choice(named)
            other = replace(chosen, user_id=rng.choice(users))
            grants = tuple(other if g is chosen else g for g in found.grants)
            rules = tuple(other if r is chosen else r for r in found.approval_rules)
            draft.restrictions[found.id] = replace(found, grants=grants, approval_rules=rules)
            return f"let {found.id} name {other.user_id} instead of {chosen.user_id}"
    return None


# What no rule reads, and what is in no organization


def change_rows(draft: Draft, rng: random.Random) -> Applied:
    found = _one(rng, hidden_rows(draft))
    if found is None:
        return None
    if rng.random() < 0.4:
        draft.remove_row(found)
        return f"remove {found}"
    draft.rows[found] = draft.rows[found].changed(ref=f"hidden-{rng.randint(1, 9)}")
    return f"change {found}"


def add_deployment(draft: Draft, rng: random.Random) -> Applied:
    environment = _one(rng, _hidden(draft, draft.environments))
    if environment is None:
        return None
    id = draft.id("dep")
    _deploy(draft, id, environment.project_id, environment.id)
    return f"deploy {id} to {environment.id}"


def _deploy(draft: Draft, id: str, project: str, environment: str) -> None:
    values = {"project_id": project, "environment_id": environment, "ref": "added", "status": "BLOCKED"}
    draft.rows[id] = Row(tables.Deployment, {**values, "created_by": OWNER})


def change_settings(draft: Draft, rng: random.Random) -> Applied:
    environment = _one(rng, _hidden(draft, draft.environments))
    if environment is None:
        return None
    for id, row in list(draft.rows.items()):
        if row.values.get("target_id") == environment.id:
            draft.remove_row(id)
    if rng.random() < 0.7:
        values = {"target_id": environment.id, "settings": {"secret": rng.randint(1, 99)}}
        draft.rows[draft.id("set")] = Row(tables.EnvironmentSettings, values)
    return f"set settings of {environment.id}"


def remove_key(draft: Draft, rng: random.Random) -> Applied:
    others = [n for n, k in draft.keys.items() if k.id != draft.sight.viewer.id and not k.person.is_service_account]
    found = _one(rng, others)
    if found is None:
        return None
    del draft.keys[found]
    return f"remove {found}"


def change_elsewhere(draft: Draft, rng: random.Random) -> Applied:
    """The other organization: the viewer belongs to none but one."""
    organization = replace(draft.elsewhere.organization, name=f"Far {rng.randint(1, 9)}")
    projects = {id: replace(p, name="Renamed") for id, p in draft.elsewhere.projects.items()}
    draft.elsewhere = changed(draft.elsewhere, organization=organization, projects=projects)
    return "rename the other organization and its project"


EDITS: dict[str, Callable[[Draft, random.Random], Applied]] = {
    edit.__name__: edit
    for edit in (
        rename_node, remove_node, switch_node, add_team, add_project, add_environment, change_environment,
        remove_environment, rename_person, switch_person, remove_person, add_person, add_membership,
        change_membership, time_membership, remove_membership, change_access_list, change_restriction,
        remove_restriction, add_restriction, change_grants, hide_another, change_rows, add_deployment,
        change_settings, remove_key, change_elsewhere,
    )
}  # fmt: skip


def _hidden(draft: Draft, things: dict[str, T], seen: set[str] | None = None) -> list[T]:
    visible = draft.sight.resources if seen is None else seen
    return [thing for id, thing in things.items() if id not in visible]


def _hidden_people(draft: Draft) -> list[Person]:
    """The owner stays who they are, so that no organization is left without an ADMIN; accounts' keys may be seen."""
    found = [p for id, p in draft.people.items() if id not in draft.sight.people and id != OWNER]
    return [person for person in found if not person.is_service_account]


def _hidden_memberships(draft: Draft) -> list[Membership]:
    hidden = _hidden(draft, draft.memberships, draft.sight.memberships)
    return [m for m in hidden if m.subject_id != OWNER]


def _belongs(draft: Draft, user: str) -> bool:
    organization = draft.organization.id
    return any(m.subject_id == user and m.node_id == organization for m in draft.memberships.values())


def _parent(draft: Draft, rng: random.Random) -> str:
    return rng.choice([draft.organization.id, *draft.teams])


def _roles(draft: Draft, rng: random.Random) -> tuple[str, ...]:
    return tuple(_some(rng, [*BUILT_IN_ROLES, *draft.roles], 2) or [rng.choice(list(BUILT_IN_ROLES))])


def _one(rng: random.Random, options: Sequence[T]) -> T | None:
    return rng.choice(options) if options else None


def _some(rng: random.Random, options: Sequence[T], most: int) -> list[T]:
    return rng.sample(options, min(len(options), rng.randint(0, most)))
