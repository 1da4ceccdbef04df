"""What the tables themselves forbid, on either database, whoever writes."""

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.tables import Environment, Grant, Identity, Restriction, Role, Team, User, table_of

Row = dict[str, object]
ALL = {"id": "a", "since": 1, "until": None, "ledger_id": "instance"}
TEAM = ALL | {"parent_id": "p", "slug": "search", "name": "Search", "isolated": False}
RESTRICTION = ALL | {
    "scope_id": "p", "environment_name": None, "tier": None, "environment_id": None, "admin_bypass": True,
    "hides": False, "allow_self_approval": False, "enabled": True,
}  # fmt: skip
GRANT = ALL | {
    "restriction_id": "p", "user_id": None, "team_id": None, "level": None, "inheritance": "DIRECT",
    "source": "EXPLICIT",
}  # fmt: skip
ENVIRONMENT = ALL | {
    "project_id": "p", "name": "prod", "tier": "PRODUCTION", "tier_source": "GUESSED", "state": "AVAILABLE"
}  # fmt: skip
USER = ALL | {"name": "Ann", "is_service_account": False, "is_active": True, "is_instance_admin": False}
ROLE = ALL | {"name": "Reader", "permissions": "[]"}


async def write(database: Database, model: type, *rows: Row) -> int:
    """Insert the rows, and say how many are there."""

    def fn(connection: Connection) -> int:
        identity = {"ledger_id": "instance", "kind": "tea", "created_at": 1}
        identities = [identity | {"id": letter, "ordinal": ordinal} for ordinal, letter in enumerate("abp")]
        connection.execute(insert(table_of(Identity)), identities)
        for row in rows:
            connection.execute(insert(table_of(model)), row)
        return len(connection.execute(select(table_of(model))).all())

    return await database.write(fn)


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        pytest.param(Team, [TEAM | {"until": 2}, TEAM | {"since": 2}], id="one thing, one version after the other"),
        pytest.param(Team, [TEAM | {"until": 2}, TEAM | {"id": "b", "since": 2}], id="a place that was given up"),
        pytest.param(Team, [TEAM, TEAM | {"id": "b", "parent_id": "b"}], id="another place"),
        pytest.param(Restriction, [RESTRICTION | {"tier": "TESTING"}], id="one target"),
        pytest.param(
            Restriction,
            [RESTRICTION | {"tier": "TESTING"}, RESTRICTION | {"id": "b", "environment_name": "x"}],
            id="two targets of one scope",
        ),
        pytest.param(Grant, [GRANT | {"level": "MEMBER"}], id="one grantee"),
        pytest.param(User, [USER, USER | {"id": "b"}], id="two people without e-mail"),
        pytest.param(
            User,
            [USER | {"email_folded": "a@x", "until": 2}, USER | {"id": "b", "email_folded": "a@x"}],
            id="an e-mail given up",
        ),
    ],
)
async def test_allowed(database: Database, model: type, rows: list[Row]) -> None:
    assert await write(database, model, *rows) == len(rows)


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        pytest.param(Team, [TEAM | {"until": 1}], id="ending when it began"),
        pytest.param(Team, [TEAM | {"since": 3, "until": 2}], id="ending before it began"),
        pytest.param(Team, [TEAM | {"since": 0}], id="before the first revision"),
        pytest.param(Team, [TEAM, TEAM], id="one version twice"),
        pytest.param(Team, [TEAM, TEAM | {"since": 2, "slug": "other"}], id="one thing twice at once"),
        pytest.param(Team, [TEAM, TEAM | {"id": "b"}], id="a place that is taken"),
        pytest.param(Team, [TEAM | {"id": "x"}], id="a thing without an identity"),
        pytest.param(Team, [TEAM | {"parent_id": "x"}], id="a reference to nothing"),
        pytest.param(Team, [TEAM | {"ledger_id": "x"}], id="a ledger that is not there"),
        pytest.param(Environment, [ENVIRONMENT | {"tier": "LIVE"}], id="a word that is none"),
        pytest.param(Environment, [ENVIRONMENT | {"state": "available"}], id="a word in the wrong case"),
        pytest.param(Restriction, [RESTRICTION], id="no target"),
        pytest.param(Restriction, [RESTRICTION | {"tier": "TESTING", "environment_name": "x"}], id="two targets"),
        pytest.param(
            Restriction,
            [RESTRICTION | {"tier": "TESTING"}, RESTRICTION | {"tier": "TESTING", "id": "b"}],
            id="one target twice in one scope",
        ),
        pytest.param(Grant, [GRANT], id="nobody granted"),
        pytest.param(Grant, [GRANT | {"level": "MEMBER", "user_id": "p"}], id="two grantees"),
        pytest.param(
            User, [USER | {"email_folded": "a@x"}, USER | {"id": "b", "email_folded": "a@x"}], id="an e-mail twice"
        ),
        pytest.param(
            Role,
            [ROLE | {"name_folded": "reader"}, ROLE | {"id": "b", "name": "READER", "name_folded": "reader"}],
            id="a role's name in another case",
        ),
    ],
)
async def test_forbidden(database: Database, model: type, rows: list[Row]) -> None:
    with pytest.raises(IntegrityError):
        await write(database, model, *rows)
