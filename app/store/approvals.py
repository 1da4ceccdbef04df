"""What people decided of deployments, as of a revision."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of
from app.policy.approvals import Vote
from app.policy.vocabulary import ApprovalDecision
from app.store.as_of import as_of, chunked


def votes_by_deployment(
    connection: Connection, organization_id: str, revision: int, deployment_ids: Iterable[str]
) -> dict[str, list[Vote]]:
    """The decisions on each deployment that has some, in order of their givers' ids."""
    table = table_of(tables.Approval)
    query = select(table).where(table.c.ledger_id == organization_id, as_of(table, revision)).order_by(table.c.user_id)
    found: dict[str, list[Vote]] = {}
    for row in chunked(connection, query, table.c.deployment_id, deployment_ids):
        vote = Vote(row.user_id, ApprovalDecision[row.decision], row.rule_id)
        found.setdefault(row.deployment_id, []).append(vote)
    return found
