"""The secret that a store's keys were hashed with is known again, and another is told."""

from collections.abc import AsyncIterator

import pytest

from app.db.engine import Database
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.secrets import change_secret, recognize_secret
from app.store.secret_mark import secret_mark


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    yield opened
    await opened.close()


FIRST, OTHER = b"the first secret", b"some other secret"


async def test_the_first_secret_is_the_stores_until_it_is_changed(database: Database) -> None:
    assert await database.read(secret_mark) is None
    for secret, other in ((FIRST, OTHER), (OTHER, FIRST)):
        for _ in range(2):
            await recognize_secret(database, secret)
            with pytest.raises(BailiwickError, match="another secret") as refused:
                await recognize_secret(database, other)
            assert refused.value.code is ErrorCode.CONFLICT
        assert await change_secret(database, other)
        assert not await change_secret(database, other)


async def test_what_is_kept_tells_nothing_of_the_secret(database: Database) -> None:
    await recognize_secret(database, FIRST)
    mark = await database.read(secret_mark)
    assert mark is not None
    assert FIRST.decode() not in mark
    assert FIRST.hex() not in mark
