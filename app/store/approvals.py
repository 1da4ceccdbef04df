"""What people decided of deployments, as of a revision, and approval rules as they were then."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of
from app.policy.approvals import Progress, RuleSnapshot, Vote
from app.policy.vocabulary import ApprovalDecision, Inheritance
from app.store.as_of import as_of, chunked
from app.store.fact_rows import level


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's decision on one deployment, with the rule that it counted for when it was made."""

    id: str
    vote: Vote
    comment: str | None
    created_at: int
    counted_for: RuleSnapshot | None


def approvals_by_deployment(
    connection: Connection, organization_id: str, revision: int, deployment_ids: Iterable[str]
) -> dict[str, tuple[Approval, ...]]:
    """The decisions on each deployment that has some, the oldest first."""
    table, identities = table_of(tables.Approval), table_of(tables.Identity)
    query = (
        select(table, identities.c.created_at)
        .join(identities, identities.c.id == table.c.id)
        .where(table.c.ledger_id == organization_id, as_of(table, revision))
        .order_by(identities.c.ordinal)
    )
    found: dict[str, list[Approval]] = {}
    for row in chunked(connection, query, table.c.deployment_id, deployment_ids):
        found.setdefault(row.deployment_id, []).append(_approval(row))
    return {id: tuple(approvals) for id, approvals in found.items()}


def snapshot_json(rule: RuleSnapshot) -> dict[str, Any]:
    """A rule as it was, as a JSON column holds it."""
    return {
        "ruleId": rule.rule_id,
        "subject": rule.subject_id,
        "level": None if rule.level is None else rule.level.name,
        "inheritance": rule.inheritance.value,
        "required": rule.required,
    }


def progress_json(rules: Iterable[Progress]) -> list[dict[str, Any]]:
    """How far rules were, as a JSON column holds it."""
    return [{**snapshot_json(each.rule), "approvedBy": list(each.approved_by)} for each in rules]


def progress_from(text: str | None) -> tuple[Progress, ...]:
    """How far rules were, from the column; nothing from an empty one."""
    held = [] if text is None else json.loads(text)
    return tuple(Progress(_snapshot(each), tuple(each["approvedBy"])) for each in held)


def _approval(row: Any) -> Approval:
    vote = Vote(row.user_id, ApprovalDecision[row.decision], row.rule_id)
    counted_for = None if row.counted_rule is None else _snapshot(json.loads(row.counted_rule))
    return Approval(row.id, vote, row.comment, row.created_at, counted_for)


def _snapshot(held: dict[str, Any]) -> RuleSnapshot:
    inheritance = Inheritance[held["inheritance"]]
    return RuleSnapshot(held["ruleId"], held["subject"], level(held["level"]), inheritance, held["required"])
