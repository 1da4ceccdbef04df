"""Models and migrations are two statements of one schema; here they are compared as the databases understand them."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Index, Integer, MetaData

from app.db.engine import Database
from app.db.tables import FACTS, metadata, table_of
from tests.db.schema_text import schema_text


async def differences(database: Database, models: MetaData) -> set[str]:
    """Lines of the schema that only the migrations make (the database as it is) or only the models."""
    migrated = await database.read(schema_text)

    def recreate(connection: Connection) -> None:
        metadata.drop_all(connection)
        models.create_all(connection)

    await database.write(recreate)
    created = await database.read(schema_text)
    assert len(migrated) > 300
    return set(migrated) ^ set(created)


async def test_models_and_migrations_say_the_same(database: Database) -> None:
    assert await differences(database, metadata) == set()


def without_where(models: MetaData) -> None:
    index = _index(models, "teams", "ix_teams_parent_id_slug")
    for dialect in ("sqlite", "postgresql"):
        index.dialect_options[dialect]["where"] = None


def without_uniqueness(models: MetaData) -> None:
    _index(models, "grants", "ix_grants_id").unique = False


def without_an_index(models: MetaData) -> None:
    table = models.tables["users"]
    table.indexes.remove(_index(models, "users", "ix_users_ledger_id_until"))


def without_a_check(models: MetaData) -> None:
    table = models.tables["grants"]
    table.constraints.remove(next(each for each in table.constraints if each.name == "ck_grants_subject"))


def without_a_reference(models: MetaData) -> None:
    table = models.tables["teams"]
    table.constraints.remove(next(each for each in table.constraints if each.name == "fk_teams_parent_id"))


def with_a_smaller_type(models: MetaData) -> None:
    models.tables["revisions"].c.instant.type = Integer()


def with_null(models: MetaData) -> None:
    models.tables["roles"].c.name.nullable = True


@pytest.mark.parametrize(
    ("lose", "lost"),
    [
        (without_where, "ix_teams_parent_id_slug"),
        (without_uniqueness, "ix_grants_id"),
        (without_an_index, "ix_users_ledger_id_until"),
        (without_a_check, "ck_grants_subject"),
        (without_a_reference, "fk_teams_parent_id"),
        (with_a_smaller_type, "instant"),
        (with_null, "name"),
    ],
)
async def test_what_one_of_them_lost_is_noticed(
    database: Database, lose: Callable[[MetaData], None], lost: str
) -> None:
    models = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(models)
    lose(models)
    noticed = await differences(database, models)
    assert 0 < len(noticed) <= 2
    assert all(lost in line for line in noticed)


def _index(models: MetaData, table: str, name: str) -> Index:
    return next(index for index in models.tables[table].indexes if index.name == name)


def test_every_fact_has_what_every_fact_has() -> None:
    for model in FACTS:
        table = table_of(model)
        assert [column.name for column in table.primary_key] == ["id", "since"]
        names = {str(each.name) for each in [*table.constraints, *table.indexes]}
        own = {"ck_{}_since", "ck_{}_until", "ix_{}_id", "ix_{}_ledger_id_since", "ix_{}_ledger_id_until", "fk_{}_id"}
        assert {name.format(table.name) for name in own} <= names


def test_every_kind_is_of_one_table() -> None:
    kinds = [model.identity_kind for model in FACTS]
    assert len(set(kinds)) == len(kinds)


def test_every_reference_is_to_a_thing_and_never_to_a_version() -> None:
    by_another_name = {
        "created_by", "created_with_key", "decided_by", "promoted_from", "requested_by", "reviewed_by",
    }  # fmt: skip
    for model in FACTS:
        for column in table_of(model).columns:
            targets = {key.target_fullname for key in column.foreign_keys}
            if column.name == "ledger_id":
                assert targets == {"ledgers.id"}
            elif column.name.endswith("_id") or column.name in by_another_name | {"id"}:
                assert targets == {"identities.id"}, column
            else:
                assert not targets
