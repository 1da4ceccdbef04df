"""When keys were last used, written for many of them at a time after answers have left."""

from app.db.engine import Database
from app.store.credentials import note_uses

RESOLUTION = 60_000_000
"""How exactly a key's last use is known, in µs: writing it more often would cost more than reading an answer."""

PAUSE = 5_000_000
"""How long (µs) uses are gathered before they are written, so that many keys cost one transaction."""


class KeyUses:
    """Uses that wait to be written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        self._written_at = 0

    def note(self, key_id: str, instant: int) -> bool:
        """Remember that a key was used at an instant (µs); whether what waits is to be written."""
        if instant - self._noted.get(key_id, 0) < RESOLUTION:
            return False
        self._noted[key_id] = self._waiting[key_id] = instant
        return instant - self._written_at >= PAUSE

    async def write_due(self, instant: int) -> None:
        """Write what waits, if that is due."""
        if instant - self._written_at >= PAUSE:
            self._written_at = instant
            await self.write()

    async def write(self) -> None:
        """Write what waits."""
        uses, self._waiting = self._waiting, {}
        if uses:
            await self._database.write(lambda connection: note_uses(connection, uses))
