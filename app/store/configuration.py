"""Settings and autoscaling of environments and of deployments that are not placed, as of a revision."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of
from app.store.as_of import as_of, chunked


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """How many replicas serve: seconds for the window and the delay, requests per replica for the target."""

    min_replica: int
    max_replica: int
    autoscaling_window: int
    scale_down_delay: int
    concurrency_target: int


DEFAULT_AUTOSCALING = Autoscaling(0, 1, 60, 900, 1)
"""What holds where nobody said otherwise."""


def settings_by_target(
    connection: Connection, organization_id: str, revision: int, target_ids: Iterable[str]
) -> dict[str, Any]:
    """The JSON settings of each environment or deployment that has some."""
    table = table_of(tables.EnvironmentSettings)
    query = select(table).where(table.c.ledger_id == organization_id, as_of(table, revision))
    rows = chunked(connection, query, table.c.target_id, target_ids)
    return {row.target_id: json.loads(row.settings) for row in rows}


def autoscaling_by_target(
    connection: Connection, organization_id: str, revision: int, target_ids: Iterable[str]
) -> dict[str, Autoscaling]:
    """The autoscaling of each environment or deployment of which somebody said any."""
    table = table_of(tables.Autoscaling)
    query = select(table).where(table.c.ledger_id == organization_id, as_of(table, revision))
    return {
        row.target_id: Autoscaling(
            row.min_replica, row.max_replica, row.autoscaling_window, row.scale_down_delay, row.concurrency_target
        )
        for row in chunked(connection, query, table.c.target_id, target_ids)
    }
