"""Approvals of deployments as somebody sees them: what is met, what is missing, what they may do (rule.md, 8)."""

from dataclasses import dataclass

from app.policy.approvals import (
    WAITING,
    Matched,
    Progress,
    RuleSnapshot,
    Vote,
    is_approved,
    refusal,
    rule_named,
    rules_on,
    snapshot,
)
from app.policy.entities import ApprovalRule, Environment, Node, Person
from app.policy.objects import Objects
from app.policy.restrictions import matched_rules
from app.policy.vocabulary import ApprovalDecision, ApprovalStatus, DeploymentStatus, Permission
from app.services.deployments import Deployed, waiting_in
from app.services.reader import Reader
from app.services.sight import approval_rule
from app.store.approvals import Approval
from app.store.deployments import Place

Approvals = tuple[Approval, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """One person's decision on a deployment; `counts_for` is the rule it counts for, as it was then."""

    organization_id: str
    approval: Approval
    counts_for: RuleSnapshot | None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule beside a deployment: as it is for that, whether it applies, and the living one if the asker sees it."""

    organization_id: str
    living: ApprovalRule | None
    rule: RuleSnapshot
    approved: int
    status: ApprovalStatus
    applies_to_deployment: bool
    viewer_can_approve: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """How far the approvals of a deployment are. Without rules it is APPROVED, 0 of 0."""

    status: ApprovalStatus
    required: int
    pending: int
    rules: tuple[RuleLine, ...]
    approvals: tuple[Decided, ...]


async def pending_approvals(reader: Reader, objects: Objects) -> list[Deployed]:
    """The BLOCKED deployments that wait for the asker: they may approve and have decided nothing yet (G-4)."""
    mine = [environment.id for environment in objects.sight.approvable()]
    found = await waiting_in(reader, objects, Place(mine), DeploymentStatus.BLOCKED) if mine else []
    return [each for each in found if _waits_for_asker(objects, each)]


def summary(objects: Objects, deployed: Deployed, approvals: Approvals) -> Summary:
    """How far the approvals of a deployment are, as the asker sees it: whom they can't see is counted, not named."""
    lines = [*_applying(objects, deployed, approvals), *_not_applying(objects, deployed, approvals)]
    rejected = deployed.status is DeploymentStatus.REJECTED
    met = ApprovalStatus.APPROVED if is_approved(deployed.rules) else ApprovalStatus.PENDING
    return Summary(
        ApprovalStatus.REJECTED if rejected else met,
        sum(each.rule.required for each in deployed.rules),
        sum(each.missing for each in deployed.rules),
        tuple(lines),
        tuple(decided(deployed, each) for each in approvals),
    )


def decided(deployed: Deployed, approval: Approval) -> Decided:
    """A decision with the rule it counts for: the one it was recorded for, unless it has been matched otherwise."""
    user_id, recorded = approval.vote.user_id, approval.counted_for
    counting = next((each.rule for each in deployed.rules if user_id in each.approved_by), None)
    moved = counting is not None and (recorded is None or recorded.rule_id != counting.rule_id)
    return Decided(deployed.organization_id, approval, counting if moved else recorded)


def own_decision(objects: Objects, deployed: Deployed, approvals: Approvals) -> Decided | None:
    """What the asker has decided."""
    mine = next((each for each in approvals if each.vote.user_id == objects.view.subject.id), None)
    return None if mine is None else decided(deployed, mine)


def person_of(objects: Objects, decided: Decided) -> Person | None:
    """Who decided, if the asker sees them."""
    return objects.person(decided.approval.vote.user_id)


def comment_of(objects: Objects, decided: Decided) -> str | None:
    """What they said to it; it could give away who they are, so it goes where they are hidden."""
    return None if person_of(objects, decided) is None else decided.approval.comment


def subject_of_rule(objects: Objects, rule: RuleSnapshot) -> Person | Node | None:
    """The user or team that a rule names, if the asker sees them; None for a level."""
    if rule.subject_id is None:
        return None
    return objects.person(rule.subject_id) or objects.node(rule.subject_id)


def may_decide(objects: Objects, deployed: Deployed, decision: ApprovalDecision, rule_id: str | None = None) -> bool:
    """Whether the asker's decision would be taken now, naming this rule or none; never once it stopped waiting."""
    matched = matched_by(objects, deployed) if deployed.status in WAITING else {}
    if not matched:
        return False
    mine = vote_of(deployed.approvals or (), objects.view.subject.id)
    named = rule_named(mine, decision, matched) if rule_id is None else rule_id
    owned = objects.view.subject.id in deployed.deployment.owners
    return refusal(deployed.status, decision, named, matched, mine, owned=owned) is None


def matched_by(objects: Objects, deployed: Deployed) -> Matched:
    """The rules on a deployment's environment that the asker matches; none without ENVIRONMENT_APPROVE."""
    environment, view = environment_of(objects, deployed), objects.view
    if environment is None or not view.may(Permission.ENVIRONMENT_APPROVE, environment.id):
        return {}
    found = matched_rules(objects.facts, view.subject, environment, view.at)
    return {rule.id: (restriction, rule) for restriction, rule in found}


def environment_of(objects: Objects, deployed: Deployed) -> Environment | None:
    """Where it is placed; None while it isn't."""
    return objects.facts.environment(deployed.deployment.environment_id or "")


def vote_of(approvals: Approvals, user_id: str) -> Vote | None:
    """What somebody has decided."""
    return next((each.vote for each in approvals if each.vote.user_id == user_id), None)


def _waits_for_asker(objects: Objects, deployed: Deployed) -> bool:
    undecided = vote_of(deployed.approvals or (), objects.view.subject.id) is None
    return undecided and may_decide(objects, deployed, ApprovalDecision.APPROVED)


def _applying(objects: Objects, deployed: Deployed, approvals: Approvals) -> list[RuleLine]:
    rejected_for = _rejected_for(approvals)
    return [
        RuleLine(
            deployed.organization_id,
            approval_rule(objects, each.rule.rule_id),
            each.rule,
            each.approved,
            _status(each, rejected_for),
            applies_to_deployment=True,
            viewer_can_approve=may_decide(objects, deployed, ApprovalDecision.APPROVED, each.rule.rule_id),
        )
        for each in deployed.rules
    ]


def _not_applying(objects: Objects, deployed: Deployed, approvals: Approvals) -> list[RuleLine]:
    """Rules that came after it stopped waiting, and rules that are gone but for the decisions that counted for them."""
    environment = environment_of(objects, deployed)
    later = {} if environment is None else rules_on(objects.facts, environment)
    living = {rule.id: snapshot(rule) for _, rule in later.values()}
    gone = {each.counted_for.rule_id: each.counted_for for each in approvals if each.counted_for is not None}
    applying = {each.rule.rule_id for each in deployed.rules}
    rejected_for, elsewhere = _rejected_for(approvals), {id for each in deployed.rules for id in each.approved_by}
    lines = []
    for rule_id, rule in (gone | living).items():
        if rule_id in applying:
            continue
        line = Progress(rule, tuple(id for id in _approved_by(approvals, rule_id) if id not in elsewhere))
        shown = approval_rule(objects, rule_id)
        status = _status(line, rejected_for)
        lines.append(RuleLine(deployed.organization_id, shown, rule, line.approved, status, False, False))
    return lines


def _approved_by(approvals: Approvals, rule_id: str) -> list[str]:
    """Whose approvals counted for a rule when they were made."""
    return [
        each.vote.user_id
        for each in approvals
        if each.vote.decision is ApprovalDecision.APPROVED
        and each.counted_for is not None
        and each.counted_for.rule_id == rule_id
    ]


def _status(line: Progress, rejected_for: set[str]) -> ApprovalStatus:
    if line.rule.rule_id in rejected_for:
        return ApprovalStatus.REJECTED
    return ApprovalStatus.PENDING if line.missing else ApprovalStatus.APPROVED


def _rejected_for(approvals: Approvals) -> set[str]:
    rejections = (each.counted_for for each in approvals if each.vote.decision is ApprovalDecision.REJECTED)
    return {rule.rule_id for rule in rejections if rule is not None}
