"""Mutations of restrictions."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import Inheritance
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, patched, shown
from app.api.mutations.restriction_inputs import (
    ApprovalRuleInput,
    GrantInput,
    RestrictionInput,
    RestrictionTargetInput,
)
from app.services import restriction_changes
from app.services.restriction_changes import RestrictionPatch, RuleChange


@strawberry.input(description="A new restriction.")
class RestrictEnvironmentsInput:
    scope_id: strawberry.ID = strawberry.field(description="The organization, team or project at and below which.")
    target: RestrictionTargetInput = strawberry.field(description="What it matches there.")
    restriction: RestrictionInput = strawberry.field(description="Who passes, and who must approve.")


@strawberry.type(description="The restriction that was made.")
class RestrictEnvironmentsPayload:
    restriction: types.Restriction | None = attribute("The restriction.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of an approval rule; what is left out stays.")
class ApprovalRuleChangeInput:
    rule_id: strawberry.ID = strawberry.field(description="Which rule.")
    required_approvals: int | None = strawberry.field(default=strawberry.UNSET, description="How many must approve.")
    inheritance: Inheritance | None = strawberry.field(default=strawberry.UNSET, description="Who is in the team.")

    def value(self, index: int) -> RuleChange:
        """As the services take it."""
        rule_id = expect_id(self.rule_id, "input", "updateApprovalRules", index, "ruleId")
        return RuleChange(rule_id, patched(self.required_approvals), patched(self.inheritance))


@strawberry.input(description="What to change of a restriction; what is left out stays.")
class UpdateEnvironmentRestrictionInput:
    restriction_id: strawberry.ID = strawberry.field(description="Which restriction.")
    admin_bypass: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether an ADMIN of its scope passes."
    )
    hides: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it hides what it matches from who doesn't pass."
    )
    allow_self_approval: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether people may approve their own deployments."
    )
    add_grants: list[GrantInput] = strawberry.field(default_factory=list, description="Who passes from now on.")
    remove_grant_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description="Grants to take away.")
    add_approval_rules: list[ApprovalRuleInput] = strawberry.field(default_factory=list, description="New rules.")
    update_approval_rules: list[ApprovalRuleChangeInput] = strawberry.field(
        default_factory=list, description="Rules to change."
    )
    remove_approval_rule_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Rules to take away."
    )


@strawberry.type(description="The restriction that was changed.")
class UpdateEnvironmentRestrictionPayload:
    restriction: types.Restriction | None = attribute("The restriction; null where the change hides it.")
    revision: int = attribute(REVISION)


@strawberry.input(description="A restriction, and whether it counts.")
class SetEnvironmentRestrictionEnabledInput:
    restriction_id: strawberry.ID = strawberry.field(description="Which restriction.")
    enabled: bool = strawberry.field(description="Whether it counts; its entries stay either way.")


@strawberry.type(description="The restriction that was switched.")
class SetEnvironmentRestrictionEnabledPayload:
    restriction: types.Restriction | None = attribute("The restriction.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The restriction to delete.")
class DeleteEnvironmentRestrictionInput:
    restriction_id: strawberry.ID = strawberry.field(description="Which restriction; its entries go with it.")


@strawberry.type(description="The restriction that is gone.")
class DeleteEnvironmentRestrictionPayload:
    deleted_restriction_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(REVISION)


@strawberry.type
class RestrictionMutations:
    @mutation(
        RestrictEnvironmentsPayload,
        "Restrict the environments of a scope. CONFLICT: the scope has a restriction on this target.",
    )
    async def restrict_environments(
        self, info: Info, input: Annotated[RestrictEnvironmentsInput, strawberry.argument(description="It.")]
    ) -> RestrictEnvironmentsPayload:
        use_case = restriction_changes.restrict_environments(
            info.context.instance,
            info.context.asker,
            scope_id=expect_id(input.scope_id, "input", "scopeId"),
            target=input.target.value(("input", "target")),
            entry=input.restriction.value(("input", "restriction")),
        )
        done = await applied(info, use_case)
        return RestrictEnvironmentsPayload(restriction=await shown(info, done.result), revision=done.revision)

    @mutation(
        UpdateEnvironmentRestrictionPayload,
        "Change a restriction, its grants and approval rules; all or nothing. CONFLICT: whom an entry names has one.",
    )
    async def update_environment_restriction(
        self,
        info: Info,
        input: Annotated[UpdateEnvironmentRestrictionInput, strawberry.argument(description="The change.")],
    ) -> UpdateEnvironmentRestrictionPayload:
        use_case = restriction_changes.update_restriction(
            info.context.instance,
            info.context.asker,
            restriction_id=expect_id(input.restriction_id, "input", "restrictionId"),
            patch=_patch(input),
        )
        done = await applied(info, use_case)
        return UpdateEnvironmentRestrictionPayload(restriction=await shown(info, done.result), revision=done.revision)

    @mutation(
        SetEnvironmentRestrictionEnabledPayload,
        "Switch a restriction on or off, keeping its entries. It never answers CONFLICT.",
    )
    async def set_environment_restriction_enabled(
        self,
        info: Info,
        input: Annotated[SetEnvironmentRestrictionEnabledInput, strawberry.argument(description="The switch.")],
    ) -> SetEnvironmentRestrictionEnabledPayload:
        use_case = restriction_changes.set_restriction_enabled(
            info.context.instance,
            info.context.asker,
            restriction_id=expect_id(input.restriction_id, "input", "restrictionId"),
            enabled=input.enabled,
        )
        done = await applied(info, use_case)
        return SetEnvironmentRestrictionEnabledPayload(
            restriction=await shown(info, done.result), revision=done.revision
        )

    @mutation(
        DeleteEnvironmentRestrictionPayload,
        "Delete a restriction with its entries: restricting again starts empty. It never answers CONFLICT.",
    )
    async def delete_environment_restriction(
        self, info: Info, input: Annotated[DeleteEnvironmentRestrictionInput, strawberry.argument(description="It.")]
    ) -> DeleteEnvironmentRestrictionPayload:
        use_case = restriction_changes.delete_restriction(
            info.context.instance,
            info.context.asker,
            restriction_id=expect_id(input.restriction_id, "input", "restrictionId"),
        )
        done = await applied(info, use_case)
        return DeleteEnvironmentRestrictionPayload(
            deleted_restriction_id=strawberry.ID(done.result), revision=done.revision
        )


def _patch(input: UpdateEnvironmentRestrictionInput) -> RestrictionPatch:
    return RestrictionPatch(
        patched(input.admin_bypass),
        patched(input.hides),
        patched(input.allow_self_approval),
        [grant.value(("input", "addGrants", index)) for index, grant in enumerate(input.add_grants)],
        [expect_id(id, "input", "removeGrantIds", index) for index, id in enumerate(input.remove_grant_ids)],
        [rule.value(("input", "addApprovalRules", index)) for index, rule in enumerate(input.add_approval_rules)],
        [change.value(index) for index, change in enumerate(input.update_approval_rules)],
        [
            expect_id(id, "input", "removeApprovalRuleIds", index)
            for index, id in enumerate(input.remove_approval_rule_ids)
        ],
    )
