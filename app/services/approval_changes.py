"""Decisions of approvers on deployments: made, changed and withdrawn (rule.md, sections 8 and 10)."""

from dataclasses import replace

from app.db import tables
from app.errors import BailiwickError, forbidden
from app.policy.approvals import WAITING, Matched, RuleSnapshot, Vote, progress, refusal, rule_named, snapshot
from app.policy.entities import Environment
from app.policy.names import is_kept_as_it_is
from app.policy.restrictions import matched_rules
from app.policy.vocabulary import ApprovalDecision, DeploymentStatus, ErrorCode, Permission
from app.services.changes import Action, Applied, Change, apply
from app.services.deployment_steps import deployed_now, stop_waiting
from app.services.deployments import Deployed
from app.services.instance import Instance
from app.services.patch import ABSENT, Absent
from app.services.problems import Problems
from app.services.reader import Reader
from app.store.approvals import Approval, snapshot_json
from app.store.deployments import Deployment

LONGEST_COMMENT = 255
"""Characters."""


async def decide_deployment(
    instance: Instance,
    reader: Reader,
    *,
    deployment_id: str,
    decision: ApprovalDecision,
    rule_id: str | Absent | None = ABSENT,
    comment: str | Absent | None = ABSENT,
) -> Applied[str]:
    """Approve a deployment, or reject it for good; gives its id.

    One decision a person and deployment, which a later one replaces; repeating it changes nothing, and what a repeated
    one leaves out stays. Needs ENVIRONMENT_APPROVE. In this order: NO_MATCHING_RULE, the asker doesn't match the rule
    they name; NOT_WAITING_FOR_APPROVAL; SELF_APPROVAL, it is their own and no rule it could count for allows that.
    """
    problems = Problems()
    if isinstance(comment, str) and len(comment) > LONGEST_COMMENT:
        problems.add(f"a comment has at most {LONGEST_COMMENT} characters", "input", "comment")
    elif isinstance(comment, str) and not is_kept_as_it_is(comment):
        problems.add("a comment can't hold the character NUL", "input", "comment")
    problems.refuse()
    action = Action("decideDeployment")
    return await apply(instance, reader, action, deployment_id, _decide, deployment_id, decision, rule_id, comment)


def _decide(
    change: Change,
    deployment_id: str,
    decision: ApprovalDecision,
    rule_id: str | Absent | None,
    comment: str | Absent | None,
) -> str:
    found = change.deployment(deployment_id)
    environment = _approvable(change, found)
    current = deployed_now(change, found)
    matched = _matched(change, environment)
    mine = _approval_of(current, change.asker.id)
    vote = None if mine is None else mine.vote
    named = rule_named(vote, decision, matched) if rule_id is ABSENT else rule_id
    owned = change.asker.id in found.owners
    code = refusal(current.status, decision, named, matched, vote, owned=owned)
    if code is not None:
        raise BailiwickError(code, _MESSAGES[code])
    repeated = mine is not None and mine.vote.decision is decision
    if comment is ABSENT:
        comment = mine.comment if mine is not None and repeated else None
    if mine is not None and repeated and (mine.vote.rule_id, mine.comment) == (named, comment):
        return found.id
    _record(change, current, environment, Vote(change.asker.id, decision, named), comment, mine)
    change.about(found.id, found.ref, comment)
    return found.id


async def withdraw_decision(instance: Instance, reader: Reader, *, deployment_id: str) -> Applied[str]:
    """Take back one's own approval while the deployment has not been run; gives its id.

    Needs no role nor rule, but a key that covers ENVIRONMENT_APPROVE. NOT_WAITING_FOR_APPROVAL: it was run, rejected or
    canceled. INVALID_STATE: the asker has decided nothing of it.
    """
    return await apply(instance, reader, Action("withdrawDecision"), deployment_id, _withdraw, deployment_id)


def _withdraw(change: Change, deployment_id: str) -> str:
    found = change.deployment(deployment_id)
    key, permission = change.asker.key, Permission.ENVIRONMENT_APPROVE
    if key is not None and key.permissions is not None and permission not in key.permissions:
        raise forbidden(permission, found.environment_id or found.project_id)
    current = deployed_now(change, found)
    if current.status not in WAITING:
        code = ErrorCode.NOT_WAITING_FOR_APPROVAL
        raise BailiwickError(code, _MESSAGES[code])
    mine = _approval_of(current, change.asker.id)
    if mine is None:
        raise BailiwickError(ErrorCode.INVALID_STATE, "you have decided nothing of this deployment")
    change.end(tables.Approval, mine.id)
    change.about(found.id, found.ref)
    return found.id


_MESSAGES = {
    ErrorCode.NO_MATCHING_RULE: "you don't match the rule you named: name another, or none",
    ErrorCode.NOT_WAITING_FOR_APPROVAL: "the deployment does not wait for this",
    ErrorCode.SELF_APPROVAL: "it is your own deployment: ask somebody else to approve it",
}


def _approvable(change: Change, found: Deployment) -> Environment:
    """The environment, if the asker matches a rule on it; an unplaced deployment has none. Raises FORBIDDEN."""
    if found.environment_id is None:
        raise forbidden(Permission.ENVIRONMENT_APPROVE, found.project_id)
    environment = change.find(found.environment_id, Environment)
    change.require(Permission.ENVIRONMENT_APPROVE, environment)
    return environment


def _matched(change: Change, environment: Environment) -> Matched:
    found = matched_rules(change.facts, change.asker, environment, change.instant)
    return {rule.id: (restriction, rule) for restriction, rule in found}


def _approval_of(current: Deployed, user_id: str) -> Approval | None:
    return next((each for each in current.approvals or () if each.vote.user_id == user_id), None)


def _record(
    change: Change,
    current: Deployed,
    environment: Environment,
    vote: Vote,
    comment: str | None,
    mine: Approval | None,
) -> None:
    """Write a decision in place of an earlier one, with the rule it counts for as that is now; a rejection ends all."""
    others = [each.vote for each in current.approvals or () if each.vote.user_id != vote.user_id]
    rules = progress(change.facts, environment, current.deployment.owners, [*others, vote], change.instant)
    counting = next((each.rule for each in rules if vote.user_id in each.approved_by), None)
    rejects = vote.decision is ApprovalDecision.REJECTED
    if rejects:
        matched = _matched(change, environment)
        counting = snapshot(matched[vote.rule_id or next(iter(matched))][1])
    _write(change, current.id, vote, comment, counting, mine)
    if rejects:
        stop_waiting(change, replace(current, rules=rules), DeploymentStatus.REJECTED)


def _write(
    change: Change,
    deployment_id: str,
    vote: Vote,
    comment: str | None,
    counting: RuleSnapshot | None,
    mine: Approval | None,
) -> None:
    counted_rule = None if counting is None else snapshot_json(counting)
    values = {"rule_id": vote.rule_id, "comment": comment, "counted_rule": counted_rule}
    if mine is not None and mine.vote.decision is vote.decision:
        change.set(tables.Approval, mine.id, **values)
        return
    if mine is not None:
        change.end(tables.Approval, mine.id)
    decision = vote.decision.value
    change.add(tables.Approval, deployment_id=deployment_id, user_id=vote.user_id, decision=decision, **values)
