"""Whether a deployment has the approvals it needs, and whose decisions are taken (rule.md, section 8)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from app.policy.entities import ApprovalRule, Environment, Restriction
from app.policy.facts import Facts
from app.policy.matching import match
from app.policy.restrictions import enabled_on, matched_rules
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import (
    ApprovalDecision,
    DeploymentStatus,
    ErrorCode,
    Inheritance,
    Permission,
    RoleLevel,
)

WAITING = (DeploymentStatus.BLOCKED, DeploymentStatus.READY)
"""While it is one of these, decisions are taken, changed and withdrawn."""

Matched = Mapping[str, tuple[Restriction, ApprovalRule]]
"""Approval rules by id, each with its restriction."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person decided of a deployment; `rule_id` is the rule they named, if they named one."""

    user_id: str
    decision: ApprovalDecision
    rule_id: str | None


@dataclass(frozen=True, slots=True)
class RuleSnapshot:
    """An approval rule as it was at some time; `subject_id` is the user's or team's, None where it names a level."""

    rule_id: str
    subject_id: str | None
    level: RoleLevel | None
    inheritance: Inheritance
    required: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A rule that applies to a deployment, and the ids of those whose approvals count for it."""

    rule: RuleSnapshot
    approved_by: tuple[str, ...]

    @property
    def approved(self) -> int:
        return len(self.approved_by)

    @property
    def missing(self) -> int:
        return max(self.rule.required - self.approved, 0)


def snapshot(rule: ApprovalRule) -> RuleSnapshot:
    """The rule as it is now."""
    subject_id = rule.user_id or rule.team_id
    return RuleSnapshot(rule.id, subject_id, rule.level, rule.inheritance, rule.required_approvals)


def rules_on(facts: Facts, environment: Environment) -> dict[str, tuple[Restriction, ApprovalRule]]:
    """The approval rules that apply to an environment, by id, each with its restriction."""
    return {
        rule.id: (restriction, rule)
        for restriction in enabled_on(facts, environment)
        for rule in restriction.approval_rules
    }


def progress(
    facts: Facts, environment: Environment, owners: Collection[str], votes: Iterable[Vote], at: int
) -> tuple[Progress, ...]:
    """How far every rule that applies is, from rules and votes as they are; empty where there is none.

    `owners` are those whose own deployment it is. A vote counts for one rule, the one it names or else so that the
    most rules are met, and only while its giver sees the environment and matches that rule.
    """
    rules = rules_on(facts, environment)
    open_to = {
        vote.user_id: _open_to(facts, environment, vote, owners, at) if rules else []
        for vote in votes
        if vote.decision is ApprovalDecision.APPROVED
    }
    given = match(open_to, {rule_id: rule.required_approvals for rule_id, (_, rule) in rules.items()})
    return tuple(Progress(snapshot(rule), tuple(given[rule_id])) for rule_id, (_, rule) in rules.items())


def is_approved(rules: Iterable[Progress]) -> bool:
    """Whether every rule has as many approvals as it requires; so too where there is none."""
    return all(each.missing == 0 for each in rules)


def rule_named(mine: Vote | None, decision: ApprovalDecision, matched: Matched) -> str | None:
    """The rule that a decision counts as naming when it names none: the one that it repeats, while that matches."""
    if mine is None or mine.decision is not decision or mine.rule_id not in matched:
        return None
    return mine.rule_id


def refusal(
    status: DeploymentStatus,
    decision: ApprovalDecision,
    named: str | None,
    matched: Matched,
    mine: Vote | None,
    *,
    owned: bool,
) -> ErrorCode | None:
    """Why the decision of somebody who matches a rule is not taken; None when it is.

    `named` is the rule they name, `matched` are those they match, `mine` is what they decided before. What is READY
    waits for no further approval, but may still be rejected, and approvals given before may be changed.
    """
    if named is not None and named not in matched:
        return ErrorCode.NO_MATCHING_RULE
    approves = decision is ApprovalDecision.APPROVED
    stands = mine is not None and mine.decision is decision
    if status not in WAITING or (status is DeploymentStatus.READY and approves and not stands):
        return ErrorCode.NOT_WAITING_FOR_APPROVAL
    candidates = matched.values() if named is None else (matched[named],)
    if approves and owned and not any(restriction.allow_self_approval for restriction, _ in candidates):
        return ErrorCode.SELF_APPROVAL
    return None


def _open_to(facts: Facts, environment: Environment, vote: Vote, owners: Collection[str], at: int) -> list[str]:
    """The rules that a vote could count for."""
    person = facts.person(vote.user_id)
    if person is None or not decide(facts, Subject(person), Permission.ENVIRONMENT_VIEW, environment.id, at):
        return []
    owned = vote.user_id in owners
    return [
        rule.id
        for restriction, rule in matched_rules(facts, Subject(person), environment, at)
        if vote.rule_id in (None, rule.id) and (restriction.allow_self_approval or not owned)
    ]
