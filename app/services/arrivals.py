"""Who comes in with a key, remembered until something has changed that this process has not changed itself."""

from collections import OrderedDict

from app.db.engine import Commit, Database
from app.store.moment import Arrival, arrival_by_key, revisions_in_all

MOST_ARRIVALS = 10_000
"""How many keys are remembered, at about 1 KB each; the least recently used leave. Bad ones never are."""

MOST_STEPS = 1_000
"""How many changes somebody may have been away for, whose revisions are then known without asking."""

_UNKNOWN = ("", 0)


class Arrivals:
    """What the store knows of the bearers of keys, exact as of an instant after it was asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._revisions = database.probe(revisions_in_all)
        self._known: OrderedDict[str, tuple[int, Arrival]] = OrderedDict()
        self._steps: dict[int, tuple[str, int]] = {}
        """By how many revisions there were in all before it: the ledger of the next one, and its number there."""

    def follow(self, commit: Commit, ledger_id: str, revision: int) -> None:
        """Know of a change before anybody asks: of a revision of one ledger, after which all come in as before it.

        May be called in any thread, one at a time.
        """
        total = self._revisions.follow(commit, lambda revisions: revisions + 1)
        if total is None:
            return
        self._steps[total - 1] = ledger_id, revision
        if len(self._steps) > MOST_STEPS:
            del self._steps[next(iter(self._steps))]

    def knows(self, key_hash: str) -> bool:
        """Whether there was such a key of late."""
        return key_hash in self._known

    def revisions_at_once(self) -> int | None:
        """How many revisions there are in all, where that is known without waiting."""
        return self._revisions.at_once()

    def as_of(self, revisions: int, key_hash: str) -> Arrival | None:
        """Who this key belongs to, if that is remembered of when there were so many revisions in all."""
        known = self._known.get(key_hash)
        if known is None:
            return None
        since, arrival = known
        if since != revisions:
            followed = self._followed(arrival, since, revisions)
            if followed is None:
                return None
            arrival = followed
            self._known[key_hash] = revisions, arrival
        self._known.move_to_end(key_hash)
        return arrival

    def _followed(self, arrival: Arrival, since: int, until: int) -> Arrival | None:
        """Somebody's arrival when there were `until` revisions, from that of `since`; None where that is to be read."""
        if not 0 < until - since <= MOST_STEPS:
            return None
        revisions = dict(arrival.revisions)
        for total in range(since, until):
            ledger_id, revision = self._steps.get(total, _UNKNOWN)
            if ledger_id in revisions:
                revisions[ledger_id] = revision
            elif not ledger_id:
                return None
        return Arrival(arrival.subject, arrival.instance_revision, revisions)

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
