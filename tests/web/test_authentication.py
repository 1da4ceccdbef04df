"""Who asks: nobody, somebody, or one whose credential is no good."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.errors import BailiwickError, unauthenticated
from app.policy.vocabulary import ErrorCode
from app.web.authentication import Readers, authenticate
from tests.fixtures.settled import settled

READER: Any = SimpleNamespace(subject=SimpleNamespace(id="usr_1"))
GOOD = "blw_good"


def request(*authorizations: str) -> Scope:
    """A request with these Authorization headers, as the edge passes it on."""
    headers = {b"authorization": ", ".join(authorizations).encode("latin-1")} if authorizations else {}
    return {"type": "http", "method": "POST", "path": "/", "state": {"headers": headers}}


class Cold:
    """Of the keys one is good, any other is not, and each has to be waited for."""

    def reader_at_once(self, key: str) -> Any:
        return None

    async def reader(self, key: str) -> Any:
        await asyncio.sleep(0)
        return holder(key)


class Warm(Cold):
    """The same, known at once."""

    def reader_at_once(self, key: str) -> Any:
        return holder(key)

    async def reader(self, key: str) -> Any:
        raise AssertionError


def holder(key: str) -> Any:
    if key != GOOD:
        raise unauthenticated()
    return READER


@pytest.fixture(params=[Cold, Warm])
def readers(request: pytest.FixtureRequest) -> Any:
    return request.param()


async def test_no_credential_is_nobody(readers: Readers) -> None:
    asked = request()
    assert await settled(authenticate(asked, readers)) is None
    assert "subject_id" not in asked["state"]


@pytest.mark.parametrize("header", ["Bearer blw_good", "bearer blw_good", "BEARER   blw_good"])
async def test_a_good_key_is_its_holder(header: str, readers: Readers) -> None:
    asked = request(header)
    assert await settled(authenticate(asked, readers)) is READER
    assert asked["state"]["subject_id"] == "usr_1"


BAD = [
    ("",),
    ("Bearer",),
    ("Bearer ",),
    ("blw_good",),
    ("Bearerblw_good",),
    ("Basic blw_good",),
    ("Bearer blw_bad",),
    ("Bearer blw_good x",),
    ("Bearer blw_good\n",),
    (" Bearer blw_good",),
    ("Bearer blw_good, Bearer blw_good",),
    ("Bearer blw_gööd",),
    ("Bearer " + "x" * 100_000,),
    ("Bearer blw_good", "Bearer blw_good"),
    ("Bearer blw_good", ""),
    ("", "Bearer blw_good"),
]


@pytest.mark.parametrize("headers", BAD)
async def test_every_bad_credential_is_refused_alike(headers: tuple[str, ...], readers: Readers) -> None:
    with pytest.raises(HTTPException) as refused:
        await settled(authenticate(request(*headers), readers))
    with pytest.raises(HTTPException) as unknown:
        await settled(authenticate(request("Bearer blw_unknown"), readers))
    assert refused.value.status_code == unknown.value.status_code == 401
    assert refused.value.detail == unknown.value.detail
    assert refused.value.headers == unknown.value.headers == {"WWW-Authenticate": "Bearer"}


async def test_a_store_that_can_not_be_reached_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    """A line in the log and 503: whoever asks may try again, and nothing from inside is told."""

    class Away(Cold):
        async def reader(self, key: str) -> Any:
            raise ConnectionRefusedError(111, "Connect call failed ('10.0.0.7', 5432)")

    with pytest.raises(HTTPException) as refused:
        await settled(authenticate(request(f"Bearer {GOOD}"), Away()))
    assert (refused.value.status_code, refused.value.detail) == (503, "the store can't be reached just now: try again")
    (record,) = caplog.records
    assert record.getMessage().startswith("the store can't be reached: ")
    assert record.exc_info is None


async def test_another_failure_is_passed_on(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(key: str) -> Any:
        raise BailiwickError(ErrorCode.RATE_LIMITED, "slower", retry_after=1)

    monkeypatch.setattr(f"{__name__}.holder", busy)
    with pytest.raises(BailiwickError, match="slower"):
        await settled(authenticate(request("Bearer blw_good"), readers))
