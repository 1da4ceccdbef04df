"""The values of a fact's own columns: as they are stored, and as a change records them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache
from typing import Any

from sqlalchemy import Table

from app.db.tables import Fact, Json, table_of
from app.db.text import canonical

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a table has beside those of every fact."""

    names: frozenset[str]
    defaults: Mapping[str, Any]
    json: frozenset[str]


@cache
def columns_of(model: type[Fact]) -> Columns:
    """What a fact's row holds of its own: names, defaults (None where null is allowed) and which are JSON."""
    table: Table = table_of(model)
    own = [column for column in table.columns if column.name not in Fact.model_fields]
    defaults: Values = {column.name: None for column in own if column.nullable}
    defaults |= {column.name: column.default.arg for column in own if column.default is not None}  # type: ignore[attr-defined]
    return Columns(
        names=frozenset(column.name for column in own),
        defaults=defaults,
        json=frozenset(column.name for column in own if isinstance(column.type, Json)),
    )


def stored(model: type[Fact], given: Mapping[str, Any]) -> Values:
    """The values as their columns hold them.

    Members of an enumeration become their value (levels their name); lists, tuples, mappings and sets (sorted) become
    canonical JSON in a JSON column, as does text that is JSON already. Raises TypeError for an unknown column.
    """
    columns = columns_of(model)
    if unknown := given.keys() - columns.names:
        raise TypeError(f"`{model.__name__}` has no {', '.join(sorted(unknown))}")
    return {name: _json(value) if name in columns.json else _plain(value) for name, value in given.items()}


def complete(model: type[Fact], values: Values) -> Values:
    """A whole row's values, those that are missing by default. Raises TypeError where there is no default."""
    columns = columns_of(model)
    if missing := columns.names - values.keys() - columns.defaults.keys():
        raise TypeError(f"`{model.__name__}` needs {', '.join(sorted(missing))}")
    return {**columns.defaults, **values}


def recorded(model: type[Fact], values: Values | None) -> str | None:
    """A row as a change records it: one JSON object of its own columns, JSON columns as what they hold."""
    if values is None:
        return None
    held = dict(values)
    for name in columns_of(model).json & values.keys():
        held[name] = None if values[name] is None else json.loads(values[name])
    return canonical(held)


def _plain(value: Any) -> Any:
    if isinstance(value, IntEnum):
        return value.name
    return value.value if isinstance(value, Enum) else value


def _json(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return canonical(json.loads(value))
    return canonical(sorted(value) if isinstance(value, (set, frozenset)) else value)
