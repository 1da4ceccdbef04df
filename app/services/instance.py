"""A running Bailiwick: its store, the facts it keeps in memory, its secret and its clock."""

import time
from collections.abc import Callable

from app.db.engine import Database
from app.eager import Soon, begin
from app.errors import unauthenticated
from app.policy.subject import Subject
from app.services.arrivals import Arrivals
from app.services.denials import Denials
from app.services.facts_memory import FactsMemory
from app.services.key_uses import KeyUses
from app.services.keys import hash_key, is_well_formed
from app.services.reader import Reader
from app.store.moment import Arrival


def now_us() -> int:
    """This instant, in µs since the epoch."""
    return time.time_ns() // 1_000


def subject_of(arrival: Arrival, instant: int) -> Subject:
    """Whoever has come in with a key. Raises UNAUTHENTICATED for a deactivated user and an expired key."""
    subject = arrival.subject
    if not subject.person.is_active:
        raise unauthenticated()
    if subject.key is not None and subject.key.expires_at is not None and subject.key.expires_at <= instant:
        raise unauthenticated()
    return subject


class Instance:
    """What one process needs to answer anybody. `pepper` keys the hashes of API keys; `clock` answers in µs."""

    def __init__(
        self,
        database: Database,
        pepper: bytes,
        *,
        memory_bytes: int,
        denials_per_day: int = 10_000,
        anyone_creates_organizations: bool = True,
        clock: Callable[[], int] = now_us,
    ) -> None:
        self.database = database
        self.pepper = pepper
        self.clock = clock
        self.anyone_creates_organizations = anyone_creates_organizations
        self.memory = FactsMemory(database, memory_bytes)
        self.denials = Denials(database, denials_per_day)
        self.arrivals = Arrivals(database)
        self.uses = KeyUses(database)

    def reader_at_once(self, key: str) -> Reader | None:
        """Whoever holds this key, at the moment of this call, where it is remembered and nothing has changed since.

        None: `reader` is to be asked. Raises UNAUTHENTICATED for a remembered key that is no good any more.
        """
        arrivals = self.arrivals
        revisions = arrivals.revisions_at_once()
        if revisions is None:
            return None
        key_hash = hash_key(self.pepper, key)
        arrival = arrivals.as_of(revisions, key_hash)
        return None if arrival is None else self.reader_of(arrival, key_hash)

    async def reader(self, key: str) -> Reader:
        """Whoever holds this key, at the moment of this call.

        Raises UNAUTHENTICATED for a key that is malformed, unknown, revoked, expired, or of somebody deactivated; the
        message doesn't tell which.
        """
        key_hash = hash_key(self.pepper, key)
        if not self.arrivals.knows(key_hash) and not is_well_formed(key):
            raise unauthenticated()
        return self.reader_of(await self.arrivals.by_key(key_hash), key_hash)

    def reader_of(self, arrival: Arrival | None, key_hash: str) -> Reader:
        """The same for whoever has come in, or goes on after they changed something."""
        instant = self.clock()
        if arrival is None:
            raise unauthenticated()
        subject_of(arrival, instant)  # who may not come in is refused there
        return Reader(self.database, self.memory, arrival, instant, key_hash)

    def note_use(self, reader: Reader) -> Soon[None]:
        """Remember that a key was used, and write what waits to be written, if anything is due.

        To be called after the answer has left.
        """
        key, instant = reader.subject.key, reader.instant
        is_due = key is not None and self.uses.note(key.id, instant)
        return begin(self._write(instant)) if is_due or self.denials.is_waiting else None

    async def _write(self, instant: int) -> None:
        await self.uses.write_due(instant)
        await self.denials.write()

    async def close(self) -> None:
        """Write what waits to be written; the database is left open."""
        await self.uses.write()
        await self.denials.write()
