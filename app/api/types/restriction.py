"""EnvironmentRestriction, with its grants and approval rules."""

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import GrantSource, Inheritance, RoleLevel, Tier
from app.api.fields import attribute, field
from app.api.node import Node, shows
from app.api.permissions import needs
from app.api.scalars import DateTime
from app.api.types.subject import Scope, Subject
from app.policy import entities
from app.policy.vocabulary import Permission
from app.services import restrictions

SubjectValue = entities.Person | entities.Node


@strawberry.type(description="One way through a restriction: a user, a team, or everybody with a level on the scope.")
class Grant(Node):
    is_type_of = shows(entities.Grant)

    level: RoleLevel | None = attribute("The least level, where it names one.")
    inheritance: Inheritance = attribute("Who is in the team, where it names one.")
    source: GrantSource = attribute("Where the row comes from.")
    starts_at: DateTime | None = attribute("From when on it counts; null for always.")
    expires_at: DateTime | None = attribute("From when on it no longer counts; null for never.")

    @field(Subject | None, "The user or team it names; null where hidden, and where it names a level.")
    def subject(grant: strawberry.Parent[entities.Grant], info: Info) -> SubjectValue | None:
        return restrictions.named(info.context.objects(grant.organization_id), grant)

    @field(bool, "Whether the viewer may take it away; never an implicit one.")
    def viewer_can_remove(grant: strawberry.Parent[entities.Grant], info: Info) -> bool:
        return restrictions.can_remove(info.context.objects(grant.organization_id), grant)


@strawberry.type(description="Who must approve deployments, and how many of them; always as it is now.")
class ApprovalRule(Node):
    is_type_of = shows(entities.ApprovalRule)

    inheritance: Inheritance = attribute("Who is in the team, where it names one.")
    required_approvals: int = attribute("How many approvals it needs.")

    @field(RoleLevel | None, "The least level, where it names one; MAINTAINER where its only subject is gone.")
    def level(rule: strawberry.Parent[entities.ApprovalRule], info: Info) -> RoleLevel | None:
        return restrictions.level_of(info.context.objects(rule.organization_id), rule)

    @field(Subject | None, "The user or team it names; null where hidden, and where it names a level.")
    def subject(rule: strawberry.Parent[entities.ApprovalRule], info: Info) -> SubjectValue | None:
        return restrictions.named(info.context.objects(rule.organization_id), rule)

    @field(
        bool, "Whether as many active people match it, and see an environment it is about, as it requires.", weight=1000
    )
    def satisfiable(rule: strawberry.Parent[entities.ApprovalRule], info: Info) -> bool:
        return restrictions.is_satisfiable(info.context.objects(rule.organization_id), rule)


@strawberry.type(description="What stands before changes to the environments it matches, for all but those it grants.")
class EnvironmentRestriction(Node):
    is_type_of = shows(entities.Restriction)

    environment_name: str | None = attribute("The name it matches, `*` for any characters; null for other targets.")
    tier: Tier | None = attribute("The tier it matches; null for other targets.")
    admin_bypass: bool = attribute("Whether an ADMIN of its scope passes without a grant.")
    hides: bool = attribute("Whether it hides what it matches from who doesn't pass.")
    enabled: bool = attribute("Whether it counts.")
    allow_self_approval: bool = attribute("Whether people may approve their own deployments here.")
    created_at: DateTime = attribute("When it was made.")

    @field(Scope | None, "The node at and below which it matches; null where hidden.")
    def scope(restriction: strawberry.Parent[entities.Restriction], info: Info) -> entities.Node | None:
        return info.context.objects(restriction.organization_id).node(restriction.scope_id)

    @field(types.Environment | None, "The one environment it matches; null for other targets, and where hidden.")
    def environment(restriction: strawberry.Parent[entities.Restriction], info: Info) -> entities.Environment | None:
        view = info.context.view(restriction.organization_id)
        id = restriction.environment_id
        return view.facts.environment(id) if id is not None and view.sees(id) else None

    @field(
        list[Grant] | None,
        "Its grants and, where ADMINs pass, a row for each of them; null without ENVIRONMENT_RESTRICT on the scope.",
        needs=[needs(Permission.ENVIRONMENT_RESTRICT, "scope_id")],
        weight=1000,
    )
    def grants(restriction: strawberry.Parent[entities.Restriction], info: Info) -> list[entities.Grant]:
        return restrictions.grant_rows(info.context.objects(restriction.organization_id), restriction)

    @field(list[ApprovalRule], "Its approval rules.")
    def approval_rules(restriction: strawberry.Parent[entities.Restriction]) -> tuple[entities.ApprovalRule, ...]:
        return restriction.approval_rules

    @field(bool, "Whether the viewer may change it.")
    def viewer_can_manage(restriction: strawberry.Parent[entities.Restriction], info: Info) -> bool:
        return info.context.objects(restriction.organization_id).manages(restriction)
