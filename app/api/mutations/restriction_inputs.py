"""The inputs of restrictions: grantees, grants, approval rules, targets; and how the services take them."""

import strawberry

from app.api.enums import Inheritance, RoleLevel, Tier
from app.api.fields import given
from app.api.ids import expect_id
from app.api.scalars import DateTime
from app.services.restriction_inputs import Grantee, GrantEntry, RestrictionEntry, RuleEntry, Target

Path = tuple[str | int, ...]


@strawberry.input(one_of=True, description="Whom a grant or approval rule names: exactly one of them.")
class GranteeInput:
    user_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A user.")
    team_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A team, as a group.")
    level: RoleLevel | None = strawberry.field(
        default=strawberry.UNSET, description="Everybody who holds at least this level on the scope."
    )

    def value(self, path: Path) -> Grantee:
        """As the services take it. Raises INVALID for ids that could not be ours."""
        user, team = given(self.user_id), given(self.team_id)
        return Grantee(
            None if user is None else expect_id(user, *path, "userId"),
            None if team is None else expect_id(team, *path, "teamId"),
            given(self.level),
        )


@strawberry.input(description="A way through a restriction.")
class GrantInput:
    grantee: GranteeInput = strawberry.field(description="For whom.")
    inheritance: Inheritance = strawberry.field(
        default=Inheritance.DIRECT, description="Who is in the team; means nothing for a user or level."
    )
    starts_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description="From when on it counts.")
    expires_at: DateTime | None = strawberry.field(
        default=strawberry.UNSET, description="From when on it no longer counts."
    )

    def value(self, path: Path) -> GrantEntry:
        """As the services take it."""
        grantee = self.grantee.value((*path, "grantee"))
        return GrantEntry(grantee, self.inheritance, given(self.starts_at), given(self.expires_at))


@strawberry.input(description="Who must approve deployments, and how many of them.")
class ApprovalRuleInput:
    approver: GranteeInput = strawberry.field(description="Who.")
    inheritance: Inheritance = strawberry.field(
        default=Inheritance.DIRECT, description="Who is in the team; means nothing for a user or level."
    )
    required_approvals: int = strawberry.field(default=1, description="How many of them.")

    def value(self, path: Path) -> RuleEntry:
        """As the services take it."""
        return RuleEntry(self.approver.value((*path, "approver")), self.inheritance, self.required_approvals)


@strawberry.input(description="A restriction, but for its scope and target.")
class RestrictionInput:
    admin_bypass: bool = strawberry.field(default=True, description="Whether an ADMIN of its scope passes.")
    hides: bool = strawberry.field(default=False, description="Whether it hides what it matches from who doesn't pass.")
    allow_self_approval: bool = strawberry.field(
        default=False, description="Whether people may approve their own deployments."
    )
    grants: list[GrantInput] = strawberry.field(default_factory=list, description="Who passes.")
    approval_rules: list[ApprovalRuleInput] = strawberry.field(default_factory=list, description="Who must approve.")

    def value(self, path: Path) -> RestrictionEntry:
        """As the services take it."""
        return RestrictionEntry(
            self.admin_bypass,
            self.hides,
            self.allow_self_approval,
            tuple(grant.value((*path, "grants", index)) for index, grant in enumerate(self.grants)),
            tuple(rule.value((*path, "approvalRules", index)) for index, rule in enumerate(self.approval_rules)),
        )


@strawberry.input(one_of=True, description="What a restriction matches: exactly one of them.")
class RestrictionTargetInput:
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="A name; `*`, at most 8 of them, stands for any characters."
    )
    tier: Tier | None = strawberry.field(default=strawberry.UNSET, description="A tier.")
    environment_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="One environment.")

    def value(self, path: Path) -> Target:
        """As the services take it."""
        environment = given(self.environment_id)
        known = None if environment is None else expect_id(environment, *path, "environmentId")
        return Target(given(self.name), given(self.tier), known)
