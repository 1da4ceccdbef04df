"""The chain of a ledger: how a revision is hashed, and whether all that were written still stand as written."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.tables import Change, Ledger, Revision, table_of
from app.db.text import canonical

BATCH = 200
"""Revisions that are read at once; a revision has at most 1,000 changes."""


@dataclass(frozen=True, slots=True)
class ChangeText:
    """A change as it is stored: `before` and `after` are canonical JSON, None where the fact was not there."""

    kind: str
    fact_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Broken:
    """The first revision of a chain that does not stand as it was written, and what is wrong with it."""

    number: int
    problem: str


def revision_hash(
    previous_hash: str | None,
    *,
    id: str,
    ledger_id: str,
    number: int,
    instant: int,
    actor_id: str | None,
    api_key_id: str | None,
    action: str,
    target_id: str | None,
    target_name: str | None,
    reason: str | None,
    changes: Sequence[ChangeText],
) -> str:
    """SHA-256, in lower-case hexadecimal, of what is hashed for a revision, in UTF-8:

    the previous revision's hash (nothing for the first), a line feed, and `canonical` of one JSON object with the
    keys action, actor_id, api_key_id, changes, id, instant, ledger_id, number, reason, target_id and target_name;
    `changes` is a list, by position, of lists [kind, fact_id, before, after], the last two being the stored texts as
    JSON strings, or null.
    """
    content = canonical(
        {
            "action": action,
            "actor_id": actor_id,
            "api_key_id": api_key_id,
            "changes": [[change.kind, change.fact_id, change.before, change.after] for change in changes],
            "id": id,
            "instant": instant,
            "ledger_id": ledger_id,
            "number": number,
            "reason": reason,
            "target_id": target_id,
            "target_name": target_name,
        }
    )
    return hashlib.sha256(f"{previous_hash or ''}\n{content}".encode()).hexdigest()


def verify(connection: Connection, ledger_id: str, on_progress: Callable[[int], None] | None = None) -> Broken | None:
    """The first broken revision of a ledger, None when all stand; LookupError for an unknown ledger.

    `on_progress` is told the number of the last revision that was looked at, after each batch. To be called in one
    transaction, so that the head belongs to what was read.
    """
    ledgers = table_of(Ledger)
    head = connection.execute(select(ledgers).where(ledgers.c.id == ledger_id)).one_or_none()
    if head is None:
        raise LookupError(f"no ledger `{ledger_id}`")
    number, instant, previous_hash = 0, 0, None
    for batch in _batches(connection, ledger_id):
        for revision, changes in batch:
            problem = _problem(revision, changes, number + 1, instant, previous_hash)
            if problem is not None:
                return Broken(number + 1, problem)
            number, instant, previous_hash = revision.number, revision.instant, revision.hash
        if on_progress is not None:
            on_progress(number)
    if (head.revision, head.instant, head.hash) != (number, instant, previous_hash):
        return Broken(max(number, head.revision), "the ledger's head is not its last revision")
    return None


def _problem(
    revision: Row[Any], changes: list[Row[Any]], number: int, instant: int, previous_hash: str | None
) -> str | None:
    if revision.number != number:
        return "the revision is missing"
    if revision.previous_hash != previous_hash:
        return "the previous hash is not that of the revision before"
    if revision.instant <= instant:
        return "the instant is not after that of the revision before"
    if not changes or [change.position for change in changes] != list(range(len(changes))):
        return "changes are missing"
    content = revision._asdict()
    content.pop("hash")
    texts = [ChangeText(change.kind, change.fact_id, change.before, change.after) for change in changes]
    if revision_hash(changes=texts, **content) != revision.hash:
        return "the hash is not that of what stands here"
    return None


def _batches(connection: Connection, ledger_id: str) -> Iterator[list[tuple[Row[Any], list[Row[Any]]]]]:
    """Revisions with their changes, in order; read by range, so that a chain of any length fits into memory."""
    revisions, changes = table_of(Revision), table_of(Change)
    of_ledger = select(revisions).where(revisions.c.ledger_id == ledger_id).order_by(revisions.c.number).limit(BATCH)
    of_changes = (
        select(changes).where(changes.c.ledger_id == ledger_id).order_by(changes.c.revision, changes.c.position)
    )
    last = 0
    while batch := connection.execute(of_ledger.where(revisions.c.number > last)).all():
        first, last = batch[0].number, batch[-1].number
        rows = connection.execute(of_changes.where(changes.c.revision.between(first, last)))
        by_revision = {number: list(group) for number, group in groupby(rows, lambda row: row.revision)}
        yield [(revision, by_revision.get(revision.number, [])) for revision in batch]
