"""Who comes in with a key, remembered for as long as nothing has changed anywhere."""

from collections import OrderedDict

from app.db.engine import Database
from app.store.moment import Arrival, arrival_by_key, revisions_in_all

MOST_ARRIVALS = 10_000
"""How many keys are remembered, at about 1 KB each; the least recently used leave. Bad ones never are."""


class Arrivals:
    """What the store knows of the bearers of keys, exact as of an instant after it was asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._revisions = database.probe(revisions_in_all)
        self._known: OrderedDict[str, tuple[int, Arrival]] = OrderedDict()

    def knows(self, key_hash: str) -> bool:
        """Whether there was such a key of late."""
        return key_hash in self._known

    def revisions_at_once(self) -> int | None:
        """How many revisions there are in all, where that is known without waiting."""
        return self._revisions.at_once()

    def as_of(self, revisions: int, key_hash: str) -> Arrival | None:
        """Who this key belongs to, if that is remembered of when there were so many revisions in all."""
        known = self._known.get(key_hash)
        if known is None or known[0] != revisions:
            return None
        self._known.move_to_end(key_hash)
        return known[1]

    async def by_key(self, key_hash: str) -> Arrival | None:
        """Who this key belongs to, and at which revisions; None for an unknown or revoked key."""
        # Before the store is asked: a change in between makes what is remembered old at once, never what is answered.
        revisions = await self._revisions.value()
        arrival = self.as_of(revisions, key_hash)
        if arrival is not None:
            return arrival
        known = self._known.get(key_hash)
        if known is None:
            arrival = await self._database.read(lambda connection: arrival_by_key(connection, key_hash))
        else:
            earlier = known[1]
            arrival = await self._revisions.read(lambda connection: arrival_by_key(connection, key_hash, earlier))
        if arrival is None:
            self._known.pop(key_hash, None)
            return None
        self._known[key_hash] = revisions, arrival
        if len(self._known) > MOST_ARRIVALS:
            self._known.popitem(last=False)
        return arrival
