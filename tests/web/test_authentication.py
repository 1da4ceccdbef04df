"""Who asks: nobody, somebody, or one whose credential is no good."""

from types import SimpleNamespace
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.errors import BailiwickError, unauthenticated
from app.policy.vocabulary import ErrorCode
from app.web.authentication import authenticate

READER: Any = SimpleNamespace(subject=SimpleNamespace(id="usr_1"))
GOOD = "blw_good"


def request(*authorizations: str) -> Scope:
    """A request with these Authorization headers, as the edge passes it on."""
    headers = {b"authorization": ", ".join(authorizations).encode("latin-1")} if authorizations else {}
    return {"type": "http", "method": "POST", "path": "/", "state": {"headers": headers}}


async def reader_of(key: str) -> Any:
    """One key is good, any other is not."""
    if key != GOOD:
        raise unauthenticated()
    return READER


async def test_no_credential_is_nobody() -> None:
    asked = request()
    assert await authenticate(asked, reader_of) is None
    assert "subject_id" not in asked["state"]


@pytest.mark.parametrize("header", ["Bearer blw_good", "bearer blw_good", "BEARER   blw_good"])
async def test_a_good_key_is_its_holder(header: str) -> None:
    asked = request(header)
    assert await authenticate(asked, reader_of) is READER
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
async def test_every_bad_credential_is_refused_alike(headers: tuple[str, ...]) -> None:
    with pytest.raises(HTTPException) as refused:
        await authenticate(request(*headers), reader_of)
    with pytest.raises(HTTPException) as unknown:
        await authenticate(request("Bearer blw_unknown"), reader_of)
    assert refused.value.status_code == unknown.value.status_code == 401
    assert refused.value.detail == unknown.value.detail
    assert refused.value.headers == unknown.value.headers == {"WWW-Authenticate": "Bearer"}


async def test_another_failure_is_passed_on() -> None:
    async def busy(key: str) -> Any:
        raise BailiwickError(ErrorCode.RATE_LIMITED, "slower", retry_after=1)

    with pytest.raises(BailiwickError, match="slower"):
        await authenticate(request("Bearer blw_good"), busy)
