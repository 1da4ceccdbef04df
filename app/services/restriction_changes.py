"""Restrictions: made, changed incrementally, switched, deleted (rule.md, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.db import tables
from app.errors import BailiwickError, conflict, invalid
from app.policy.entities import ApprovalRule, Node, Restriction
from app.policy.implicit import parts_of
from app.policy.names import is_name_pattern
from app.policy.rule import decide
from app.policy.vocabulary import ErrorCode, Inheritance, Permission
from app.services.changes import Action, Applied, Change, apply, refuse
from app.services.departures import forget_restriction
from app.services.instance import Instance
from app.services.patch import ABSENT, Absent, given
from app.services.problems import Problems
from app.services.reader import Reader
from app.services.restriction_inputs import (
    MOST_APPROVALS,
    Entries,
    GrantEntry,
    RestrictionEntry,
    RuleEntry,
    Target,
    add_restriction,
    check_grants_shape,
    check_rules_shape,
    check_shape,
    environments_matching,
)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What to change of an approval rule; what is ABSENT stays."""

    rule_id: str
    required_approvals: int | Absent | None = ABSENT
    inheritance: Inheritance | Absent | None = ABSENT


@dataclass(frozen=True, slots=True)
class RestrictionPatch:
    """What to change of a restriction; what is ABSENT stays."""

    admin_bypass: bool | Absent | None = ABSENT
    hides: bool | Absent | None = ABSENT
    allow_self_approval: bool | Absent | None = ABSENT
    add_grants: Sequence[GrantEntry] = ()
    remove_grant_ids: Sequence[str] = ()
    add_rules: Sequence[RuleEntry] = ()
    update_rules: Sequence[RuleChange] = ()
    remove_rule_ids: Sequence[str] = ()


async def restrict_environments(
    instance: Instance, reader: Reader, *, scope_id: str, target: Target, entry: RestrictionEntry
) -> Applied[str]:
    """Restrict the environments of a scope by name, by tier, or one of them; gives the restriction's id.

    Needs ENVIRONMENT_RESTRICT on the scope. CONFLICT: the scope has one on this target. INVALID: a target outside the
    scope, no grant without `admin_bypass`, and each entry that can't be.
    """
    problems = Problems()
    if target.name is not None and not is_name_pattern(target.name):
        problems.add(
            "a name has 1 to 255 characters, at most 8 `*`, no control characters, no space at its ends",
            "input",
            "target",
            "name",
        )
    check_shape(problems, entry, "input", "restriction")
    problems.refuse()
    return await apply(instance, reader, Action("restrictEnvironments"), scope_id, _restrict, scope_id, target, entry)


def _restrict(change: Change, scope_id: str, target: Target, entry: RestrictionEntry) -> str:
    scope = change.node(scope_id)
    change.require(Permission.ENVIRONMENT_RESTRICT, scope)
    environments = environments_matching(change, scope, target)
    if target.environment_id is not None and not any(map(change.view.sees, (each.id for each in environments))):
        raise invalid("there is no such environment in the scope", "input", "target", "environmentId")
    expect_free_target(change, scope, target)
    restriction_id = add_restriction(change, scope, target, entry, environments, ("input", "restriction"))
    change.about(restriction_id, target.name or target.tier or None)
    return restriction_id


def expect_free_target(change: Change, scope: Node, target: Target) -> None:
    """Raises CONFLICT where the scope has a restriction on this target."""
    wanted = (target.name, target.tier, target.environment_id)
    for standing in change.facts.restrictions_at(scope.id):
        if (standing.environment_name, standing.tier, standing.environment_id) == wanted:
            raise conflict("this scope has a restriction on this target")


async def update_restriction(
    instance: Instance, reader: Reader, *, restriction_id: str, patch: RestrictionPatch
) -> Applied[str]:
    """Change a restriction: its switches, and entries added, changed and removed; gives its id.

    Needs ENVIRONMENT_RESTRICT on its scope: an inherited one is not editable below. CONFLICT: whom it names has a
    standing grant or rule.
    """
    problems = Problems()
    for name, value in (
        ("adminBypass", patch.admin_bypass),
        ("hides", patch.hides),
        ("allowSelfApproval", patch.allow_self_approval),
    ):
        if value is None:
            problems.add("this is true or false", "input", name)
    check_grants_shape(problems, patch.add_grants, "input", "addGrants")
    check_rules_shape(problems, patch.add_rules, "input", "addApprovalRules")
    for index, each in enumerate(patch.update_rules):
        number = each.required_approvals
        if number is None or (number is not ABSENT and not 1 <= number <= MOST_APPROVALS):
            message = f"this is from 1 to {MOST_APPROVALS}"
            problems.add(message, "input", "updateApprovalRules", index, "requiredApprovals")
        if each.inheritance is None:
            problems.add("this is `DIRECT` or `ALL`", "input", "updateApprovalRules", index, "inheritance")
    problems.refuse()
    action = Action("updateEnvironmentRestriction")
    return await apply(instance, reader, action, restriction_id, _update, restriction_id, patch)


def _update(change: Change, restriction_id: str, patch: RestrictionPatch) -> str:
    restriction, scope = managed(change, restriction_id)
    problems = Problems()
    target = Target(restriction.environment_name, restriction.tier, restriction.environment_id)
    entries = Entries(change, scope, problems, environments_matching(change, scope, target))
    _remove_grants(change, restriction, patch.remove_grant_ids, problems)
    _change_rules(change, restriction, patch, entries, problems)
    kept = [grant for grant in restriction.grants if grant.id not in patch.remove_grant_ids]
    for index, grant in enumerate(patch.add_grants):
        entries.grant(restriction.id, grant, kept, ("input", "addGrants", index))
    rules = [rule for rule in restriction.approval_rules if rule.id not in patch.remove_rule_ids]
    for index, rule in enumerate(patch.add_rules):
        entries.rule(restriction.id, rule, rules, ("input", "addApprovalRules", index))
    bypass = restriction.admin_bypass if patch.admin_bypass is ABSENT else patch.admin_bypass
    if not bypass and not kept and not patch.add_grants:
        problems.add("without `adminBypass` at least one grant is needed", "input", "removeGrantIds")
    problems.refuse()
    switches = given(admin_bypass=patch.admin_bypass, hides=patch.hides, allow_self_approval=patch.allow_self_approval)
    if switches:
        change.set(tables.Restriction, restriction.id, **switches)
    _about(change, restriction)
    return restriction.id


def _remove_grants(change: Change, restriction: Restriction, ids: Sequence[str], problems: Problems) -> None:
    standing = {grant.id for grant in restriction.grants}
    for index, id in enumerate(dict.fromkeys(ids)):
        if id in standing:
            change.end(tables.Grant, id)
        elif parts_of(id) is not None:
            problems.add("an ADMIN passes without a grant: there is none to remove", "input", "removeGrantIds", index)
        else:
            problems.add("this restriction has no such grant", "input", "removeGrantIds", index)


def _change_rules(
    change: Change, restriction: Restriction, patch: RestrictionPatch, entries: Entries, problems: Problems
) -> None:
    standing = {rule.id: rule for rule in restriction.approval_rules}
    removed = dict.fromkeys(patch.remove_rule_ids)
    for index, id in enumerate(removed):
        if id in standing:
            change.end(tables.ApprovalRule, id)
        else:
            problems.add("this restriction has no such approval rule", "input", "removeApprovalRuleIds", index)
    for index, each in enumerate(patch.update_rules):
        rule = None if each.rule_id in removed else standing.get(each.rule_id)
        if rule is None:
            message = "this restriction has no such approval rule"
            problems.add(message, "input", "updateApprovalRules", index, "ruleId")
            continue
        renewed = _renewed(rule, each)
        entries.check_number(renewed, ("input", "updateApprovalRules", index, "requiredApprovals"))
        change.set(
            tables.ApprovalRule,
            rule.id,
            required_approvals=renewed.required_approvals,
            inheritance=renewed.inheritance.value,
        )


def _renewed(rule: ApprovalRule, change: RuleChange) -> ApprovalRule:
    number, inheritance = change.required_approvals, change.inheritance
    if isinstance(number, int):
        rule = replace(rule, required_approvals=number)
    if isinstance(inheritance, Inheritance) and rule.team_id is not None:
        rule = replace(rule, inheritance=inheritance)
    return rule


async def set_restriction_enabled(
    instance: Instance, reader: Reader, *, restriction_id: str, enabled: bool
) -> Applied[str]:
    """Switch a restriction on or off; its entries stay; gives its id. Needs ENVIRONMENT_RESTRICT on its scope."""
    action = Action("setEnvironmentRestrictionEnabled")
    return await apply(instance, reader, action, restriction_id, _set_enabled, restriction_id, enabled)


def _set_enabled(change: Change, restriction_id: str, enabled: bool) -> str:
    restriction, _ = managed(change, restriction_id)
    change.set(tables.Restriction, restriction.id, enabled=enabled)
    _about(change, restriction)
    return restriction.id


async def delete_restriction(instance: Instance, reader: Reader, *, restriction_id: str) -> Applied[str]:
    """Delete a restriction with its entries (GL-46); gives its id. Needs ENVIRONMENT_RESTRICT on its scope."""
    action = Action("deleteEnvironmentRestriction")
    return await apply(instance, reader, action, restriction_id, _delete, restriction_id)


def _delete(change: Change, restriction_id: str) -> str:
    restriction, _ = managed(change, restriction_id)
    forget_restriction(change, restriction)
    _about(change, restriction)
    return restriction.id


def managed(change: Change, restriction_id: str) -> tuple[Restriction, Node]:
    """A restriction that the asker sees and manages, and its scope. Raises NOT_FOUND, FORBIDDEN.

    One that is seen by what it matches may have a scope that is hidden: then nothing is said of that.
    """
    restriction = change.find(restriction_id, Restriction)
    permission = Permission.ENVIRONMENT_RESTRICT
    decision = decide(change.facts, change.asker, permission, restriction.scope_id, change.instant)
    if decision.code is ErrorCode.NOT_FOUND:
        raise BailiwickError(
            ErrorCode.FORBIDDEN,
            f"you need `{permission.value}` on the scope of `{restriction.id}` for this",
            permission=permission,
            resource_id=restriction.id,
        )
    if not decision:
        refuse(decision)
    return restriction, change.node(restriction.scope_id)


def _about(change: Change, restriction: Restriction) -> None:
    change.about(restriction.id, restriction.environment_name or restriction.tier or None)
