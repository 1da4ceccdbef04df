"""Ledgers: identities, the head of each chain, its revisions and their changes; nothing here has versions."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.db.tables.base import Json, Row


class Identity(Row, table=True):
    """One row for each thing, for ever; every reference to a thing points here, never to a version of it.

    `ordinal` counts up in each ledger by creation; `created_at` (µs) is the instant of the first revision.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("ledger_id", "ordinal"),)

    id: str = Field(sa_type=Text, primary_key=True)
    ledger_id: str = Field(sa_type=Text, foreign_key="ledgers.id")
    kind: str = Field(sa_type=Text)
    ordinal: int = Field(sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger)


class Ledger(Row, table=True):
    """The head of a chain: what writers lock and readers probe. `id` is an organization's, or "instance".

    `instant` (µs) and `hash` are those of the last revision; `next_ordinal` is what the next identity gets.
    """

    __tablename__ = "ledgers"

    id: str = Field(sa_type=Text, primary_key=True)
    revision: int = Field(sa_type=BigInteger)
    instant: int = Field(sa_type=BigInteger)
    hash: str | None = Field(default=None, sa_type=Text)
    next_ordinal: int = Field(sa_type=BigInteger)


class Revision(Row, table=True):
    """One change of a ledger, and its audit record. The first of a ledger has no previous hash."""

    __tablename__ = "revisions"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("id"),
        Index(None, "ledger_id", "actor_id", "number"),
        Index(None, "ledger_id", "action", "number"),
        Index(None, "ledger_id", "target_id", "number"),
        Index(None, "ledger_id", "instant"),
    )

    ledger_id: str = Field(sa_type=Text, primary_key=True, foreign_key="ledgers.id")
    number: int = Field(sa_type=BigInteger, primary_key=True)
    id: str = Field(sa_type=Text)
    instant: int = Field(sa_type=BigInteger)
    actor_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    api_key_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    action: str = Field(sa_type=Text)
    target_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    target_name: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    previous_hash: str | None = Field(default=None, sa_type=Text)
    hash: str = Field(sa_type=Text)


class Change(Row, table=True):
    """What a revision did to one fact: its columns before and after, as canonical JSON, null where there was no row.

    `kind` is the fact's (app.policy.kinds.Kind); `position` orders the changes of a revision from 0.
    """

    __tablename__ = "changes"
    __table_args__ = (
        ForeignKeyConstraint(["ledger_id", "revision"], ["revisions.ledger_id", "revisions.number"]),
        CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name="something"),
        Index(None, "fact_id", "revision"),
    )

    ledger_id: str = Field(sa_type=Text, primary_key=True)
    revision: int = Field(sa_type=BigInteger, primary_key=True)
    position: int = Field(sa_type=BigInteger, primary_key=True)
    kind: str = Field(sa_type=Text)
    fact_id: str = Field(sa_type=Text, foreign_key="identities.id")
    before: str | None = Field(default=None, sa_type=Json)
    after: str | None = Field(default=None, sa_type=Json)
