"""API keys: found by their keyed hash, and when they were last used."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from app.db import tables
from app.db.tables import table_of
from app.policy.entities import Person
from app.policy.subject import KeyScope
from app.policy.vocabulary import Permission
from app.store import fact_rows
from app.store.as_of import as_of, chunked
from app.store.ledger import INSTANCE

_INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""An INSERT that can give way to a row that is there; each database's has a class of its own."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as lists show it: never its secret nor its hash. Instants in µs."""

    id: str
    user_id: str
    name: str
    prefix: str
    permissions: tuple[Permission, ...] | None
    resource_id: str | None
    expires_at: int | None
    created_at: int


def credential_by_hash(connection: Connection, key_hash: str) -> tuple[Person, KeyScope] | None:
    """The bearer of a living key and how it narrows them; expiry and deactivation are the rule's to judge."""
    key = connection.execute(_living_key(), {"key_hash": key_hash}).one_or_none()
    if key is None:
        return None
    user = connection.execute(_living_user(), {"id": key.user_id}).one_or_none()
    if user is None:
        return None
    permissions = None if key.permissions is None else frozenset(_permissions(key.permissions))
    return fact_rows.person(user), KeyScope(key.id, permissions, key.resource_id, key.expires_at)


@cache
def _living_key() -> Select[Any]:
    keys = table_of(tables.ApiKey)
    return select(keys).where(keys.c.key_hash == bindparam("key_hash"), keys.c.until.is_(None))


@cache
def _living_user() -> Select[Any]:
    users, identities = table_of(tables.User), table_of(tables.Identity)
    return (
        select(users, identities.c.created_at)
        .join(identities, identities.c.id == users.c.id)
        .where(users.c.id == bindparam("id"), users.c.until.is_(None))
    )


def api_keys_by_user(
    connection: Connection, user_ids: Iterable[str], instance_revision: int
) -> dict[str, list[ApiKey]]:
    """The keys of each user as of a revision of the instance, in order of creation."""
    keys, identities = table_of(tables.ApiKey), table_of(tables.Identity)
    query = (
        select(keys, identities.c.created_at)
        .join(identities, identities.c.id == keys.c.id)
        .where(and_(keys.c.ledger_id == INSTANCE, as_of(keys, instance_revision)))
        .order_by(identities.c.ordinal)
    )
    found: dict[str, list[ApiKey]] = {}
    for row in chunked(connection, query, keys.c.user_id, user_ids):
        found.setdefault(row.user_id, []).append(_api_key(row))
    return found


def api_keys_by_id(connection: Connection, ids: Iterable[str], instance_revision: int) -> dict[str, ApiKey]:
    """The keys of these ids as of a revision of the instance."""
    keys, identities = table_of(tables.ApiKey), table_of(tables.Identity)
    query = (
        select(keys, identities.c.created_at)
        .join(identities, identities.c.id == keys.c.id)
        .where(as_of(keys, instance_revision))
    )
    return {row.id: _api_key(row) for row in chunked(connection, query, keys.c.id, ids)}


def last_uses_by_key(connection: Connection, key_ids: Iterable[str]) -> Mapping[str, int]:
    """When each key was last used, in µs; outside the facts, so not as of any moment."""
    uses = table_of(tables.KeyUse)
    query = select(uses.c.api_key_id, uses.c.last_used_at)
    return {row.api_key_id: row.last_used_at for row in chunked(connection, query, uses.c.api_key_id, key_ids)}


def note_uses(connection: Connection, used: Mapping[str, int]) -> None:
    """Remember at which instant (µs) keys were used, by id, unless a later use is known already.

    One statement, as several processes may note the first use of a key at the same time; in order of ids, so that
    none of them waits for another in a circle.
    """
    uses = table_of(tables.KeyUse)
    noted = _INSERTS[connection.dialect.name](uses)
    latest = {"last_used_at": noted.excluded.last_used_at}
    is_later = uses.c.last_used_at < noted.excluded.last_used_at
    statement = noted.on_conflict_do_update(index_elements=[uses.c.api_key_id], set_=latest, where=is_later)
    connection.execute(statement, [{"api_key_id": id, "last_used_at": used[id]} for id in sorted(used)])


def _api_key(row: fact_rows.AnyRow) -> ApiKey:
    permissions = None if row.permissions is None else tuple(_permissions(row.permissions))
    return ApiKey(
        row.id, row.user_id, row.name, row.prefix, permissions, row.resource_id, row.expires_at, row.created_at
    )


def _permissions(text: str) -> list[Permission]:
    held = set(json.loads(text))
    return [permission for permission in Permission if permission.name in held]
