"""A store with the large organization, made once for each size, and copies of it for each server."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from app.db.engine import Database
from app.db.migrate import upgrade
from app.services.demo.large.load import load_large
from app.services.demo.large.size import Size
from app.services.instance import now_us

SECRET = "the secret of what is measured"


def url_of(path: Path) -> str:
    """The database URL of a SQLite file."""
    return f"sqlite:///{path}"


def make_store(path: Path, size: Size, on_progress: Callable[[int], None] = lambda _: None) -> Path:
    """Make a SQLite file with the large organization; gives its path. Told how many facts are written so far."""
    upgrade(url_of(path))

    async def load() -> None:
        database = Database.open(url_of(path))
        try:
            assert await load_large(database, SECRET.encode(), now_us, size, on_progress)
        finally:
            await database.close()

    asyncio.run(load())
    return path


def copy_of(path: Path, folder: Path) -> Path:
    """A copy of a store that nobody has open, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(path, folder / path.name))
