"""Lists of what somebody sees, filtered as the contract says; in order of name, then id, hidden things left out.

A search finds part of a name, slug or path, of people part of a name or e-mail, whatever the case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.policy.entities import Environment, Membership, Node, Person, Project, Restriction
from app.policy.facts import Facts
from app.policy.objects import Objects
from app.policy.ordered import Ordered
from app.policy.restrictions import restrictions_on
from app.policy.structure import order_of
from app.policy.subjects import who_may
from app.policy.vocabulary import EnvironmentState, Permission, ProjectKind, Tier


@dataclass(frozen=True, slots=True)
class EnvironmentFilter:
    """Which environments: all that are not None must hold. `permission`: where the asker holds it."""

    search: str | None = None
    tier: Tier | None = None
    name: str | None = None
    state: EnvironmentState | None = None
    restricted: bool | None = None
    permission: Permission | None = None


ANY_ENVIRONMENT = EnvironmentFilter()


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects: all that are not None must hold. `permission`: where the asker holds it."""

    search: str | None = None
    kind: ProjectKind | None = None
    restricted: bool | None = None
    permission: Permission | None = None


ANY_PROJECT = ProjectFilter()


@dataclass(frozen=True, slots=True)
class EnvironmentName:
    """A name that environments below a node have, how many the asker sees, and the restriction on exactly it there."""

    name: str
    environment_count: int
    restriction: Restriction | None


def teams(objects: Objects, search: str | None = None, parent_id: str | None = None) -> Ordered[Node]:
    """The teams that the asker sees, all of the organization or those right below one node.

    Below a hidden node there is nothing, as below an unknown one: a team may be seen without its parent.
    """
    parent = None if parent_id is None else objects.node(parent_id)
    if parent_id is not None and parent is None:
        return Ordered((), (), order_of)
    found = objects.sight.teams() if parent is None else objects.sight.teams_right_below(parent)
    if search is None:
        return found
    return found.where(lambda team: matches_search(search, team.name, objects.facts.slug_path(team.id)))


def projects(objects: Objects, within: Node, wanted: ProjectFilter) -> Ordered[Node]:
    """The projects that the asker sees below a node."""
    found = objects.sight.projects(within)
    if wanted is ANY_PROJECT:
        return found
    facts, view = objects.facts, objects.view

    def is_wanted(node: Node) -> bool:
        return (
            isinstance(node, Project)
            and (wanted.kind is None or node.project_kind is wanted.kind)
            and (wanted.restricted is None or node.restricted is wanted.restricted)
            and (wanted.permission is None or view.may(wanted.permission, node.id))
            and (wanted.search is None or matches_search(wanted.search, node.name, facts.slug_path(node.id)))
        )

    return found.where(is_wanted)


def environments(objects: Objects, within: Node, wanted: EnvironmentFilter) -> Ordered[Environment]:
    """The environments that the asker sees below a node."""
    return _filtered(objects, objects.sight.environments(within), wanted)


def environments_of_each(
    objects: Objects, nodes: Sequence[Node], wanted: EnvironmentFilter
) -> list[Ordered[Environment]]:
    """The same of each of many nodes."""
    found = objects.sight.environments_of_each(nodes)
    return found if wanted is ANY_ENVIRONMENT else [_filtered(objects, each, wanted) for each in found]


def _filtered(objects: Objects, found: Ordered[Environment], wanted: EnvironmentFilter) -> Ordered[Environment]:
    if wanted is ANY_ENVIRONMENT:
        return found
    facts, view = objects.facts, objects.view

    def is_wanted(environment: Environment) -> bool:
        return (
            (wanted.tier is None or environment.tier is wanted.tier)
            and (wanted.name is None or environment.name == wanted.name)
            and (wanted.state is None or environment.state is wanted.state)
            and (wanted.restricted is None or is_restricted(objects, environment) is wanted.restricted)
            and (wanted.permission is None or view.may(wanted.permission, environment.id))
            and (wanted.search is None or matches_search(wanted.search, environment_path(facts, environment)))
        )

    return found.where(is_wanted)


def environment_path(facts: Facts, environment: Environment) -> str:
    """The slugs from the organization down, and the environment's name."""
    return f"{facts.slug_path(environment.project_id)}/{environment.name}"


def is_restricted(objects: Objects, environment: Environment) -> bool:
    """Whether some enabled restriction matches the environment."""
    structure = objects.structure
    return bool(structure.matching[structure.environment_number[environment.id]].all)


def members(objects: Objects, node: Node, search: str | None = None) -> Sequence[Membership]:
    """The memberships on a node that the asker sees, in order of their subjects' names."""
    seen = objects.members(node)
    if search is None:
        return seen
    # Who has a membership that is seen is seen themselves, but for teams.
    wanted, folded = search.casefold(), objects.facts.everybody.folded
    return [
        each
        for each in seen
        if (
            matches_search(search, *_spoken_of(objects, each))
            if each.subject_is_team
            else _finds(wanted, folded[each.subject_id])
        )
    ]


def people(objects: Objects, search: str | None = None) -> list[Person]:
    """Those whom the asker sees, in order of name."""
    seen = objects.people()
    if search is None:
        return seen
    wanted, folded = search.casefold(), objects.facts.everybody.folded
    return [person for person in seen if _finds(wanted, folded[person.id])]


def _finds(wanted: str, folded: tuple[str, str]) -> bool:
    return wanted in folded[0] or wanted in folded[1]


def memberships(objects: Objects, user_id: str) -> list[Membership]:
    """Those of somebody's memberships that the asker sees, in order of the nodes' names."""
    seen = filter(objects.sees_membership, objects.facts.memberships_of(user_id))
    return sorted(seen, key=lambda membership: node_order(objects, membership))


def membership_order(objects: Objects, membership: Membership) -> tuple[str, str]:
    """The key that lists of memberships are in order of; a subject that is hidden has no name there."""
    return next(iter(_spoken_of(objects, membership)), "").casefold(), membership.id


def node_order(objects: Objects, membership: Membership) -> tuple[str, str]:
    """The key that one subject's memberships are in order of: the node's name, none for a hidden one."""
    node = objects.node(membership.node_id)
    return "" if node is None else node.name.casefold(), membership.id


def restrictions(objects: Objects, node: Node, inherited: bool | None = None) -> list[Restriction]:
    """The restrictions of a node and those that it inherits, as far as the asker sees them; `inherited`: one kind."""
    found: list[Restriction] = []
    for scope in objects.facts.path(node.id):
        if inherited is None or inherited is (scope.id != node.id):
            found.extend(r for r in objects.facts.restrictions_at(scope.id) if _could_match(objects.facts, r, node))
    return sorted(filter(objects.sees_restriction, found), key=lambda r: restriction_order(objects, r))


def all_restrictions(objects: Objects) -> list[Restriction]:
    """The restrictions that the asker sees, at every scope of the organization."""
    found = filter(objects.sees_restriction, objects.facts.restrictions.values())
    return sorted(found, key=lambda restriction: restriction_order(objects, restriction))


def restrictions_of(objects: Objects, environment: Environment) -> list[Restriction]:
    """The restrictions that match an environment, enabled or not, as far as the asker sees them."""
    found = restrictions_on(objects.facts, environment.project_id, environment.name, environment.tier, environment.id)
    return sorted(filter(objects.sees_restriction, found), key=lambda r: restriction_order(objects, r))


def restriction_order(objects: Objects, restriction: Restriction) -> tuple[str, str]:
    """The key that lists of restrictions are in order of: the target's name, none for a hidden environment."""
    name = restriction.environment_name or restriction.tier or ""
    if restriction.environment_id is not None and objects.view.sees(restriction.environment_id):
        name = objects.facts.environments[restriction.environment_id].name
    return name.casefold(), restriction.id


def environment_names(objects: Objects, node: Node, search: str | None = None) -> list[EnvironmentName]:
    """Each distinct name of the environments that the asker sees below a node (BAS-26)."""
    counts = objects.sight.environment_names(node)
    named = {r.environment_name: r for r in objects.facts.restrictions_at(node.id) if objects.sees_restriction(r)}
    names = sorted((name for name in counts if search is None or matches_search(search, name)), key=name_order)
    return [EnvironmentName(name, counts[name], named.get(name)) for name in names]


def name_order(name: str) -> tuple[str, str]:
    """The key that lists of names are in order of."""
    return name.casefold(), name


def subjects(objects: Objects, permission: Permission, resource_id: str) -> list[Person]:
    """Who may do this to that, of the people that the asker sees."""
    at, sees_all = objects.view.at, objects.sees_all_members
    return list(who_may(objects.facts, objects.people(), permission, resource_id, at, are_all=sees_all))


def service_accounts(objects: Objects) -> list[Person]:
    """The organization's service accounts that the asker sees: who manages them may not see members (section 4a)."""
    organization_id = objects.facts.organization.id
    return [person for person in objects.people() if person.organization_id == organization_id]


def matches_search(search: str, *texts: str) -> bool:
    """Whether some text has `search` in it, whatever the case."""
    wanted = search.casefold()
    return any(wanted in text.casefold() for text in texts)


def _lies_in(facts: Facts, node_id: str, within: Node) -> bool:
    return within.id == facts.organization.id or any(node.id == within.id for node in facts.path(node_id))


def _could_match(facts: Facts, restriction: Restriction, node: Node) -> bool:
    """Whether an inherited restriction is about anything here: one on a single environment may lie elsewhere."""
    if restriction.environment_id is None:
        return True
    environment = facts.environments.get(restriction.environment_id)
    return environment is not None and _lies_in(facts, environment.project_id, node)


def _spoken_of(objects: Objects, membership: Membership) -> Iterator[str]:
    """What people call a membership's subject: name first; nothing of a hidden one."""
    if membership.subject_is_team:
        node = objects.node(membership.subject_id)
        if node is not None:
            yield node.name
            yield objects.facts.slug_path(node.id)
    else:
        person = objects.person(membership.subject_id)
        if person is not None:
            yield person.name
            yield from () if person.email is None else (person.email,)
