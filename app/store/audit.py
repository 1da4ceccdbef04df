"""The audit: an organization's revisions as records, newest first (architecture, section 2)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, func, select, tuple_

from app.db import tables
from app.db.tables import table_of
from app.policy.names import is_kept_as_it_is

_revisions = table_of(tables.Revision)
_changes = table_of(tables.Change)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One revision: who did what to what, when (µs) and why; chained to the one before by its hash."""

    id: str
    organization_id: str
    revision: int
    actor_id: str | None
    api_key_id: str | None
    action: str
    target_id: str | None
    target_name: str | None
    at: int
    reason: str | None
    previous_hash: str | None
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which records: all that are not None must hold. `since` is included, `until` excluded (µs)."""

    target_id: str | None = None
    actor_id: str | None = None
    action: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What one record says of the facts it changed, before and after: each has its `kind` and `id`."""

    before: list[dict[str, Any]] | None
    after: list[dict[str, Any]] | None


def audit_slice(
    connection: Connection,
    organization_id: str,
    revision: int,
    wanted: AuditFilter,
    limit: int,
    after: tuple[Any, ...] | None = None,
    before: tuple[Any, ...] | None = None,
    *,
    backwards: bool = False,
) -> tuple[list[AuditEvent], int]:
    """At most `limit` records newest first, between two keys (minus the revision, id), and how many there are."""
    key = (-_revisions.c.number, _revisions.c.id)
    query = select(_revisions).where(*_conditions(organization_id, revision, wanted))
    if after is not None:
        query = query.where(tuple_(*key) > after)
    if before is not None:
        query = query.where(tuple_(*key) < before)
    order = [column.desc() for column in key] if backwards else list(key)
    rows = connection.execute(query.order_by(*order).limit(limit)).all()
    conditions = _conditions(organization_id, revision, wanted)
    total = connection.execute(select(func.count()).select_from(_revisions).where(*conditions)).scalar_one()
    return [_event(row) for row in (reversed(rows) if backwards else rows)], total


def audit_event_by_id(connection: Connection, id: str, revisions: Mapping[str, int]) -> AuditEvent | None:
    """The record of this id, where its organization has one of these revisions and it is not later."""
    row = connection.execute(select(_revisions).where(_revisions.c.id == id)).one_or_none()
    return _event(row) if row is not None and row.number <= revisions.get(row.ledger_id, 0) else None


def differences_by_revision(
    connection: Connection, organization_id: str, revision: int, revisions: Iterable[int]
) -> dict[int, Difference]:
    """What each of these revisions, none later than `revision`, changed, in the order it was recorded."""
    query = (
        select(_changes)
        .where(
            _changes.c.ledger_id == organization_id,
            _changes.c.revision <= revision,
            _changes.c.revision.in_(list(revisions)),
        )
        .order_by(_changes.c.revision, _changes.c.position)
    )
    found: dict[int, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for row in connection.execute(query):
        sides = found.setdefault(row.revision, ([], []))
        for side, text in zip(sides, (row.before, row.after), strict=True):
            if text is not None:
                side.append({"kind": row.kind, "id": row.fact_id, **json.loads(text)})
    return {number: Difference(before or None, after or None) for number, (before, after) in found.items()}


def _conditions(organization_id: str, revision: int, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    columns = _revisions.c
    if wanted.action is not None and not is_kept_as_it_is(wanted.action):
        return [false()]  # PostgreSQL would refuse to compare it
    conditions = [columns.ledger_id == organization_id, columns.number <= revision]
    for column, value in (
        (columns.target_id, wanted.target_id),
        (columns.actor_id, wanted.actor_id),
        (columns.action, wanted.action),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.since is not None:
        conditions.append(columns.instant >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.instant < wanted.until)
    return conditions


def _event(row: Any) -> AuditEvent:
    return AuditEvent(
        row.id,
        row.ledger_id,
        row.number,
        row.actor_id,
        row.api_key_id,
        row.action,
        row.target_id,
        row.target_name,
        row.instant,
        row.reason,
        row.previous_hash,
        row.hash,
    )
