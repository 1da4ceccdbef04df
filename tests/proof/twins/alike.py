"""Whether two worlds are twins for a viewer: by the reference, what they may do and may read is equal in both.

Everything here is read off rule.md: either something that the viewer may do or read, or, named in `declared.py`, what
section 11 says that hiding does not cover. It decides which worlds are compared, and looks at no answer.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from app.db import tables
from app.policy.entities import ApprovalRule, Grant, Membership, Restriction
from app.policy.facts import Facts
from app.policy.roles import BUILT_IN_ROLES
from app.policy.subject import Subject
from app.policy.vocabulary import EnvironmentAccessMode, Permission
from tests.proof.twins.sight import Sight, later_instants
from tests.proof.twins.whole import Row, Whole

MANAGING = (Permission.MEMBERS_MANAGE, Permission.PROJECT_ACCESS_MANAGE, Permission.ENVIRONMENT_RESTRICT)


def sight_of(whole: Whole, viewer: Subject, at: int, *, alone: bool = False) -> Sight:
    """What the viewer sees; unless `alone`, with what anybody else may do, and they themselves without their key."""
    people = () if alone else [p for p in whole.facts.people.values() if p.id != viewer.id or viewer.key is not None]
    acting = Subject(whole.people[viewer.id], viewer.key)
    return Sight(whole.facts, acting, [Subject(person) for person in people], at)


def unlike(left: Whole, right: Whole, viewer: Subject, at: int) -> str | None:
    """The first thing in which two worlds differ for the viewer; None for twins. `at`: from this instant (µs) on."""
    one, other = sight_of(left, viewer, at), sight_of(right, viewer, at)
    for name, differs in _comparisons(left, right, one, other):
        if differs:
            return name
    alone = not one.may_somewhere(Permission.ACCESS_EXPLAIN)  # then nobody else's `validUntil` is read
    for later in later_instants(at, left.facts, right.facts):
        first, second = (sight_of(whole, viewer, later, alone=alone) for whole in (left, right))
        if first.verdicts() != second.verdicts():
            return "later verdicts"
        if any(first.verdicts(user) != second.verdicts(user) for user in one.people & set(first.others) - {viewer.id}):
            return "later verdicts of others"
    return None


def _comparisons(left: Whole, right: Whole, one: Sight, other: Sight) -> Iterator[tuple[str, bool]]:
    for name in ("resources", "people", "memberships", "restrictions", "managed", "passed"):
        seen = one.restrictions if name == "passed" else None
        first, second = getattr(one, name), getattr(other, name)
        yield name, (first & seen != second & seen) if seen is not None else first != second
    yield "verdicts", one.verdicts() != other.verdicts()
    first, second = _readable(left, one), _readable(right, other)
    for name in first:
        yield name, first[name] != second[name]


def _readable(whole: Whole, sight: Sight) -> dict[str, Any]:
    """What the viewer may read, by what it is of; all ids of what is hidden left out."""
    facts = whole.facts
    organization = facts.organization
    manages_members = sight.may(Permission.MEMBERS_MANAGE, organization.id)
    return {
        "nodes": [facts.node(id) for id in sorted(sight.resources)],
        "paths": [facts.slug_path(_node_of(facts, id)) for id in sorted(sight.resources)],  # declared: a path
        "environments": [facts.environment(id) for id in sorted(sight.resources)],
        "people": [whole.people[id] for id in sorted(sight.people)],
        "memberships": [_membership(facts.memberships[id], sight, manages_members) for id in sorted(sight.memberships)],
        "restrictions": [_restriction(facts.restrictions[id], sight) for id in sorted(sight.restrictions)],
        "roles": facts.custom_roles,
        "own roles": _own_roles(facts, sight),
        "gates": _gates(facts, sight),
        "gone": _gone(facts, sight),
        "others": _others(facts, sight),
        "taken": _taken(facts, sight),
        "choices": _choices(facts) if manages_members else None,
        "invited": _inactive_emails(whole) if manages_members else None,
        "children": {id: _has_children(facts, id) for id in sight.resources},  # declared: a node with children
        "roles in use": {role for m in facts.memberships.values() for role in m.role_ids} - set(BUILT_IN_ROLES),
        "what a new environment would meet": _barriers(facts, sight),  # declared: creating what is covered
        "rows": _rows(whole, sight),
        "approvers": _approvers(whole, sight),
        "keys": _keys(whole, sight),
    }


def _node_of(facts: Facts, id: str) -> str:
    """A node's own id, an environment's project: not seen by whose key covers the environment alone."""
    environment = facts.environment(id)
    return id if environment is None else environment.project_id


def _membership(membership: Membership, sight: Sight, manages_members: bool) -> Membership:
    """A list is read by its subject, as their roles show it, and with MEMBERS_MANAGE."""
    subject = sight.people | sight.resources
    masked = replace(membership, subject_id=membership.subject_id if membership.subject_id in subject else "")
    masked = masked if membership.node_id in sight.resources else replace(masked, node_id="")
    if manages_members:
        return masked
    if membership.subject_id == sight.viewer.id:
        return replace(masked, environment_ids=membership.environment_ids & sight.shown_by_roles())
    return replace(masked, mode=EnvironmentAccessMode.FULL, environment_ids=frozenset())


def _restriction(restriction: Restriction, sight: Sight) -> Restriction:
    grants = tuple(_named(g, sight) for g in restriction.grants) if restriction.id in sight.managed else ()
    rules = tuple(_named(r, sight) for r in restriction.approval_rules)
    scope = restriction.scope_id if restriction.scope_id in sight.resources else ""
    environment = restriction.environment_id if restriction.environment_id in sight.resources else ""
    return replace(restriction, grants=grants, approval_rules=rules, scope_id=scope, environment_id=environment)


def _named(entry: Grant | ApprovalRule, sight: Sight) -> Grant | ApprovalRule:
    user = entry.user_id if entry.user_id in sight.people else entry.user_id and ""
    team = entry.team_id if entry.team_id in sight.resources else entry.team_id and ""
    return replace(entry, user_id=user, team_id=team)


def _own_roles(facts: Facts, sight: Sight) -> set[tuple[str, ...]]:
    """What one may hand on is by one's own roles, whatever the key lists (section 10): on what the key shows."""
    if sight.viewer.id not in sight.others:
        return set()
    inside = {e.id for e in facts.environments.values() if e.project_id in sight.resources} | sight.resources
    levels = {atom for id in sight.resources if facts.node(id) for atom in sight.levels(sight.viewer.id, id)}
    return levels | {(permission, id) for permission, id in sight.verdicts(sight.viewer.id) if id in inside}


def _gates(facts: Facts, sight: Sight) -> dict[str, bool]:
    """Which gates a decision about an environment goes through: a key may show it without its project.

    Who may explain everything reads it of those that they don't see, too.
    """
    explains_all = sight.may(Permission.ACCESS_EXPLAIN, facts.organization.id)
    seen = [environment for id, environment in facts.environments.items() if explains_all or id in sight.resources]
    return {environment.id: facts.projects[environment.project_id].restricted for environment in seen}


def _gone(facts: Facts, sight: Sight) -> dict[str, bool]:
    """A rule whose only subject is gone says so: it is of level MAINTAINER then (section 8)."""
    rules = [rule for id in sight.restrictions for rule in facts.restrictions[id].approval_rules]
    return {rule.id: rule.user_id is not None and not sight.belongs(rule.user_id) for rule in rules}


def _others(facts: Facts, sight: Sight) -> dict[str, Any]:
    """What may be read of what others may do: explained, as candidates, and as ADMINs who need no grant."""
    found: dict[str, Any] = {}
    explained = {id for id in sight.resources if sight.may(Permission.ACCESS_EXPLAIN, id)}
    if sight.may(Permission.ACCESS_EXPLAIN, facts.organization.id):  # "covers all of it", section 4
        explained = found["everything"] = {*facts.teams, *facts.projects, *facts.environments, facts.organization.id}
        found["what everything is restricted by"] = facts.restrictions
    managed = [id for id in sight.resources if facts.node(id) and any(sight.may(p, id) for p in MANAGING)]
    for user in sight.people - {sight.viewer.id}:
        found[f"decisions of {user}"] = {(p, id) for p, id in sight.verdicts(user) if id in explained}
        found[f"levels of {user}"] = [sight.levels(user, id) for id in sorted(managed)]
        found[f"matches of {user}"] = [sight.matches(user, id) for id in sorted(managed)]
        found[f"belonging of {user}"] = sight.belongs(user) if sight.may_somewhere(*MANAGING) else None
    return found


def _taken(facts: Facts, sight: Sight) -> set[tuple[str, str]]:
    """An open question, see declared.py: on which nodes those whom one may give memberships there have one already."""
    managing = (Permission.MEMBERS_MANAGE, Permission.PROJECT_ACCESS_MANAGE)
    taken = {(m.node_id, m.subject_id) for m in facts.memberships.values() if m.node_id in sight.resources}
    seen = sight.people | sight.resources
    return {(node, who) for node, who in taken if who in seen and any(sight.may(p, node) for p in managing)}


def _choices(facts: Facts) -> list[tuple[object, ...]]:
    """Section 7: all environments of the organization, by project, even those hidden from the editor."""
    found = []
    for environment in facts.environments.values():
        project = facts.projects[environment.project_id]
        found.append((environment.id, environment.name, project.id, project.name, facts.slug_path(project.id)))
    return sorted(found)


def _inactive_emails(whole: Whole) -> list[str]:
    """An open question, see declared.py: who invites somebody deactivated to an organization is told so."""
    return sorted(str(person.email) for person in whole.people.values() if not person.is_active)


def _has_children(facts: Facts, id: str) -> bool:
    return bool(facts.children(id) or facts.environments_of(id))


def _barriers(facts: Facts, sight: Sight) -> dict[str, Any]:
    """Restrictions that creating and moving would meet, seen or not: what is not passed, and all where one creates."""
    found = {}
    for node in filter(None, map(facts.node, sight.resources)):
        above = [r for each in facts.path(node.id) for r in facts.restrictions_at(each.id) if r.enabled]
        creates = sight.may(Permission.ENVIRONMENT_CREATE, node.id)
        found[node.id] = sorted(
            str((r.environment_name, r.tier, r if creates else None))
            for r in above
            if creates or r.id not in sight.passed
        )
    return found


def _rows(whole: Whole, sight: Sight) -> list[tuple[str, Any]]:
    found = []
    for id, row in whole.rows.items():
        if sees_row(row, whole, sight):
            masked = {"created_by": _if_in(row, "created_by", sight.people)}
            source = whole.rows.get(row.values.get("promoted_from") or "")
            masked["promoted_from"] = (
                row.values.get("promoted_from") if source and sees_row(source, whole, sight) else None
            )
            masked["user_id"] = _if_in(row, "user_id", sight.people)
            found.append((id, {**row.values, **masked}))
    return found


def _if_in(row: Row, name: str, seen: set[str]) -> object:
    return row.values.get(name) if row.values.get(name) in seen else ""


def sees_row(row: Row, whole: Whole, sight: Sight) -> bool:
    """Section 4a: a deployment with its environment, an unplaced one with the project, and what belongs to them."""
    if row.model is tables.AiProvider:
        return sight.may(Permission.AI_PROVIDERS_MANAGE, whole.facts.organization.id)
    if row.model is tables.Deployment:
        return (row.values["environment_id"] or row.values["project_id"]) in sight.resources
    owner = row.values.get("deployment_id") or row.values.get("target_id")
    above = whole.rows.get(str(owner))
    return owner in sight.resources or (above is not None and sees_row(above, whole, sight))


def _approvers(whole: Whole, sight: Sight) -> list[Any]:
    """What the approvals count that people have given; their number is shown, whoever gave them (section 11)."""
    scopes = sorted({whole.facts.restrictions[id].scope_id for id in sight.restrictions})
    seen = [r for r in whole.rows.values() if r.model is tables.Approval and sees_row(r, whole, sight)]
    givers = [str(row.values["user_id"]) for row in seen]
    return [[[sight.matches(user, id) for id in scopes], _seen_verdicts(sight, user)] for user in givers]


def _seen_verdicts(sight: Sight, user_id: str) -> set[tuple[str, ...]]:
    if user_id not in sight.others:
        return set()
    return {(permission, id) for permission, id in sight.verdicts(user_id) if id in sight.resources}


def _keys(whole: Whole, sight: Sight) -> Any:
    """One's own, and service accounts'."""
    manages = sight.may(Permission.SERVICE_ACCOUNTS_MANAGE, whole.facts.organization.id)
    own = [k for k in whole.keys.values() if k.id == sight.viewer.id or (manages and k.person.is_service_account)]
    return [[getattr(key.key, field.name) for field in fields(key.key)] for key in own if key.key]
