"""Who is measured: each is an ASGI application on a store of its own that holds the same organization."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from starlette.types import ASGIApp

from app.asgi import create_app
from app.db import tables
from app.db.sqlite import reader
from app.db.tables import table_of
from app.db.url import parse_url
from app.services.demo.large.size import Size
from app.settings import Settings
from tests.bench.answers import Answers
from tests.bench.ceiling import ceiling
from tests.bench.ledger import Ledger
from tests.bench.organization import read_organization
from tests.bench.plain import plain
from tests.bench.stock import stock
from tests.bench.store import SECRET, url_of

CEILING, OURS, PLAIN, STOCK = "ceiling", "bailiwick", "starlette", "strawberry"
KEPT = f"{OURS} kept"


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of them: what the table calls it, and the settings that it has beside everybody's."""

    name: str
    title: str
    settings: dict[str, str] = field(default_factory=dict)


ENTRANTS = (
    Entrant(OURS, "Bailiwick", {"answers_mb": "0"}),
    Entrant(KEPT, "Bailiwick, answers kept"),
    Entrant(CEILING, "ceiling: by hand, raw ASGI"),
    Entrant(PLAIN, "by hand, Starlette"),
    Entrant(STOCK, "strawberry's own endpoint"),
)


def settings_of(store: Path, **more: str) -> dict[str, str]:
    """The environment of a server: the same for all, but for the store and what makes one entrant another."""
    own = {"database_url": url_of(store), "secret": SECRET, "explorer": "false", "log_level": "warning", **more}
    return {f"BAILIWICK_{name.upper()}": value for name, value in own.items()}


def application(name: str, settings: Settings, size: Size) -> ASGIApp:
    """The application of an entrant, who may be told apart from another of the same application by its settings."""
    kind = name.partition(" ")[0]
    if kind == OURS:
        return create_app(settings)
    if kind == STOCK:
        return stock(settings)
    by_hand: dict[str, Callable[[Answers], ASGIApp]] = {CEILING: ceiling, PLAIN: plain}
    return by_hand[kind](answers(settings, size))


def answers(settings: Settings, size: Size) -> Answers:
    """What those by hand answer from."""
    store = settings.database_file
    assert store is not None  # the bench is about SQLite
    organization = read_organization(store, size)
    return Answers(organization, _key_ids(store), Ledger(store.with_suffix(".hand.db"), organization.facts.revision))


def _key_ids(store: Path) -> dict[str, str]:
    engine = reader(parse_url(url_of(store)), 1)
    keys = table_of(tables.ApiKey)
    try:
        with engine.connect() as connection:
            return {row.key_hash: row.id for row in connection.execute(select(keys.c.key_hash, keys.c.id))}
    finally:
        engine.dispose()
