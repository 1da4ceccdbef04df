"""Restrictions as somebody sees them: whom their rows name, and whether approval rules can still be met."""

from app.policy.entities import ApprovalRule, Grant, Node, Person, Restriction
from app.policy.implicit import implicit_admins
from app.policy.objects import Objects
from app.policy.restrictions import has_fallen
from app.policy.vocabulary import GrantSource, RoleLevel
from app.services.grantees import count_approvers


def level_of(objects: Objects, rule: ApprovalRule) -> RoleLevel | None:
    """The level that an approval rule names now: MAINTAINER, where its only subject is gone (rule.md, section 8)."""
    return RoleLevel.MAINTAINER if has_fallen(objects.facts, rule, objects.view.at) else rule.level


def named(objects: Objects, rule: Grant | ApprovalRule) -> Person | Node | None:
    """The user or team that a grant or approval rule names, if the asker sees them; None for a level."""
    return objects.person(rule.user_id) if rule.user_id is not None else objects.node(rule.team_id)


def grant_rows(objects: Objects, restriction: Restriction) -> list[Grant]:
    """The grants of a restriction, then a row for each ADMIN the asker sees who passes without one (BAS-35, BAS-38)."""
    implicit = implicit_admins(objects.facts, restriction, objects.view.at)
    return [*restriction.grants, *(row for row in implicit if objects.person(row.user_id) is not None)]


def can_remove(objects: Objects, grant: Grant) -> bool:
    """Whether the asker may take a grant away: those who manage the restriction may, never an implicit one."""
    restriction = objects.facts.restrictions.get(grant.restriction_id)
    return grant.source is not GrantSource.IMPLICIT_ADMIN and restriction is not None and objects.manages(restriction)


def is_satisfiable(objects: Objects, rule: ApprovalRule) -> bool:
    """Whether as many active people match the rule, and see an environment it is about, as it requires (GL-23)."""
    restriction = objects.facts.restrictions.get(rule.restriction_id)
    if restriction is None:
        return False
    environments = [objects.structure.environments[number] for number in objects.structure.targets(restriction)]
    found = count_approvers(objects.facts, restriction.scope_id, rule, environments, objects.view.at)
    return found >= rule.required_approvals
