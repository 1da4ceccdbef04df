"""What the tables of facts have in common (architecture, section 2)."""

from collections.abc import Iterable
from enum import Enum, IntEnum
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, MetaData, Table, Text, text
from sqlalchemy.orm import registry
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from app.policy.kinds import Kind

metadata = MetaData(
    # Named, so that SQLite's batch mode and PostgreSQL's ALTER TABLE can speak of them.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LIVING = "until IS NULL"


class Json(Text):
    """A text column that holds canonical JSON (`app.db.text.canonical`), so that what is hashed is what is stored."""


class Row(SQLModel, registry=registry(metadata=metadata)):
    """A table of this database; it is used through Core, as `table_of(Model)`."""


class Fact(Row):
    """One version of one thing: true from revision `since` until revision `until` of its ledger, None for still."""

    identity_kind: ClassVar[Kind]

    id: str = Field(sa_type=Text, primary_key=True, foreign_key="identities.id")
    since: int = Field(sa_type=BigInteger, primary_key=True)
    until: int | None = Field(default=None, sa_type=BigInteger)
    ledger_id: str = Field(sa_type=Text, foreign_key="ledgers.id")


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def fact_args(*more: SchemaItem) -> tuple[SchemaItem, ...]:
    """The `__table_args__` of a fact: at most one living version, versions in order, and the two ways to find them."""
    return (
        CheckConstraint("since > 0", name="since"),
        CheckConstraint("until > since", name="until"),
        Index(None, "ledger_id", "since"),
        Index(None, "ledger_id", "until"),
        unique_living("id"),
        *more,
    )


def unique_living(*columns: str, where: str | None = None) -> Index:
    """An index that makes `columns` unique among the versions that are still true (and for which `where` holds).

    Its WHERE is given for both databases; Alembic's autogenerate does not notice a lost one, tests/db does.
    """
    condition = text(LIVING if where is None else f"{LIVING} AND {where}")
    return Index(None, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def one_of(column: str, values: type[Enum]) -> CheckConstraint:
    """A check that `column` holds a member of the enumeration; levels by name, as the contract has them."""
    words = [member.name if issubclass(values, IntEnum) else member.value for member in values]
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=column)


def exactly_one(name: str, columns: Iterable[str]) -> CheckConstraint:
    """A check that exactly one of `columns` is not null."""
    return CheckConstraint(
        " + ".join(f"(CASE WHEN {c} IS NULL THEN 0 ELSE 1 END)" for c in columns) + " = 1", name=name
    )
