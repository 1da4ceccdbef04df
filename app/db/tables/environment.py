"""Environments, and what is set on them."""

from typing import ClassVar

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from app.db.tables.base import Fact, Json, fact_args, one_of, unique_living
from app.policy.kinds import Kind
from app.policy.vocabulary import EnvironmentState, Tier, TierSource


class Environment(Fact, table=True):
    """A leaf of the tree."""

    __tablename__ = "environments"
    __table_args__ = fact_args(
        one_of("tier", Tier),
        one_of("tier_source", TierSource),
        one_of("state", EnvironmentState),
        unique_living("project_id", "name"),
    )
    identity_kind: ClassVar[Kind] = Kind.ENVIRONMENT

    project_id: str = Field(sa_type=Text, foreign_key="identities.id")
    name: str = Field(sa_type=Text)
    tier: str = Field(sa_type=Text)
    tier_source: str = Field(sa_type=Text)
    state: str = Field(default=EnvironmentState.AVAILABLE.value, sa_type=Text)


class EnvironmentSettings(Fact, table=True):
    """The settings of an environment or of an unplaced deployment: a JSON object."""

    __tablename__ = "environment_settings"
    __table_args__ = fact_args(unique_living("target_id"))
    identity_kind: ClassVar[Kind] = Kind.SETTINGS

    target_id: str = Field(sa_type=Text, foreign_key="identities.id")
    settings: str = Field(sa_type=Json)


class Autoscaling(Fact, table=True):
    """The autoscaling of an environment or of an unplaced deployment; window and delay in seconds."""

    __tablename__ = "autoscalings"
    __table_args__ = fact_args(unique_living("target_id"))
    identity_kind: ClassVar[Kind] = Kind.AUTOSCALING

    target_id: str = Field(sa_type=Text, foreign_key="identities.id")
    min_replica: int = Field(sa_type=BigInteger)
    max_replica: int = Field(sa_type=BigInteger)
    autoscaling_window: int = Field(sa_type=BigInteger)
    scale_down_delay: int = Field(sa_type=BigInteger)
    concurrency_target: int = Field(sa_type=BigInteger)
