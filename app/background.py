"""Work that would hold everybody: done by one thread of its own, each thing once however many wait for it."""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Background:
    """One thread, which begins when there is something to do. For one event loop.

    Python lets threads take turns, every few milliseconds, so that the loop goes on meanwhile.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._under_way: dict[Hashable, asyncio.Future[Any]] = {}

    async def run(self, key: Hashable, work: Callable[[], T]) -> T:
        """What `work` gives, or raises; that of a key is done once for all who ask for it meanwhile."""
        under_way = self._under_way.get(key)
        if under_way is None:
            under_way = self._under_way[key] = asyncio.get_running_loop().run_in_executor(self._thread, work)
            under_way.add_done_callback(lambda done: self._end(key, done))
        found: T = await asyncio.shield(under_way)  # who goes away takes it from nobody else
        return found

    def _end(self, key: Hashable, done: asyncio.Future[Any]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # somebody has heard of it, or nobody waits any more
