"""PostgreSQL: a pool for readers and writers, and one for who reads much; a transaction says of which kind it is."""

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

LOCK_TIMEOUT = 10
"""Seconds that a writer waits for another one's ledger before it gives up with an exception."""


def pool(url: URL, connections: int = 20) -> AsyncEngine:
    """So many connections, half of them kept when nobody needs them; the session says how a transaction is begun."""
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=connections // 2,
        max_overflow=connections - connections // 2,
        isolation_level="READ COMMITTED",  # a writer must see what was committed while it waited for its ledger
        connect_args={
            "server_settings": {
                "application_name": "bailiwick",
                # Compiling costs more than any of our statements, and seconds for the driver's own look at types.
                "jit": "off",
                # As on SQLite: who waits longer for a ledger gets an exception.
                "lock_timeout": f"{LOCK_TIMEOUT}s",
                # A process that froze inside a transaction must not hold an organization's ledger for ever.
                "idle_in_transaction_session_timeout": "60s",
            }
        },
    )
