"""The write by hand: a grant, or the end of one, with its audit record, durable when it returns; SQLite and no more.

Two narrow tables in a file of its own: what was true from which revision until which, and who changed what when,
chained by hashes. To keep as much as Bailiwick keeps, in its tables, with their references and indexes, takes the same
statements four times as long; that is part of what its distance from the ceiling says.
"""

import base64
import hashlib
import secrets
import sqlite3
import time
from pathlib import Path

import orjson

_TABLES = (
    """CREATE TABLE grants (id TEXT PRIMARY KEY, restriction_id TEXT, user_id TEXT, since INTEGER, until INTEGER)
        WITHOUT ROWID""",
    """CREATE TABLE audit (number INTEGER PRIMARY KEY, instant INTEGER, actor_id TEXT, key_id TEXT, action TEXT,
        target_id TEXT, change TEXT, hash TEXT)""",
)
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
ACTION = "updateEnvironmentRestriction"


class Ledger:
    """The one connection that writes; `revision` is the organization's last one before it began."""

    def __init__(self, path: Path, revision: int) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", *_TABLES):
            self._connection.execute(statement)
        self._revision = revision
        self._hash = ""

    def grant(self, actor_id: str, key_id: str, restriction_id: str, user_id: str) -> tuple[str, int]:
        """Let somebody pass; gives the grant's id, and the revision."""
        id = f"gra_{base64.b32encode(secrets.token_bytes(15)).translate(_CROCKFORD).decode()}"
        statement = "INSERT INTO grants VALUES (?, ?, ?, ?, NULL)"
        values = (id, restriction_id, user_id, self._revision + 1)
        change = {"id": id, "before": None, "after": {"restriction_id": restriction_id, "user_id": user_id}}
        return id, self._write(statement, values, (actor_id, key_id, restriction_id), change)

    def remove(self, actor_id: str, key_id: str, restriction_id: str, id: str) -> int:
        """Take a grant back; gives the revision. Raises LookupError where there is none."""
        statement = "UPDATE grants SET until = ? WHERE id = ? AND until IS NULL"
        change = {"id": id, "before": {"restriction_id": restriction_id}, "after": None}
        return self._write(statement, (self._revision + 1, id), (actor_id, key_id, restriction_id), change)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def is_whole(self) -> bool:
        """Whether every audit record still stands as it was written."""
        previous = ""
        for *record, hash in self._connection.execute("SELECT * FROM audit ORDER BY number"):
            if hash != _hash(previous, tuple(record)):
                return False
            previous = hash
        return previous == self._hash

    def _write(
        self, statement: str, values: tuple[object, ...], about: tuple[str, str, str], change: dict[str, object]
    ) -> int:
        execute = self._connection.execute
        actor_id, key_id, target_id = about
        number = self._revision + 1
        execute("BEGIN IMMEDIATE")
        try:
            if execute(statement, values).rowcount != 1:
                raise LookupError(target_id)
            instant = time.time_ns() // 1_000
            record = (number, instant, actor_id, key_id, ACTION, target_id, orjson.dumps(change).decode())
            hash = _hash(self._hash, record)
            execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*record, hash))
            execute("COMMIT")
        except BaseException:
            execute("ROLLBACK")
            raise
        self._revision, self._hash = number, hash
        return number


def _hash(previous: str, record: tuple[object, ...]) -> str:
    return hashlib.sha256(previous.encode() + b"\n" + orjson.dumps(record)).hexdigest()
