"""Restrictions as somebody sees them: whom their rows name, and whether approval rules can still be met."""

from app.policy.facts import ApprovalRule, Facts, Grant, Node, Person, Restriction
from app.policy.implicit import implicit_admins
from app.policy.objects import Objects
from app.policy.restrictions import matched_rules
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import GrantSource, Permission


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
    facts = objects.facts
    restriction = facts.restrictions.get(rule.restriction_id)
    if restriction is None:
        return False
    return len(eligible_approvers(objects, restriction, rule)) >= rule.required_approvals


def eligible_approvers(objects: Objects, restriction: Restriction, rule: ApprovalRule) -> set[str]:
    """The ids of the active people who match a rule and see an environment that its restriction matches."""
    facts, at = objects.facts, objects.view.at
    environments = [objects.structure.environments[number] for number in objects.structure.targets(restriction)]
    return {
        person.id
        for person in facts.people.values()
        if person.is_active
        and any(_approves(facts, Subject(person), rule, environment.id, at) for environment in environments)
    }


def _approves(facts: Facts, subject: Subject, rule: ApprovalRule, environment_id: str, at: int) -> bool:
    environment = facts.environments[environment_id]
    return any(each.id == rule.id for _, each in matched_rules(facts, subject, environment, at)) and bool(
        decide(facts, subject, Permission.ENVIRONMENT_VIEW, environment_id, at)
    )
