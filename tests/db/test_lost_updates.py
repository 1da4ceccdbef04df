"""Several processes that read, add and write lose nothing, and none of them fails."""

import asyncio
import sys

from sqlalchemy import Connection, select

from app.db.engine import Database
from app.db.tables import Organization, Revision, table_of
from app.policy.kinds import Kind
from app.store.chain import verify
from app.store.identities import new_id
from app.store.ledger import INSTANCE, Record, lock

PROCESSES, TIMES = 4, 25

COUNT = """
import asyncio, sys, time
from sqlalchemy import select
from app.db.engine import Database
from app.db.tables import Organization, table_of
from app.store.ledger import Record, lock

url, ledger, times = sys.argv[1], sys.argv[2], int(sys.argv[3])

def count_up(connection):
    writer = lock(connection, [ledger], lambda: time.time_ns() // 1000)
    table = table_of(Organization)
    name = connection.execute(select(table.c.name).where(table.c.id == ledger, table.c.until.is_(None))).scalar_one()
    writer.set(Organization, ledger, name=str(int(name) + 1))
    writer.commit(Record("count"))

async def main():
    database = Database.open(url)
    for _ in range(times):
        await database.write(count_up)
    await database.close()

asyncio.run(main())
"""


def organization(connection: Connection) -> str:
    """An organization named 0."""
    writer = lock(connection, [INSTANCE], lambda: 1)
    ledger = new_id(Kind.ORGANIZATION)
    writer.create_ledger(ledger)
    writer.add(Organization, ledger, id=ledger, slug="counter", name="0")
    writer.commit(Record("begin"))
    return ledger


async def test_processes_that_count_together(database: Database, database_url: str) -> None:
    ledger = await database.write(organization)
    arguments = [sys.executable, "-W", "error", "-c", COUNT, database_url, ledger, str(TIMES)]
    processes = [await asyncio.create_subprocess_exec(*arguments) for _ in range(PROCESSES)]
    assert [await process.wait() for process in processes] == [0] * PROCESSES

    def found(connection: Connection) -> tuple[str, list[int]]:
        table, revisions = table_of(Organization), table_of(Revision)
        name = connection.execute(select(table.c.name).where(table.c.until.is_(None))).scalar_one()
        instants = select(revisions.c.instant).where(revisions.c.ledger_id == ledger).order_by(revisions.c.number)
        assert verify(connection, ledger) is None
        return name, list(connection.execute(instants).scalars())

    name, instants = await database.read(found)
    assert name == str(PROCESSES * TIMES)
    assert len(instants) == PROCESSES * TIMES + 1
    assert instants == sorted(set(instants))
