"""What was measured on: without it figures say nothing."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.processes import ROOT

PACKAGES = ("uvicorn", "uvloop", "httptools", "starlette", "strawberry-graphql", "graphql-core", "orjson", "SQLAlchemy")


def machine() -> dict[str, str]:
    """The machine and what runs on it, by name."""
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{pages * page / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in PACKAGES},
        "commit": _commit(),
        "day": datetime.now(UTC).date().isoformat(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        found.setdefault(name.strip(), value.strip())
    speed = found.get("cpu MHz")
    return found.get("model name", platform.machine()) + (f" at {float(speed) / 1000:.1f} GHz" if speed else "")


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
