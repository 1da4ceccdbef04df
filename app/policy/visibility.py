"""Whether a resource is visible, and why: steps 2 to 5, and restrictions that hide (rule.md, section 4)."""

from app.policy.decision import Reason
from app.policy.entities import Environment, Membership, Node, Organization, Project, Resource
from app.policy.facts import Facts
from app.policy.holding import Held, belonging, held_roles
from app.policy.restrictions import Passage, enabled_on, passage
from app.policy.subject import KeyScope, Subject
from app.policy.vocabulary import VIEW_PERMISSION, EnvironmentAccessMode, Gate, Permission, ResourceKind

NOT_PASSED = "a restriction is not passed"


def covers(facts: Facts, key: KeyScope, resource: Resource) -> bool:
    """Whether a key's subtree holds the resource (section 2)."""
    if key.resource_id is None or key.resource_id == resource.id:
        return True
    node_id = resource.project_id if isinstance(resource, Environment) else resource.id
    return any(node.id == key.resource_id for node in facts.path(node_id))


def visibility(facts: Facts, subject: Subject, resource: Resource, at: int, reasons: list[Reason]) -> bool:
    """Whether the subject sees the resource; leaves a reason for each gate that was looked at."""
    if subject.person.is_instance_admin:
        reasons.append(Reason(Gate.INSTANCE_ADMIN, True, "the subject is an instance administrator", (subject.id,)))
        return True
    membership = belonging(facts, subject.id, at)
    if membership is None:
        reasons.append(Reason(Gate.BELONGING, False, "the subject does not belong to the organization"))
        return False
    reasons.append(Reason(Gate.BELONGING, True, "the subject belongs to the organization", (membership.id,)))
    if isinstance(resource, Organization):
        return True
    if isinstance(resource, Environment):
        project = facts.projects[resource.project_id]
        return (
            _role(facts, subject, project, ResourceKind.PROJECT, at, reasons)
            and _role(facts, subject, project, ResourceKind.ENVIRONMENT, at, reasons)
            and _listed(facts, membership, resource, at, reasons)
            and _not_hidden(facts, subject, resource, at, reasons)
        )
    return _role(facts, subject, resource, resource.kind, at, reasons) and (
        not isinstance(resource, Project) or _listed(facts, membership, resource, at, reasons)
    )


def giving(held: tuple[Held, ...], permission: Permission, kind: ResourceKind) -> Held | None:
    """The first of the roles held on a node that gives a permission there, or on an environment of it."""
    return next((each for each in held if each.role.allows(permission, kind)), None)


def passed_reason(by: Passage, restriction_id: str) -> Reason:
    """The reason that a restriction was passed."""
    if by.grant is not None:
        return Reason(Gate.ENVIRONMENT_RESTRICTION, True, "a grant passes a restriction", (by.grant.id, restriction_id))
    sources = (restriction_id, by.membership.id) if by.membership is not None else (restriction_id,)
    return Reason(Gate.ENVIRONMENT_RESTRICTION, True, "an ADMIN of its scope passes a restriction", sources)


def _role(facts: Facts, subject: Subject, node: Node, kind: ResourceKind, at: int, reasons: list[Reason]) -> bool:
    """Step 4: the permission that makes this kind of resource visible."""
    permission = VIEW_PERMISSION[kind]
    held = giving(held_roles(facts, subject.id, node.id, at), permission, kind)
    restricted = isinstance(node, Project) and node.restricted
    gate = Gate.PROJECT_RESTRICTION if restricted and kind is ResourceKind.PROJECT else Gate.ROLE
    if held is None:
        within = "the project is restricted and " if gate is Gate.PROJECT_RESTRICTION else ""
        reasons.append(Reason(gate, False, f"{within}no role gives `{permission}`", (node.id,)))
        return False
    reasons.append(Reason(gate, True, f"a role gives `{permission}`", (held.membership.id,)))
    return True


def _listed(
    facts: Facts, membership: Membership, resource: Project | Environment, at: int, reasons: list[Reason]
) -> bool:
    """Step 5: the environment access list, where the switch is on and the membership LIMITED; it binds ADMIN too."""
    if not facts.organization.environment_access_enabled or membership.mode is EnvironmentAccessMode.FULL:
        return True
    listed = membership.environment_ids
    if isinstance(resource, Environment):
        passed = resource.id in listed
    else:
        environments = facts.environments_of(resource.id)
        own = facts.membership_on(membership.subject_id, resource.id)
        passed = any(e.id in listed for e in environments) or (
            not environments and own is not None and own.holds_at(at)
        )
    found = "holds" if passed else "does not hold"
    message = f"the subject's environment access list {found} this"
    reasons.append(Reason(Gate.ENVIRONMENT_ACCESS, passed, message, (membership.id,)))
    return passed


def _not_hidden(facts: Facts, subject: Subject, environment: Environment, at: int, reasons: list[Reason]) -> bool:
    """Step 6 for restrictions that hide: they gate everything, seeing included."""
    for restriction in enabled_on(facts, environment):
        if restriction.hides:
            by = passage(facts, subject, restriction, at)
            if by is None:
                reasons.append(Reason(Gate.ENVIRONMENT_RESTRICTION, False, NOT_PASSED, (restriction.id,)))
                return False
            reasons.append(passed_reason(by, restriction.id))
    return True
