"""Whether the secret at hand is the one that the store's keys were hashed with: with another, none is any good."""

import hashlib
import hmac

from app.db.engine import Connection, Database
from app.errors import conflict
from app.store.ledger import INSTANCE, lock
from app.store.secret_mark import keep_secret_mark, secret_mark


async def recognize_secret(database: Database, pepper: bytes) -> None:
    """Make sure that the secret is the store's; the first that comes is. Raises CONFLICT for another.

    It is a transaction that could write, so that whoever can't is told before anybody asks.
    """

    def recognize(connection: Connection) -> None:
        lock(connection, [INSTANCE], lambda: 0)
        known = secret_mark(connection)
        if known is None:
            keep_secret_mark(connection, _mark(pepper))
        elif not hmac.compare_digest(known, _mark(pepper)):
            raise conflict("the keys in this store were made with another secret")

    await database.write(recognize)


async def change_secret(database: Database, pepper: bytes) -> bool:
    """Have this be the store's secret from now on, and no key made before any good; whether it was not already."""

    def change(connection: Connection) -> bool:
        lock(connection, [INSTANCE], lambda: 0)
        is_other = secret_mark(connection) != _mark(pepper)
        if is_other:
            keep_secret_mark(connection, _mark(pepper))
        return is_other

    return await database.write(change)


def _mark(pepper: bytes) -> str:
    return hmac.digest(pepper, b"the secret of this store", hashlib.sha256).hex()
