"""Server processes on a core of their own, and what they cost by the operating system's accounting."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.services.demo.large.size import Size
from tests.bench.entrants import Entrant, settings_of
from tests.bench.server import told

ROOT = Path(__file__).parents[2]
CORES = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []
"""The cores that may be used: servers have the first to themselves, the client the last, where there are several."""


def stay_on_clients_core() -> None:
    """Keep this process, the client, away from the servers."""
    os.sched_setaffinity(0, CORES[-1:])


class Process:
    """A running server."""

    def __init__(self, entrant: Entrant, port: int, pid: int) -> None:
        self.entrant = entrant
        self.port = port
        self.pid = pid

    def cpu_ns(self) -> int:
        """The CPU time it has taken so far, all threads, user and system together; Linux's clock of a process."""
        return time.clock_gettime_ns((~self.pid << 3) | 2)

    def memory_bytes(self) -> int:
        """What it has in memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serving(entrant: Entrant, store: Path, size: Size) -> Iterator[Process]:
    """A server that runs until the block ends. Raises RuntimeError where it doesn't start."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAILIWICK_")}
    command = [sys.executable, "-m", "tests.bench.server", entrant.name, told(size)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=kept | settings_of(store, **entrant.settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        os.sched_setaffinity(process.pid, CORES[:1])
        line = process.stdout.readline()
        if not line.strip().isdecimal():
            raise RuntimeError(f"the server of `{entrant.name}` did not start")
        yield Process(entrant, int(line), process.pid)
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
