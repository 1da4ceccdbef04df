"""What is said to those who watch over the process: whether, never why."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette

from app.web import health
from app.web.health import health_routes


def server(check: Callable[[], Awaitable[bool]]) -> httpx.AsyncClient:
    app = Starlette(routes=health_routes(check))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server")


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def broken() -> bool:
    raise RuntimeError("SELECT secret FROM app.py")


@pytest.mark.parametrize("check", [yes, no, broken])
async def test_a_process_that_answers_lives(check: Callable[[], Awaitable[bool]]) -> None:
    async with server(check) as client:
        response = await client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("check", "status", "text"), [(yes, 200, "ok"), (no, 503, "unavailable"), (broken, 503, "unavailable")]
)
async def test_readiness_is_the_check_s(check: Callable[[], Awaitable[bool]], status: int, text: str) -> None:
    async with server(check) as client:
        response = await client.get("/health/ready")
    assert (response.status_code, response.json()) == (status, {"status": text})


async def test_why_it_is_not_ready_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with server(broken) as client:
        await client.get("/health/ready")
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "SELECT secret" in caplog.text
    assert record.exc_info


async def test_a_check_that_hangs_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> bool:
        await asyncio.Event().wait()
        return True

    monkeypatch.setattr(health, "PATIENCE", 0.01)
    async with server(hang) as client:
        assert (await client.get("/health/ready")).status_code == 503


async def test_many_who_ask_at_once_share_one_check_and_later_ones_have_a_new_one() -> None:
    count = 0

    async def check() -> bool:
        nonlocal count
        count += 1
        await asyncio.sleep(0.01)
        return count == 1

    async with server(check) as client:
        at_once = await asyncio.gather(*(client.get("/health/ready") for _ in range(10)))
        assert [response.status_code for response in at_once] == [200] * 10
        assert count == 1
        assert (await client.get("/health/ready")).status_code == 503
