"""What lists of nodes, people, memberships and restrictions should hold, from what one subject should see.

Each function takes the subject's sight of an organization, the node that the list belongs to, and what is asked of it
(None: nothing); it gives the keys of everything in the list, or None where there should be none.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.policy.entities import Environment, Node, Person, Restriction, Team
from app.policy.holding import belonging, level_on
from app.policy.subject import Subject
from app.policy.vocabulary import Permission, RoleLevel
from tests.proof.lists.sight import Sight, finds

Filters = Mapping[str, Any]
Keys = frozenset[str] | None
Expecting = Callable[[Sight, str, Filters], Keys]


def _ids(things: Iterable[Any]) -> frozenset[str]:
    return frozenset(thing.id for thing in things)


def teams(sight: Sight, of: str, asked: Filters) -> Keys:
    """All of the organization, or those right below one node that is seen."""
    parent = of if of in sight.facts.teams else asked.get("parentId")
    if parent is not None and not sight.sees(parent):
        return frozenset()
    found = [team for team in sight.teams if parent is None or team.parent_id == parent]
    return _ids(team for team in found if finds(asked.get("search"), team.name, sight.path(team.id)))


def projects(sight: Sight, of: str, asked: Filters) -> Keys:
    return _ids(
        project
        for project in sight.projects
        if sight.lies_in(project.id, of)
        and asked.get("kind") in (None, project.project_kind)
        and asked.get("restricted") in (None, project.restricted)
        and _permitted(sight, asked, project.id)
        and finds(asked.get("search"), project.name, sight.path(project.id))
    )


def environments(sight: Sight, of: str, asked: Filters) -> Keys:
    return _ids(
        environment
        for environment in sight.environments
        if sight.lies_in(environment.project_id, of)
        and asked.get("tier") in (None, environment.tier)
        and asked.get("name") in (None, environment.name)
        and asked.get("state") in (None, environment.state)
        and asked.get("restricted") in (None, sight.is_restricted(environment))
        and _permitted(sight, asked, environment.id)
        and finds(asked.get("search"), sight.environment_path(environment))
    )


def _permitted(sight: Sight, asked: Filters, id: str) -> bool:
    permission = asked.get("permission")
    return permission is None or sight.may(Permission(permission), id)


def members(sight: Sight, of: str, asked: Filters) -> Keys:
    """Those on this very node; a search looks at no subject that is hidden."""
    if not sight.may(Permission.MEMBERS_VIEW, of):
        return None
    found = [m for m in sight.facts.memberships.values() if m.node_id == of and sight.sees_membership(m)]
    return _ids(
        m for m in found if asked.get("search") is None or finds(asked["search"], *_called(sight, m.subject_id))
    )


def _called(sight: Sight, subject_id: str) -> tuple[str | None, ...]:
    team = sight.facts.teams.get(subject_id)
    if team is not None:
        return (team.name, sight.path(team.id)) if sight.sees(team.id) else ()
    person = sight.facts.people[subject_id]
    return (person.name, person.email) if sight.sees_person(person.id) else ()


def restrictions(sight: Sight, of: str, asked: Filters) -> Keys:
    """At every scope of the organization; of a team or project its own and those it inherits that can match here."""
    seen = [each for each in sight.facts.restrictions.values() if sight.sees_restriction(each)]
    if of == sight.facts.organization.id:
        return _ids(seen)
    scopes = {node.id for node in sight.above(of)}
    inherited = asked.get("inherited")
    return _ids(
        each
        for each in seen
        if each.scope_id in scopes and inherited in (None, each.scope_id != of) and _could_match(sight, each, of)
    )


def _could_match(sight: Sight, restriction: Restriction, of: str) -> bool:
    if restriction.environment_id is None:
        return True
    return sight.lies_in(sight.facts.environments[restriction.environment_id].project_id, of)


def restrictions_on(sight: Sight, environment: Environment) -> frozenset[str]:
    """Those that match an environment and are seen."""
    return _ids(each for each in sight.matching(environment) if sight.sees_restriction(each))


def environment_names(sight: Sight, of: str, asked: Filters) -> Keys:
    """Each name once, with how many have it, and the restriction of this scope on exactly it."""
    below = [each.name for each in sight.environments if sight.lies_in(each.project_id, of)]
    on_name = {
        each.environment_name: each.id
        for each in sight.facts.restrictions.values()
        if each.scope_id == of and each.environment_name is not None and sight.sees_restriction(each)
    }
    return frozenset(
        f"{name} {below.count(name)} {on_name.get(name)}" for name in below if finds(asked.get("search"), name)
    )


def grant_candidates(sight: Sight, of: str, asked: Filters) -> Keys:
    if not sight.may(Permission.ENVIRONMENT_RESTRICT, of):
        return None
    scope = sight.node(of)
    found: list[Person | Team] = [
        p for p in sight.people if p.is_active and _belongs(sight, p) and _holds_member(sight, scope, p)
    ]
    found += [team for team in sight.teams if _has_to_do_with(sight, scope, team) and _may_name(sight, team)]
    return _ids(each for each in found if finds(asked.get("search"), *_called(sight, each.id)))


def member_candidates(sight: Sight, of: str, asked: Filters) -> Keys:
    node = sight.node(of)
    if not _manages_members(sight, node):
        return None
    found: list[Person | Team] = [person for person in sight.people if _may_join(sight, node, person)]
    if of != sight.facts.organization.id:
        found += [team for team in sight.teams if team.id != of and _may_name(sight, team)]
    return _ids(each for each in found if finds(asked.get("search"), *_called(sight, each.id)))


def _may_join(sight: Sight, node: Node, person: Person) -> bool:
    if not person.is_active or person.organization_id not in (None, sight.facts.organization.id):
        return False
    return node.id == sight.facts.organization.id or _belongs(sight, person)


def _belongs(sight: Sight, person: Person) -> bool:
    return belonging(sight.facts, person.id, sight.reference.at) is not None


def _holds_member(sight: Sight, scope: Node, person: Person) -> bool:
    level = level_on(sight.facts, Subject(person), scope.id, sight.reference.at)
    return level is not None and level >= RoleLevel.MEMBER


def _has_to_do_with(sight: Sight, scope: Node, team: Team) -> bool:
    """It is the scope, below it, or has a membership on it or above."""
    above = {node.id for node in sight.above(scope.id)}
    own = [m for m in sight.facts.memberships.values() if m.subject_id == team.id and m.holds_at(sight.reference.at)]
    return sight.lies_in(team.id, scope.id) or any(m.node_id in above for m in own)


def _may_name(sight: Sight, team: Team) -> bool:
    """A direct member, or an ADMIN, inherited or not."""
    facts, at = sight.facts, sight.reference.at
    own = facts.membership_on(sight.subject.id, team.id)
    is_member = own is not None and own.holds_at(at)
    return is_member or level_on(facts, sight.subject, team.id, at) is RoleLevel.ADMIN


def _manages_members(sight: Sight, node: Node) -> bool:
    is_project = node.id in sight.facts.projects
    return sight.may(Permission.PROJECT_ACCESS_MANAGE if is_project else Permission.MEMBERS_MANAGE, node.id)


def service_accounts(sight: Sight, of: str, asked: Filters) -> Keys:
    if not sight.may(Permission.SERVICE_ACCOUNTS_MANAGE, of):
        return None
    return _ids(person for person in sight.people if person.is_service_account and person.organization_id == of)


def choices(sight: Sight, of: str, asked: Filters) -> Keys:
    """Of a membership: every environment of the organization by project, names only, whoever edits the list."""
    facts, search = sight.facts, asked.get("search")
    if not sight.may(Permission.MEMBERS_MANAGE, facts.organization.id):
        return None
    found = []
    for project in facts.projects.values():
        own = sorted((e for e in facts.environments.values() if e.project_id == project.id), key=_order)
        whole = finds(search, project.name, sight.path(project.id))
        shown = [each.id for each in own if whole or finds(search, each.name)]
        found += [" ".join([project.id, *shown])] if shown else []
    return frozenset(found)


def _order(environment: Environment) -> tuple[str, str]:
    return environment.name.casefold(), environment.id


BY_NAME: Mapping[str, Expecting] = {
    "teams": teams,
    "projects": projects,
    "environments": environments,
    "members": members,
    "restrictions": restrictions,
    "environmentNames": environment_names,
    "grantCandidates": grant_candidates,
    "memberCandidates": member_candidates,
    "serviceAccounts": service_accounts,
    "choices": choices,
}
"""By the name of the field, whatever it stands on."""
