"""A statement that is compiled once says what Core says of it, on either database."""

from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.statements import FEW, Statement
from app.db.tables import Identity, Ledger, Team, table_of

IDENTITIES, TEAMS, LEDGERS = table_of(Identity), table_of(Team), table_of(Ledger)
IDS = [f"id{number:02}" for number in range(FEW + 2)]
ADD_IDENTITIES, ADD_TEAMS = Statement(insert(IDENTITIES)), Statement(insert(TEAMS))
NAMED = TEAMS.c.id.in_(bindparam("ids", expanding=True))
TEAMS_BY_ID = Statement(select(TEAMS).where(NAMED).order_by(TEAMS.c.id), of="ids")
END = Statement(update(TEAMS).where(NAMED).values(until=bindparam("number")), of="ids")


def identity(number: int) -> dict[str, Any]:
    return {"id": IDS[number], "ledger_id": "instance", "kind": "tea", "ordinal": number + 1, "created_at": 1}


def team(number: int, **values: Any) -> dict[str, Any]:
    known = {"id": IDS[number], "since": 1, "until": None, "ledger_id": "instance", "parent_id": IDS[0]}
    return known | {"slug": IDS[number], "name": IDS[number], "isolated": bool(number % 2)} | values


def fill(connection: Connection) -> None:
    ADD_IDENTITIES.run_many(connection, [identity(number) for number in range(len(IDS))])
    assert ADD_TEAMS.run(connection, team(0)) == 1
    ADD_TEAMS.run_many(connection, [team(1)])
    ADD_TEAMS.run_many(connection, [team(number) for number in range(2, len(IDS))])


async def test_what_is_inserted_is_what_core_reads(database: Database) -> None:
    await database.write(fill)
    rows = await database.read(lambda connection: connection.execute(select(TEAMS).order_by(TEAMS.c.id)).all())
    assert [row._asdict() for row in rows] == [team(number) for number in range(len(IDS))]


@pytest.mark.parametrize("length", [0, 1, 2, FEW, FEW + 1])
async def test_rows_are_those_of_core(database: Database, length: int) -> None:
    await database.write(fill)

    def read(connection: Connection) -> tuple[Any, Any]:
        wanted = {"ids": IDS[:length]}
        by_core = select(TEAMS).where(TEAMS.c.id.in_(IDS[:length])).order_by(TEAMS.c.id)
        return TEAMS_BY_ID.rows(connection, wanted), connection.execute(by_core).all()

    rows, expected = await database.read(read)
    assert [tuple(row) for row in rows] == [tuple(row) for row in expected]
    assert [(row.id, row.until, row.isolated) for row in rows] == [
        (i, None, bool(n % 2)) for n, i in enumerate(IDS[:length])
    ]
    assert all(isinstance(row.isolated, bool) for row in rows)


@pytest.mark.parametrize("length", [0, 1, FEW, FEW + 1])
async def test_an_update_says_how_many_rows_it_was_about(database: Database, length: int) -> None:
    await database.write(fill)
    counted = await database.write(lambda connection: END.run(connection, {"ids": IDS[:length], "number": 2}))
    ended = select(func.count()).where(TEAMS.c.until == 2)
    assert counted == length == await database.read(lambda connection: connection.execute(ended).scalar_one())


async def test_constants_stay_what_they_were(database: Database) -> None:
    heads = Statement(select(LEDGERS.c.id, (LEDGERS.c.revision + 7).label("later")).where(LEDGERS.c.id == "instance"))
    assert [tuple(row) for row in await database.read(lambda connection: heads.rows(connection, {}))] == [
        ("instance", 7)
    ]


@pytest.mark.parametrize("many", [False, True])
async def test_what_is_forbidden_raises_what_core_raises(database: Database, many: bool) -> None:
    def write(connection: Connection) -> None:
        fill(connection)
        again = [identity(0), identity(1)]
        if many:
            ADD_IDENTITIES.run_many(connection, again)
        else:
            ADD_IDENTITIES.run(connection, again[0])

    with pytest.raises(IntegrityError):
        await database.write(write)
    assert not await database.read(lambda connection: TEAMS_BY_ID.rows(connection, {"ids": IDS}))


async def test_reading_begins_a_transaction(database: Database) -> None:
    """Else the next statement would see what was committed in between."""

    def read(connection: Connection) -> bool:
        TEAMS_BY_ID.rows(connection, {"ids": IDS[:2]})
        return connection.in_transaction()

    assert await database.read(read)
