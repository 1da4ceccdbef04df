"""Deployments, as of a revision: what an environment serves, and what waits to be served."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from app.db import tables
from app.db.tables import table_of
from app.policy.approvals import Progress
from app.policy.vocabulary import DeploymentStatus
from app.store.approvals import progress_from
from app.store.as_of import as_of, chunked

_api_keys = table_of(tables.ApiKey)
_deployments = table_of(tables.Deployment)
_identities = table_of(tables.Identity)
_revisions = table_of(tables.Revision)
_users = table_of(tables.User)

MOST_ENVIRONMENTS = 10_000
"""How many environments one statement asks for at most: drivers limit their parameters."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment at a revision. `status` is as stored: CREATED also while it waits for approvals or to be run."""

    id: str
    organization_id: str
    project_id: str
    environment_id: str | None
    ref: str
    status: DeploymentStatus
    created_by: str
    created_with_key: str | None
    promoted_from: str | None
    created_at: int
    updated_at: int
    owners: frozenset[str]
    """Whose own it is: its creator's, of a service account's whoever made that, and whoever made the key."""
    rules: tuple[Progress, ...]
    """The approval rules that held when it stopped waiting, and how far they were; empty until then."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose deployments: those of some environments and, of `unplaced_in` projects, those that have none."""

    environment_ids: Collection[str]
    unplaced_in: Collection[str] = ()


def deployments_by_id(
    connection: Connection, ids: Iterable[str], revisions: Mapping[str, int]
) -> dict[str, Deployment]:
    """The deployments of these ids that are there at their organization's revision; others are left out."""
    rows = chunked(connection, _select(), _deployments.c.id, ids)
    found = (row for row in rows if _is_at(row, revisions))
    return {row.id: _deployment(row) for row in found}


def deployment_by_idempotency_key(connection: Connection, user_id: str, key: str) -> Deployment | None:
    """The living deployment that somebody created with an idempotency key of theirs, in whichever organization."""
    columns = _deployments.c
    query = _select().where(columns.created_by == user_id, columns.idempotency_key == key, columns.until.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else _deployment(row)


def deployment_slice(
    connection: Connection,
    organization_id: str,
    revision: int,
    place: Place,
    statuses: Collection[DeploymentStatus] | None,
    limit: int,
    after: tuple[Any, ...] | None = None,
    before: tuple[Any, ...] | None = None,
    *,
    backwards: bool = False,
) -> tuple[list[Deployment], int]:
    """At most `limit` deployments newest first, between two keys (minus the instant of creation, id).

    With how many there are in all.
    """
    found: list[Any] = []
    total = 0
    for part in _parts(place):
        conditions = _conditions(organization_id, revision, part, statuses)
        query = _between(_select().where(*conditions), after, before, backwards=backwards)
        found += connection.execute(query.limit(limit)).all()
        total += connection.execute(select(func.count()).select_from(_deployments).where(*conditions)).scalar_one()
    # Each part is in order and has as many as were asked for, so what is furthest on one side is among them.
    found.sort(key=lambda row: (-row.created_at, row.id))
    return [_deployment(row) for row in (found[-limit:] if backwards else found[:limit])], total


def _between(
    query: Select[Any], after: tuple[Any, ...] | None, before: tuple[Any, ...] | None, *, backwards: bool
) -> Select[Any]:
    key = (-_identities.c.created_at, _deployments.c.id)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    if before is not None:
        query = query.where(tuple_(*key) < before)
    return query.order_by(*([column.desc() for column in key] if backwards else key))


def _parts(place: Place) -> Iterator[Place]:
    """A place in parts that one statement each can ask for: somebody may approve in 100,000 environments."""
    ids = tuple(place.environment_ids)
    yield Place(ids[:MOST_ENVIRONMENTS], place.unplaced_in)
    yield from (
        Place(ids[start : start + MOST_ENVIRONMENTS]) for start in range(MOST_ENVIRONMENTS, len(ids), MOST_ENVIRONMENTS)
    )


def current_by_environment(
    connection: Connection, organization_id: str, revision: int, environment_ids: Iterable[str]
) -> dict[str, Deployment]:
    """The latest deployment of each environment that succeeded."""
    columns = _deployments.c
    succeeded = columns.status == DeploymentStatus.SUCCESS.value
    query = _select().where(columns.ledger_id == organization_id, as_of(_deployments, revision), succeeded)
    latest: dict[str, Deployment] = {}
    query = query.order_by(columns.since, _identities.c.ordinal)  # an import may bring several at once
    for row in chunked(connection, query, columns.environment_id, environment_ids):
        latest[row.environment_id] = _deployment(row)
    return latest


def _select() -> Select[Any]:
    # Who made an account or a key never changes, and is asked of every version: leaving or revoking absolves nobody.
    account = select(func.max(_users.c.created_by)).where(
        _users.c.id == _deployments.c.created_by, _users.c.is_service_account
    )
    key = select(func.max(_api_keys.c.created_by)).where(_api_keys.c.id == _deployments.c.created_with_key)
    return (
        select(
            _deployments,
            _identities.c.created_at,
            _revisions.c.instant.label("updated_at"),
            account.scalar_subquery().label("account_made_by"),
            key.scalar_subquery().label("key_made_by"),
        )
        .join(_identities, _identities.c.id == _deployments.c.id)
        .join(
            _revisions,
            and_(_revisions.c.ledger_id == _deployments.c.ledger_id, _revisions.c.number == _deployments.c.since),
        )
    )


def _conditions(
    organization_id: str, revision: int, place: Place, statuses: Collection[DeploymentStatus] | None
) -> list[ColumnElement[bool]]:
    columns = _deployments.c
    placed = columns.environment_id.in_(place.environment_ids)
    unplaced = and_(columns.environment_id.is_(None), columns.project_id.in_(place.unplaced_in))
    conditions = [columns.ledger_id == organization_id, as_of(_deployments, revision), or_(placed, unplaced)]
    if statuses is not None:
        conditions.append(columns.status.in_([status.value for status in statuses]))
    return conditions


def _is_at(row: Any, revisions: Mapping[str, int]) -> bool:
    revision = revisions.get(row.ledger_id)
    return revision is not None and row.since <= revision and (row.until is None or row.until > revision)


def _deployment(row: Any) -> Deployment:
    return Deployment(
        row.id,
        row.ledger_id,
        row.project_id,
        row.environment_id,
        row.ref,
        DeploymentStatus[row.status],
        row.created_by,
        row.created_with_key,
        row.promoted_from,
        row.created_at,
        row.updated_at,
        frozenset(id for id in (row.created_by, row.account_made_by, row.key_made_by) if id is not None),
        progress_from(row.approval_rules),
    )
