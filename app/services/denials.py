"""Refused mutations, noted after the answer and written in batches (rule.md, section 10).

Noting costs the same whatever was asked about. Which organization the target belongs to is found out when they are
written, and what belongs to none is dropped; so is what goes beyond a number a day and organization, so that a flood
can't fill the store, and beyond one person's share of it, so that nobody's flood hides what others are refused.
Writing costs the same too, dropped or not: whoever asks next may have to wait for it, and would tell by the time what
is hidden from what never was. So each process counts on from what it found when it first wrote there that day: to count
every time would take longer where there is more to count.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.db.engine import Connection, Database
from app.policy.subject import Subject
from app.policy.vocabulary import ErrorCode
from app.store.denials import Day, Refused, denials_by_day, insert_denials
from app.store.identities import ledgers_by_id
from app.store.ledger import INSTANCE

DAY = 86_400_000_000
"""µs."""

MOST_WAITING = 10_000
"""How many refusals wait to be written at most; what comes beyond is dropped."""

SHARES = 10
"""Of one day's refusals in an organization nobody has more than one in so many, but always one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Denied:
    """One refused mutation: who asked for what, with which key, and when (µs)."""

    asker: Subject
    action: str
    target_id: str
    code: ErrorCode
    instant: int


class Denials:
    """Refusals that wait to be written; `per_day` bounds how many an organization keeps of one day (UTC)."""

    def __init__(self, database: Database, per_day: int) -> None:
        self._database = database
        self._per_day = per_day
        self._waiting: list[Denied] = []
        self._counts: dict[Day, Counter[str]] = {}

    def note(self, denied: Denied) -> None:
        """Remember a refusal; costs nothing that depends on it."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(denied)

    @property
    def is_waiting(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._waiting)

    async def write(self) -> None:
        """Write what waits; to be called after an answer has left. What can't be written is logged and dropped."""
        if not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        try:
            await self._database.write(lambda connection: self._insert(connection, batch))
        except Exception:  # noqa: BLE001 - the answer has left; a lost denial must not end the server
            _log.exception("%d denials could not be written", len(batch))

    def _insert(self, connection: Connection, batch: Sequence[Denied]) -> None:
        ledgers = ledgers_by_id(connection, {denied.target_id for denied in batch})
        # What never was is counted and written like the rest, in the ledger that there always is.
        refused = [_refused(ledgers.get(denied.target_id, INSTANCE), denied) for denied in batch]
        self._count(connection, {(each.ledger_id, each.day) for each in refused})
        kept: list[Refused] = []
        dropped: list[Refused] = []
        for each in refused:
            by_actor = self._counts[each.ledger_id, each.day]
            if each.target_id in ledgers and self._has_room(by_actor, each.actor_id):
                by_actor[each.actor_id] += 1
                kept.append(each)
            else:
                dropped.append(each)
        insert_denials(connection, kept, dropped)

    def _count(self, connection: Connection, days: AbstractSet[Day]) -> None:
        """Know how many there are of these days, and forget those long before them."""
        unknown = days - self._counts.keys()
        if not unknown:
            return
        found = denials_by_day(connection, unknown)
        first = min(day for _, day in days) - 1  # another batch may be of the day before
        kept = {day: count for day, count in self._counts.items() if day[1] >= first}
        self._counts = {**found, **kept}  # what another batch has counted meanwhile stands

    def _has_room(self, by_actor: Counter[str], actor_id: str) -> bool:
        return by_actor.total() < self._per_day and by_actor[actor_id] < max(1, self._per_day // SHARES)


def _refused(ledger_id: str, denied: Denied) -> Refused:
    key = denied.asker.key
    return Refused(
        ledger_id,
        denied.instant,
        denied.instant // DAY,
        denied.asker.id,
        None if key is None else key.id,
        denied.action,
        denied.target_id,
        denied.code,
    )
