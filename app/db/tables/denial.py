"""Refused mutations. They stand outside the ledgers: no answer reads them, and a refusal changes no fact."""

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from app.db.tables.base import Row, one_of
from app.policy.vocabulary import ErrorCode


class Denial(Row, table=True):
    """Somebody asked for a change and was refused. `target_id` is what they asked about, there or not.

    `day` counts days since the epoch (UTC), so that old ones can be told apart by an index.
    """

    __tablename__ = "denials"
    __table_args__ = (one_of("code", ErrorCode), Index(None, "ledger_id", "instant"), Index(None, "day"))

    id: str = Field(sa_type=Text, primary_key=True)
    ledger_id: str = Field(sa_type=Text, foreign_key="ledgers.id")
    instant: int = Field(sa_type=BigInteger)
    day: int = Field(sa_type=BigInteger)
    actor_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    api_key_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    action: str = Field(sa_type=Text)
    target_id: str | None = Field(default=None, sa_type=Text)
    code: str = Field(sa_type=Text)
