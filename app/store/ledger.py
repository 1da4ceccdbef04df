"""The write kernel: every change of a fact, by whomever, is made here, as a revision of the ledgers it touches.

def rename(connection: Connection) -> None:
    writer = lock(connection, [organization_id], now)
    ...  # read what the change depends on, by the same connection
    writer.set(Team, team_id, name="Search")
    writer.commit(Record("updateTeam", actor_id=user_id, target_id=team_id))

await database.write(rename)
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.db.statements import Statement
from app.db.tables import Fact, Ledger, table_of
from app.store.changeset import Changed, Changeset
from app.store.fact_values import stored
from app.store.fact_versions import write_versions
from app.store.identities import kind_of, new_id
from app.store.revisions import Head, Record, append, insert_identities, insert_ledger

__all__ = ["INSTANCE", "MOST_FACTS", "Record", "Writer", "lock"]

INSTANCE = "instance"
"""The ledger of the instance: people, keys and who is active."""

MOST_FACTS = 1_000
"""How many facts one revision may change."""


def lock(connection: Connection, ledger_ids: Iterable[str], now: Callable[[], int]) -> "Writer":
    """Take hold of ledgers until the transaction ends; whoever else wants one waits.

    To be called before anything else in the transaction, `now` (µs) included: what was read earlier may be stale.
    Raises LookupError for a ledger that there isn't.
    """
    wanted = set(ledger_ids)
    rows = _locking().rows(connection, {"ids": sorted(wanted)})
    if missing := wanted - {row.id for row in rows}:
        raise LookupError(f"there is no ledger {', '.join(f'`{name}`' for name in sorted(missing))}")
    instant = max(now(), 1, *(row.instant + 1 for row in rows))
    return Writer(connection, [Head(row.id, row.revision, row.hash, row.next_ordinal) for row in rows], instant)


@cache
def _locking() -> Statement:
    # One order for everybody, so that no two wait for each other: the instance, then organizations by id. On SQLite
    # the transaction began with the one lock there is. NO KEY UPDATE lets others add rows that only name the ledger.
    ledgers = table_of(Ledger)
    query = select(ledgers).where(ledgers.c.id.in_(bindparam("ids", expanding=True)))
    order = ledgers.c.id != INSTANCE, ledgers.c.id
    return Statement(query.order_by(*order).with_for_update(key_share=True), of="ids")


class Writer:
    """One transaction's hold on the ledgers that it locked.

    Changes are kept here until `commit` writes them; reading by the same connection doesn't show them before. Several
    commits in one transaction are several revisions, each at an instant of its own.
    """

    def __init__(self, connection: Connection, heads: Iterable[Head], instant: int) -> None:
        self.instant = instant
        """When the revision being written is (µs): after every earlier one of the ledgers that are held."""
        self.written: Sequence[Changed] = ()
        """What the last commit wrote, in its order."""
        self._connection = connection
        self._heads = {head.ledger_id: head for head in heads}
        self._changes = Changeset()

    def create_ledger(self, organization_id: str) -> None:
        """Begin the ledger of an organization that is to be added next; it is held from now on."""
        self._heads[organization_id] = insert_ledger(self._connection, organization_id)

    def revision(self, ledger_id: str) -> int:
        """The number being written; a ledger that nothing changes keeps the one before. KeyError if not held."""
        return self._heads[ledger_id].revision + 1

    def add(self, model: type[Fact], ledger_id: str, *, id: str | None = None, **values: Any) -> str:
        """Add a thing, and give its id; columns not named have their defaults (see fact_values.stored).

        Raises TypeError for a column too many or too few, ValueError for an id of another kind or one that is there,
        and KeyError for a ledger that is not held.
        """
        if ledger_id not in self._heads:
            raise KeyError(ledger_id)
        own_id = new_id(model.identity_kind) if id is None else id
        if kind_of(own_id) is not model.identity_kind:
            raise ValueError(f"`{own_id}` is no id of a row of `{model.__tablename__}`")
        self._changes.add(model, ledger_id, own_id, stored(model, values))
        return own_id

    def set(self, model: type[Fact], id: str, **values: Any) -> None:
        """Change columns of a living fact; equal values are no change.

        Raises TypeError for an unknown column, and LookupError where nothing is living: here if the fact was ended in
        this revision, else at the commit, which reads all rows at once.
        """
        self._changes.set(model, id, stored(model, values))

    def end(self, model: type[Fact], id: str) -> None:
        """End a living fact; LookupError as for `set`. What was added in this same revision leaves no trace."""
        self._changes.end(model, id)

    def commit(self, record: Record) -> dict[str, int]:
        """Write a revision of each ledger that something changes in, and give its number, by ledger; {} for nothing.

        Raises LookupError for facts that are not living, KeyError for facts of a ledger that is not held, ValueError
        for more than MOST_FACTS in one ledger, and IntegrityError for what the tables forbid. The transaction is to be
        rolled back then.
        """
        by_ledger: dict[str, list[Changed]] = {}
        self.written = self._changes.changed(self._connection)
        for fact in self.written:
            by_ledger.setdefault(fact.ledger_id, []).append(fact)
        self._changes = Changeset()
        numbers = {ledger_id: self.revision(ledger_id) for ledger_id in by_ledger}
        for ledger_id, facts in by_ledger.items():
            if len(facts) > MOST_FACTS:
                raise ValueError(f"{len(facts)} facts in one revision of `{ledger_id}`: at most {MOST_FACTS}")
        if numbers:
            self._write(record, by_ledger, numbers)
            self.instant += 1
        return numbers

    def _write(self, record: Record, by_ledger: dict[str, list[Changed]], numbers: dict[str, int]) -> None:
        for ledger_id, facts in by_ledger.items():
            insert_identities(self._connection, self._heads[ledger_id], facts, self.instant)
        write_versions(self._connection, [fact for facts in by_ledger.values() for fact in facts], numbers)
        for ledger_id, facts in by_ledger.items():
            append(self._connection, self._heads[ledger_id], facts, record, self.instant)
