"""How far the approvals of a deployment are: ApprovalSummary, with its rules and decisions."""

from dataclasses import dataclass

import strawberry

from app.api.context import Info
from app.api.enums import ApprovalDecision, ApprovalStatus, Inheritance, RoleLevel
from app.api.fields import attribute, field
from app.api.scalars import DateTime
from app.api.types.restriction import ApprovalRule
from app.api.types.subject import Subject
from app.api.types.user import User
from app.policy import entities, vocabulary
from app.policy.approvals import RuleSnapshot
from app.services import approvals
from app.services.approvals import Decided, RuleLine

SubjectValue = entities.Person | entities.Node


@dataclass(frozen=True, slots=True)
class Counted:
    """A rule as it was when it counted, in its organization."""

    organization_id: str
    rule: RuleSnapshot


@strawberry.type(description="An approval rule as it was when a decision counted for it, whatever became of it since.")
class ApprovalRuleSnapshot:
    @field(strawberry.ID, "The rule's id.")
    def rule_id(counted: strawberry.Parent[Counted]) -> str:
        return counted.rule.rule_id

    @field(RoleLevel | None, "The least level, where it named one.")
    def level(counted: strawberry.Parent[Counted]) -> vocabulary.RoleLevel | None:
        return counted.rule.level

    @field(Inheritance, "Who was in the team, where it named one.")
    def inheritance(counted: strawberry.Parent[Counted]) -> vocabulary.Inheritance:
        return counted.rule.inheritance

    @field(int, "How many approvals it needed.")
    def required(counted: strawberry.Parent[Counted]) -> int:
        return counted.rule.required

    @field(Subject | None, "The user or team it named; null where hidden or gone, and where it named a level.")
    def subject(counted: strawberry.Parent[Counted], info: Info) -> SubjectValue | None:
        return approvals.subject_of_rule(info.context.objects(counted.organization_id), counted.rule)


@strawberry.type(description="What one person decided of a deployment.")
class Approval:
    @field(User | None, "Who; null where the viewer may not see them: they count all the same.")
    def user(decided: strawberry.Parent[Decided], info: Info) -> entities.Person | None:
        return approvals.person_of(info.context.objects(decided.organization_id), decided)

    @field(ApprovalDecision, "What they decided.")
    def decision(decided: strawberry.Parent[Decided]) -> ApprovalDecision:
        return decided.approval.vote.decision

    @field(str | None, "What they said to it; null also where the viewer may not see them.")
    def comment(decided: strawberry.Parent[Decided], info: Info) -> str | None:
        return approvals.comment_of(info.context.objects(decided.organization_id), decided)

    @field(DateTime, "When they decided.")
    def created_at(decided: strawberry.Parent[Decided]) -> int:
        return decided.approval.created_at

    @field(ApprovalRuleSnapshot | None, "The rule that it counts for, as it was then.")
    def counts_for(decided: strawberry.Parent[Decided]) -> Counted | None:
        return None if decided.counts_for is None else Counted(decided.organization_id, decided.counts_for)


@strawberry.type(description="One approval rule beside a deployment; what stands here holds for this deployment.")
class RuleProgress:
    approved: int = attribute("How many approvals count for it.")
    status: ApprovalStatus = attribute("Whether it is met, or somebody rejected by it.")
    applies_to_deployment: bool = attribute(
        "False for a rule that came after the deployment stopped waiting, or is gone."
    )
    viewer_can_approve: bool = attribute("Whether the viewer's approval would be taken, naming this rule.")

    @field(ApprovalRule | None, "The living rule; null once it is removed, and where it is hidden.")
    def rule(line: strawberry.Parent[RuleLine]) -> entities.ApprovalRule | None:
        return line.living

    @field(Subject | None, "The user or team it names; null where hidden or gone, and where it names a level.")
    def subject(line: strawberry.Parent[RuleLine], info: Info) -> SubjectValue | None:
        return approvals.subject_of_rule(info.context.objects(line.organization_id), line.rule)

    @field(RoleLevel | None, "The least level, where it names one.")
    def level(line: strawberry.Parent[RuleLine]) -> vocabulary.RoleLevel | None:
        return line.rule.level

    @field(Inheritance, "Who is in the team, where it names one.")
    def inheritance(line: strawberry.Parent[RuleLine]) -> vocabulary.Inheritance:
        return line.rule.inheritance

    @field(int, "How many approvals it needs.")
    def required(line: strawberry.Parent[RuleLine]) -> int:
        return line.rule.required


@strawberry.type(description="How far the approvals of a deployment are.")
class ApprovalSummary:
    status: ApprovalStatus = attribute("APPROVED when every rule is met, so too where there is none.")
    required: int = attribute("How many approvals are needed, over all rules that apply.")
    pending: int = attribute("How many of them are missing.")
    rules: list[RuleProgress] = attribute("The rules that apply, then those that don't or no longer do.")
    approvals: list[Approval] = attribute("What people decided, the oldest first.")
