"""People, service accounts and their keys: facts of the instance's ledger."""

from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from app.db.tables.base import Fact, Json, Row, fact_args, unique_living
from app.policy.kinds import Kind


class User(Fact, table=True):
    """A person or a service account (then with its organization). `email_folded` is `folded(email)`."""

    __tablename__ = "users"
    __table_args__ = fact_args(unique_living("email_folded"), Index(None, "organization_id"))
    identity_kind: ClassVar[Kind] = Kind.USER

    name: str = Field(sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text)
    email_folded: str | None = Field(default=None, sa_type=Text)
    is_service_account: bool = False
    organization_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    is_active: bool = True
    is_instance_admin: bool = False
    created_by: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")


class ApiKey(Fact, table=True):
    """A key of a user, narrowed by permissions (a JSON list, null for all), a subtree and an expiry (µs)."""

    __tablename__ = "api_keys"
    __table_args__ = fact_args(unique_living("key_hash"), Index(None, "user_id"))
    identity_kind: ClassVar[Kind] = Kind.API_KEY

    user_id: str = Field(sa_type=Text, foreign_key="identities.id")
    name: str = Field(sa_type=Text)
    prefix: str = Field(sa_type=Text)
    key_hash: str = Field(sa_type=Text)
    permissions: str | None = Field(default=None, sa_type=Json)
    resource_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    expires_at: int | None = Field(default=None, sa_type=BigInteger)
    created_by: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")


class KeyUse(Row, table=True):
    """When a key was last used (µs). Not a fact: nothing that decides reads it."""

    __tablename__ = "key_uses"

    api_key_id: str = Field(sa_type=Text, primary_key=True, foreign_key="identities.id")
    last_used_at: int = Field(sa_type=BigInteger)
