"""Edits of hidden restrictions, and of what is hidden of those that are seen."""

import random
from dataclasses import replace

from app.policy.entities import Grant, Restriction
from app.policy.vocabulary import (
    GrantSource,
    Inheritance,
    RoleLevel,
)
from tests.proof.assembly import LONG_AGO
from tests.proof.plans import PATTERNS, TIMES
from tests.proof.twins.draft import Draft
from tests.proof.twins.hidden import (
    Applied,
    belongs,
    hidden,
    hidden_people,
    one,
)


def change_restriction(draft: Draft, rng: random.Random) -> Applied:
    found = one(rng, hidden(draft, draft.restrictions, draft.sight.restrictions))
    if found is None:
        return None
    flags = {name: rng.random() < 0.5 for name in ("hides", "enabled", "allow_self_approval")}
    draft.restrictions[found.id] = replace(found, **flags)
    return f"switch {found.id}"


def remove_restriction(draft: Draft, rng: random.Random) -> Applied:
    found = one(rng, hidden(draft, draft.restrictions, draft.sight.restrictions))
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
    found = one(rng, hidden(draft, draft.restrictions, draft.sight.managed))
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
    users = [p.id for p in hidden_people(draft) if belongs(draft, p.id) and not p.is_service_account]
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
