"""The access rule: may this subject do this to that resource at this instant, and why (rule.md, section 4)."""

from dataclasses import replace
from functools import partial

from app.policy.decision import Decision, Reason, hidden
from app.policy.entities import Environment, Project, Resource
from app.policy.facts import Facts
from app.policy.holding import held_roles
from app.policy.restrictions import enabled_on, matched_rules, passage, team_passage
from app.policy.subject import Subject
from app.policy.validity import restrictions_in, valid_until
from app.policy.visibility import NOT_PASSED, covers, giving, passed_reason, visibility
from app.policy.vocabulary import (
    ASKED_OF,
    DEPLOYMENT_ONLY,
    GATED,
    NEEDS_PUSH,
    VIEW_PERMISSION,
    ErrorCode,
    Gate,
    Permission,
    ResourceKind,
)


def decide(facts: Facts, subject: Subject | None, permission: Permission, resource_id: str, at: int) -> Decision:
    """Decide one question at the instant `at` (µs).

    Tells the whole truth: a NOT_FOUND has its true reasons, and whoever answers somebody who may not know them says
    `hidden` instead. An unknown id is `hidden` here already. Raises nothing: an error is a refusal.
    """
    try:
        return _decide(facts, subject, permission, resource_id, at)
    except Exception as error:  # noqa: BLE001 - whatever went wrong must never grant
        reasons = [Reason(Gate.ERROR, False, "the decision failed, and so refuses")]
        failed = _conclude(facts, subject, permission, resource_id, ErrorCode.NOT_FOUND, reasons, until=None)
        return replace(failed, error=error)


def allows(facts: Facts, subject: Subject, permission: Permission, resource_id: str, at: int) -> bool:
    """Whether `decide` allows it: for half the price, since nobody is told why, nor until when."""
    try:
        resource = facts.resource(resource_id)
        return resource is not None and _code(facts, subject, permission, resource, at) is None
    except Exception:  # noqa: BLE001 - whatever went wrong must never grant
        return False


def _decide(facts: Facts, subject: Subject | None, permission: Permission, resource_id: str, at: int) -> Decision:
    reasons: list[Reason] = []
    resource = facts.resource(resource_id)
    if subject is None or not _is_good(subject, at, reasons):
        reasons = reasons or [Reason(Gate.CREDENTIAL, False, "there is no credential")]
        return _conclude(facts, subject, permission, resource_id, ErrorCode.UNAUTHENTICATED, reasons, until=None)
    if resource is None:
        return hidden(permission, resource_id, subject.id)
    code = _refusal(facts, subject, permission, resource, at, reasons)
    verdict = partial(_code, facts, subject, permission, resource)
    until = valid_until(facts, subject, restrictions_in(facts, resource), code, verdict, at)
    return _conclude(facts, subject, permission, resource_id, code, reasons, until=until)


def _code(facts: Facts, subject: Subject, permission: Permission, resource: Resource, at: int) -> ErrorCode | None:
    """The verdict without its reasons."""
    reasons: list[Reason] = []
    if not _is_good(subject, at, reasons):
        return ErrorCode.UNAUTHENTICATED
    return _refusal(facts, subject, permission, resource, at, reasons)


def _conclude(
    facts: Facts,
    subject: Subject | None,
    permission: Permission,
    resource_id: str,
    code: ErrorCode | None,
    reasons: list[Reason],
    *,
    until: int | None,
) -> Decision:
    subject_id = None if subject is None else subject.id
    allowed = code is None
    return Decision(allowed, permission, resource_id, subject_id, code, tuple(reasons), facts.revision, until)


def _is_good(subject: Subject, at: int, reasons: list[Reason]) -> bool:
    """Step 1, who asks at all: what a user loses, every key of theirs loses in the same instant."""
    key = subject.key
    if not subject.person.is_active:
        reasons.append(Reason(Gate.CREDENTIAL, False, "the user is deactivated", (subject.id,)))
    elif key is not None and key.expires_at is not None and key.expires_at <= at:
        reasons.append(Reason(Gate.CREDENTIAL, False, "the key has expired", (key.id,)))
    return not reasons


def _refusal(
    facts: Facts, subject: Subject, permission: Permission, resource: Resource, at: int, reasons: list[Reason]
) -> ErrorCode | None:
    """Steps 1 to 8 for a good credential; None is allowed. What is not visible is NOT_FOUND before anything else."""
    key = subject.key
    if key is not None and not covers(facts, key, resource):
        reasons.append(Reason(Gate.CREDENTIAL, False, "the key does not cover this", (key.id,)))
        return ErrorCode.NOT_FOUND
    reasons.append(Reason(Gate.CREDENTIAL, True, "the credential is good", (key.id,) if key else (subject.id,)))
    if not visibility(facts, subject, resource, at, reasons):
        return ErrorCode.NOT_FOUND
    if resource.kind not in ASKED_OF[permission]:
        reasons.append(
            Reason(Gate.ROLE, False, f"`{permission}` can't be asked of this kind of resource: {resource.kind}")
        )
        return ErrorCode.INVALID
    if key is not None and key.permissions is not None and permission not in key.permissions:
        reasons.append(Reason(Gate.CREDENTIAL, False, f"the key does not cover `{permission}`", (key.id,)))
        return ErrorCode.FORBIDDEN
    return _permitted(facts, subject, permission, resource, at, reasons)


def _permitted(
    facts: Facts, subject: Subject, permission: Permission, resource: Resource, at: int, reasons: list[Reason]
) -> ErrorCode | None:
    """Steps 2 and 6 to 8 for a resource that is visible."""
    if permission is Permission.ENVIRONMENT_APPROVE and isinstance(resource, Environment):
        passed = _approval(facts, subject, resource, at, reasons)
    elif subject.person.is_instance_admin or permission is VIEW_PERMISSION[resource.kind]:
        passed = True  # the reason stands there already
    else:
        passed = not (
            isinstance(resource, Environment)
            and permission in GATED
            and not _restrictions(facts, subject, resource, at, reasons)
        )
        passed = _role(facts, subject, permission, resource, at, reasons) and passed
        if permission in NEEDS_PUSH:
            passed = _push(facts, subject, resource, at, reasons) and passed
    return None if passed else ErrorCode.FORBIDDEN


def _restrictions(facts: Facts, subject: Subject, environment: Environment, at: int, reasons: list[Reason]) -> bool:
    """Step 6: every enabled restriction that matches must be passed; those that hide were, to be visible."""
    passed = True
    for restriction in enabled_on(facts, environment):
        if restriction.hides:
            continue
        by = passage(facts, subject, restriction, at)
        if by is None:
            reasons.append(Reason(Gate.ENVIRONMENT_RESTRICTION, False, NOT_PASSED, (restriction.id,)))
            passed = False
        else:
            reasons.append(passed_reason(by, restriction.id))
    return passed


def _role(
    facts: Facts, subject: Subject, permission: Permission, resource: Resource, at: int, reasons: list[Reason]
) -> bool:
    """Step 7: a role that has the permission, or deployment-only access through a team grant."""
    node_id = resource.project_id if isinstance(resource, Environment) else resource.id
    if permission is Permission.PROJECT_RESTRICT and isinstance(resource, Project):
        node_id = resource.parent_id  # AZ-11: a project's own ADMIN can't restrict it
    held = giving(held_roles(facts, subject.id, node_id, at), permission, resource.kind)
    if held is not None:
        reasons.append(Reason(Gate.ROLE, True, f"a role gives `{permission}`", (held.membership.id,)))
        return True
    if permission in DEPLOYMENT_ONLY and isinstance(resource, Environment):
        for restriction in enabled_on(facts, resource):
            grant = team_passage(facts, subject, restriction, at)
            if grant is not None:
                message = "a team's grant gives deployment-only access"
                reasons.append(Reason(Gate.ROLE, True, message, (grant.id, restriction.id)))
                return True
    reasons.append(Reason(Gate.ROLE, False, f"no role gives `{permission}`"))
    return False


def _push(facts: Facts, subject: Subject, resource: Resource, at: int, reasons: list[Reason]) -> bool:
    """Step 7: what stops or deletes also needs PROJECT_PUSH (GL-38 to GL-40)."""
    node_id = resource.project_id if isinstance(resource, Environment) else resource.id
    held = giving(held_roles(facts, subject.id, node_id, at), Permission.PROJECT_PUSH, ResourceKind.PROJECT)
    if held is None:
        reasons.append(Reason(Gate.PUSH, False, f"no role gives `{Permission.PROJECT_PUSH}` on the project"))
    else:
        reasons.append(Reason(Gate.PUSH, True, f"a role gives `{Permission.PROJECT_PUSH}`", (held.membership.id,)))
    return held is not None


def _approval(facts: Facts, subject: Subject, environment: Environment, at: int, reasons: list[Reason]) -> bool:
    """Section 3: who sees the environment and matches an approval rule that applies to it; no role gives it."""
    found = next(matched_rules(facts, subject, environment, at), None)
    if found is None:
        reasons.append(Reason(Gate.APPROVAL, False, "no approval rule names the subject"))
        return False
    restriction, rule = found
    reasons.append(Reason(Gate.APPROVAL, True, "an approval rule names the subject", (rule.id, restriction.id)))
    return True
