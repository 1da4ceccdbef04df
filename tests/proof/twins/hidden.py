"""What edits draw from: whatever the viewer of a draft can't see."""

import random
from collections.abc import Sequence
from typing import TypeVar

from app.db import tables
from app.policy.entities import Membership, Person
from app.policy.roles import BUILT_IN_ROLES
from tests.proof.assembly import OWNER
from tests.proof.twins.draft import Draft
from tests.proof.twins.whole import Row

T = TypeVar("T")
Applied = str | None
"""What an edit did; None where there was nothing hidden to do it to."""


def hidden(draft: Draft, things: dict[str, T], seen: set[str] | None = None) -> list[T]:
    """Those that are not seen; by default teams, projects and environments."""
    visible = draft.sight.resources if seen is None else seen
    return [thing for id, thing in things.items() if id not in visible]


def hidden_people(draft: Draft) -> list[Person]:
    """The owner stays who they are, so that no organization is left without an ADMIN; accounts' keys may be seen."""
    found = [p for id, p in draft.people.items() if id not in draft.sight.people and id != OWNER]
    return [person for person in found if not person.is_service_account]


def hidden_memberships(draft: Draft) -> list[Membership]:
    """But for the owner's."""
    found = hidden(draft, draft.memberships, draft.sight.memberships)
    return [m for m in found if m.subject_id != OWNER]


def belongs(draft: Draft, user: str) -> bool:
    """Whether somebody has a membership of the organization, in effect or not."""
    organization = draft.organization.id
    return any(m.subject_id == user and m.node_id == organization for m in draft.memberships.values())


def any_parent(draft: Draft, rng: random.Random) -> str:
    """Where a team or project may go, seen or hidden."""
    return rng.choice([draft.organization.id, *draft.teams])


def some_roles(draft: Draft, rng: random.Random) -> tuple[str, ...]:
    """One or two."""
    return tuple(some(rng, [*BUILT_IN_ROLES, *draft.roles], 2) or [rng.choice(list(BUILT_IN_ROLES))])


def one(rng: random.Random, options: Sequence[T]) -> T | None:
    """One of them; None where there is none."""
    return rng.choice(options) if options else None


def some(rng: random.Random, options: Sequence[T], most: int) -> list[T]:
    """Up to so many of them."""
    return rng.sample(options, min(len(options), rng.randint(0, most)))


def hidden_rows(draft: Draft) -> list[str]:
    """Deployments whose environment, or project, is hidden."""
    rows: dict[str, Row] = draft.rows
    return [
        id
        for id, row in rows.items()
        if row.model is tables.Deployment
        and (row.values["environment_id"] or row.values["project_id"]) not in draft.sight.resources
    ]
