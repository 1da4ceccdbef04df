"""Edits of hidden people, of what they and teams hold, of access lists, keys, and the other organization."""

import random
from dataclasses import replace

from app.policy.entities import Membership, Person
from app.policy.vocabulary import (
    EnvironmentAccessMode,
)
from tests.proof.assembly import LONG_AGO, OWNER
from tests.proof.plans import TIMES
from tests.proof.twins.draft import Draft
from tests.proof.twins.hidden import (
    Applied,
    belongs,
    hidden_memberships,
    hidden_people,
    one,
    some,
    some_roles,
)
from tests.proof.twins.whole import changed

_FULL, _LIMITED = EnvironmentAccessMode.FULL, EnvironmentAccessMode.LIMITED


def rename_person(draft: Draft, rng: random.Random) -> Applied:
    person = one(rng, hidden_people(draft))
    if person is None:
        return None
    number = person.id.lstrip("usr_0")
    email = None if person.email is None else f"renamed.{number}@example.org"
    draft.people[person.id] = replace(person, name=f"{rng.choice('ABz')}renamed {number}", email=email)
    return f"rename {person.id}"


def switch_person(draft: Draft, rng: random.Random) -> Applied:
    person = one(rng, hidden_people(draft))
    if person is None:
        return None
    draft.people[person.id] = replace(person, is_active=not person.is_active)
    return f"deactivate or activate {person.id}"


def remove_person(draft: Draft, rng: random.Random) -> Applied:
    person = one(rng, hidden_people(draft))
    if person is None:
        return None
    draft.remove_person(person.id)
    return f"remove {person.id}"


def add_person(draft: Draft, rng: random.Random) -> Applied:
    id = draft.id("usr")
    number = id[-6:]
    name, email = f"{rng.choice(('ann', 'Bo', 'zed'))} {number}", f"added.{number}@example.org"
    draft.people[id] = Person(id, name, email, False, None, rng.random() < 0.8, False, None, LONG_AGO)
    put_membership(draft, rng, id, draft.organization.id)
    for node in some(rng, [*draft.teams, *draft.projects], 2):
        put_membership(draft, rng, id, node)
    return f"add {id}"


def add_membership(draft: Draft, rng: random.Random) -> Applied:
    node = one(rng, [*draft.teams, *draft.projects])
    belonging = [m.subject_id for m in draft.memberships.values() if m.node_id == draft.organization.id]
    subject = one(rng, [*belonging, *draft.teams])
    taken = {(m.subject_id, m.node_id) for m in draft.memberships.values()}
    if node is None or subject is None or subject == node or (subject, node) in taken:
        return None
    return f"add {put_membership(draft, rng, subject, node)} of {subject} on {node}"


def put_membership(draft: Draft, rng: random.Random, subject: str, node: str) -> str:
    id, roles = draft.id("mem"), some_roles(draft, rng)
    span = (None, None) if rng.random() < 0.7 else (rng.choice((None, TIMES[0])), rng.choice(TIMES[1:]))
    of_team = subject in draft.teams
    if subject not in draft.people and not of_team:
        return id
    named = (draft.organization.id, subject, of_team, node, roles, *span)
    if of_team or node == draft.organization.id or belongs(draft, subject):
        draft.memberships[id] = Membership(id, *named, _FULL, frozenset(), LONG_AGO)
    return id


def change_membership(draft: Draft, rng: random.Random) -> Applied:
    found = one(rng, hidden_memberships(draft))
    if found is None:
        return None
    span = (None, None) if rng.random() < 0.5 else (rng.choice((None, TIMES[0])), rng.choice(TIMES[1:]))
    draft.memberships[found.id] = replace(found, role_ids=some_roles(draft, rng), starts_at=span[0], expires_at=span[1])
    return f"give {found.id} of {found.subject_id} on {found.node_id} other roles and times"


def time_membership(draft: Draft, rng: random.Random) -> Applied:
    """Other times alone, rather of somebody whom a rule names: what hangs on them turns when theirs do."""
    unseen = hidden_memberships(draft)
    named = {rule.user_id for r in draft.restrictions.values() for rule in r.approval_rules}
    found = one(rng, [m for m in unseen if m.subject_id in named] or unseen)
    if found is None:
        return None
    draft.memberships[found.id] = replace(found, expires_at=rng.choice((None, *TIMES[2:])))
    return f"let {found.id} of {found.subject_id} on {found.node_id} end at another time"


def remove_membership(draft: Draft, rng: random.Random) -> Applied:
    below = [m for m in hidden_memberships(draft) if m.node_id != draft.organization.id]
    found = one(rng, below)
    if found is None:
        return None
    del draft.memberships[found.id]
    return f"remove {found.id} of {found.subject_id} on {found.node_id}"


def change_access_list(draft: Draft, rng: random.Random) -> Applied:
    """Seen or not, a membership's list is read by its subject and with MEMBERS_MANAGE alone."""
    lists = [m for m in draft.memberships.values() if m.node_id == draft.organization.id]
    found = one(rng, [m for m in lists if m.subject_id not in (draft.sight.viewer.id, OWNER)])
    if found is None:
        return None
    mode = rng.choice((_FULL, _LIMITED))
    listed = frozenset(some(rng, list(draft.environments), 3)) if mode is _LIMITED else frozenset()
    draft.memberships[found.id] = replace(found, mode=mode, environment_ids=listed)
    return f"give {found.subject_id} another access list"


def remove_key(draft: Draft, rng: random.Random) -> Applied:
    others = [n for n, k in draft.keys.items() if k.id != draft.sight.viewer.id and not k.person.is_service_account]
    found = one(rng, others)
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
