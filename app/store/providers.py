"""AI providers of an organization, as of a revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of
from app.store.as_of import rows_at


@dataclass(frozen=True, slots=True)
class AiProvider:
    """An integration with a provider of models (AZ-57)."""

    id: str
    organization_id: str
    name: str
    kind: str


def ai_providers(connection: Connection, organization_id: str, revision: int) -> list[AiProvider]:
    """The organization's providers in order of creation."""
    rows = rows_at(connection, table_of(tables.AiProvider), organization_id, revision)
    return [_provider(row) for row in rows]


def ai_provider_by_id(connection: Connection, id: str, revisions: Mapping[str, int]) -> AiProvider | None:
    """The provider of this id, where it is there at its organization's revision."""
    table = table_of(tables.AiProvider)
    for row in connection.execute(select(table).where(table.c.id == id)):
        revision = revisions.get(row.ledger_id)
        if revision is not None and row.since <= revision and (row.until is None or row.until > revision):
            return _provider(row)
    return None


def _provider(row: Any) -> AiProvider:
    return AiProvider(row.id, row.ledger_id, row.name, row.kind)
