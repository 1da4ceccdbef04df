"""Decisions about an environment by name, there yet or not (rule.md, sections 4 "Hidden" and 5)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from app.policy.decision import Decision, Reason, hidden
from app.policy.entities import Restriction
from app.policy.facts import Facts
from app.policy.holding import held_roles
from app.policy.restrictions import enabled_on, passage, restrictions_on
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.tiers import guess_tier
from app.policy.validity import valid_until
from app.policy.visibility import NOT_PASSED, giving, passed_reason
from app.policy.vocabulary import ErrorCode, Gate, Permission, ResourceKind, Tier


def decide_named(
    facts: Facts,
    subject: Subject | None,
    permission: Permission,
    project_id: str,
    name: str,
    at: int,
    *,
    asker_sees_it: bool = True,
) -> Decision:
    """Decide about the environment of this name in a project; `resource_id` of the answer is the project's.

    `asker_sees_it` False: whoever asks can't see the environment, so the answer is as if it were not there. Deploying
    to a name that the subject can't see, and creating any, is decided as creating it, with the tier guessed; a name
    that is taken is then CONFLICT. Anything else about a name that can't be seen is `hidden`.
    """
    verdict = partial(_decide_named, facts, subject, permission, project_id, name, asker_sees_it)
    decision = verdict(at)
    if subject is None or decision.code in (ErrorCode.UNAUTHENTICATED, ErrorCode.NOT_FOUND):
        return decision
    counting = list(_counting(facts, project_id, name, asker_sees_it))
    until = valid_until(facts, subject, counting, decision.code, lambda then: verdict(then).code, at)
    return replace(decision, valid_until=until)


def _counting(facts: Facts, project_id: str, name: str, asker_sees_it: bool) -> Iterator[Restriction]:
    """The restrictions that count: those of one to be created, and of the one that is there."""
    yield from filter(_is_enabled, restrictions_on(facts, project_id, name, guess_tier(name), None))
    environment = facts.environment_named(project_id, name)
    if asker_sees_it and environment is not None:
        yield from enabled_on(facts, environment)


def _is_enabled(restriction: Restriction) -> bool:
    return restriction.enabled


def _decide_named(
    facts: Facts,
    subject: Subject | None,
    permission: Permission,
    project_id: str,
    name: str,
    asker_sees_it: bool,
    at: int,
) -> Decision:
    environment = facts.environment_named(project_id, name)
    if asker_sees_it and environment is not None and permission is not Permission.ENVIRONMENT_CREATE:
        decision = decide(facts, subject, permission, environment.id, at)
        if decision.code is not ErrorCode.NOT_FOUND:
            return replace(decision, resource_id=project_id)
    if permission not in (Permission.ENVIRONMENT_CREATE, Permission.ENVIRONMENT_DEPLOY):
        return hidden(permission, project_id, None if subject is None else subject.id)
    decision = decide_creation(facts, subject, project_id, name, guess_tier(name), at)
    if decision and permission is Permission.ENVIRONMENT_DEPLOY and subject is not None:
        decision = _also_deploy(facts, subject, decision, at)
    if decision and environment is not None:
        decision = _refuse(decision, ErrorCode.CONFLICT, Reason(Gate.ROLE, False, "the name is taken"))
    return replace(decision, permission=permission)


def decide_creation(facts: Facts, subject: Subject | None, project_id: str, name: str, tier: Tier, at: int) -> Decision:
    """Decide whether the subject may create an environment of this name and tier, taken or not (BAS-32).

    ENVIRONMENT_CREATE on the project, and every enabled restriction that would match must be passed: FORBIDDEN
    otherwise, even where one hides.
    """
    decision = decide(facts, subject, Permission.ENVIRONMENT_CREATE, project_id, at)
    if not decision or subject is None or subject.person.is_instance_admin:
        return decision
    for restriction in filter(_is_enabled, restrictions_on(facts, project_id, name, tier, None)):
        by = passage(facts, subject, restriction, at)
        if by is not None:
            decision = replace(decision, reasons=(*decision.reasons, passed_reason(by, restriction.id)))
        else:
            reason = Reason(Gate.ENVIRONMENT_RESTRICTION, False, NOT_PASSED, (restriction.id,))
            decision = _refuse(decision, ErrorCode.FORBIDDEN, reason)
    return decision


def _also_deploy(facts: Facts, subject: Subject, decision: Decision, at: int) -> Decision:
    """Deploying to a new name needs ENVIRONMENT_DEPLOY besides (section 10); nobody has it by a grant there yet."""
    deploy = Permission.ENVIRONMENT_DEPLOY
    key = subject.key
    if key is not None and key.permissions is not None and deploy not in key.permissions:
        reason = Reason(Gate.CREDENTIAL, False, f"the key does not cover `{deploy}`", (key.id,))
        return _refuse(decision, ErrorCode.FORBIDDEN, reason)
    roles = held_roles(facts, subject.id, decision.resource_id, at)
    if subject.person.is_instance_admin or giving(roles, deploy, ResourceKind.ENVIRONMENT) is not None:
        return decision
    return _refuse(decision, ErrorCode.FORBIDDEN, Reason(Gate.ROLE, False, f"no role gives `{deploy}`"))


def _refuse(decision: Decision, code: ErrorCode, reason: Reason) -> Decision:
    return replace(decision, allowed=False, code=code, reasons=(*decision.reasons, reason))
