"""What is asked again and again is as of now, and costs little (architecture, section 3)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Connection, text

from app.db.engine import Database
from app.db.probe import SharedProbe


async def test_a_probe_tells_what_is_committed_before_it_was_asked(database: Database) -> None:
    await database.write(lambda connection: connection.execute(text("CREATE TABLE numbers (n INTEGER)")))

    def count(connection: Connection) -> int:
        found: int = connection.execute(text("SELECT count(*) FROM numbers")).scalar_one()
        return found

    probe = database.probe(count)
    for expected in range(4):
        assert await probe.value() == expected
        assert await probe.value() == expected
        await database.write(lambda connection: connection.execute(text("INSERT INTO numbers VALUES (1)")))


class Asked:
    """A reader whose every function gives what `ask` does."""

    def __init__(self, ask: Callable[[], Awaitable[Any]]) -> None:
        self._ask = ask

    async def run(self, _fn: Callable[[Connection], Any]) -> Any:
        return await self._ask()

    async def close(self) -> None:
        """Nothing is kept."""


async def test_whoever_comes_while_one_is_asked_shares_the_next() -> None:
    """Never the one that is asked already: it may have looked before a change that they know of."""
    begun: list[asyncio.Event] = []

    async def ask() -> int:
        number = len(begun)
        begun.append(asyncio.Event())
        await begun[number].wait()
        return number

    probe = SharedProbe(Asked(ask), lambda _: 0)
    first = asyncio.ensure_future(probe.value())
    await asyncio.sleep(0.01)
    later = [asyncio.ensure_future(probe.value()) for _ in range(5)]
    await asyncio.sleep(0.01)
    assert len(begun) == 1, "one at a time"
    begun[0].set()
    await asyncio.sleep(0.01)
    begun[1].set()
    assert await first == 0
    assert await asyncio.gather(*later) == [1] * 5
    assert len(begun) == 2


async def test_what_one_question_raises_is_not_kept() -> None:
    answers = iter([ConnectionError(), 7])

    async def ask() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    probe = SharedProbe(Asked(ask), lambda _: 0)
    try:
        await probe.value()
    except ConnectionError:
        assert await probe.value() == 7
    else:
        raise AssertionError("it should have been raised")
