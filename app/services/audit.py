"""Verifying the audit: the hash chain of each ledger."""

from collections.abc import Callable
from dataclasses import dataclass

from app.db.engine import Database
from app.store.chain import Broken, verify
from app.store.organizations import ledger_heads


@dataclass(frozen=True, slots=True)
class Ledger:
    """A chain to verify: an organization's, by its slug, or the instance's."""

    id: str
    name: str
    revisions: int


async def ledgers(database: Database, slug: str | None) -> list[Ledger]:
    """Every ledger, the instance's first; or the one of an organization by its slug."""
    found = await database.read(ledger_heads)
    return [Ledger(*row) for row in found if slug is None or row[1] == slug]


async def verify_ledger(database: Database, ledger: Ledger, on_progress: Callable[[int], None]) -> Broken | None:
    """Where a ledger's chain breaks; None where it is whole."""
    return await database.load(lambda connection: verify(connection, ledger.id, on_progress))
