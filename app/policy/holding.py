"""Who holds what where: roles on a node, levels, and people in teams (rule.md, sections 2 to 4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.policy.entities import Membership, Node, Team
from app.policy.facts import Facts
from app.policy.roles import LEVEL_ROLES, Role
from app.policy.subject import Subject
from app.policy.vocabulary import Inheritance, RoleLevel


@dataclass(frozen=True, slots=True)
class Held:
    """A role held on a node, and the membership that gives it: the subject's own, or one of a team they are in."""

    role: Role
    membership: Membership


def belonging(facts: Facts, user_id: str, at: int) -> Membership | None:
    """The membership on the organization by which a user belongs to it at an instant (section 2)."""
    membership = facts.membership_on(user_id, facts.organization.id)
    return membership if membership is not None and membership.holds_at(at) else None


def held_roles(facts: Facts, user_id: str, node_id: str, at: int) -> tuple[Held, ...]:
    """Every role that a user holds on a node, from there and from above, nearest first (section 4, step 4)."""
    sources = tuple(_sources(facts, node_id))
    on_path = {node.id for node, _ in sources}
    memberships = [each for each in memberships_reaching(facts, user_id) if each.node_id in on_path]
    return tuple(
        held
        for node, only_admin in sources
        for membership in memberships
        if membership.node_id == node.id and membership.holds_at(at)
        for held in _given(facts, user_id, membership, at)
        if held.role.is_admin or not only_admin
    )


def memberships_reaching(facts: Facts, user_id: str) -> Iterator[Membership]:
    """Every membership that could give a user roles, in effect or not: their own, and those of teams they are on."""
    for own in facts.memberships_of(user_id):
        yield own
        yield from facts.memberships_of(own.node_id)


def level_on(facts: Facts, subject: Subject, node_id: str, at: int) -> RoleLevel | None:
    """The highest level a subject holds on a node; an instance administrator is an ADMIN everywhere (section 4)."""
    if subject.person.is_instance_admin:
        return RoleLevel.ADMIN
    return highest(held.role for held in held_roles(facts, subject.id, node_id, at))


def highest(roles: Iterable[Role]) -> RoleLevel | None:
    """The highest level among roles; None where none has one."""
    return max((role.level for role in roles if role.level is not None), default=None)


def is_in_team(facts: Facts, user_id: str, team_id: str, inheritance: Inheritance, at: int) -> bool:
    """Whether a user is in a team as a group.

    DIRECT: by a membership of any role on that very team. ALL: also by an own membership on an ancestor that gives a
    level of VIEWER or higher there. Invited teams' members are in neither (section 2).
    """
    own = facts.membership_on(user_id, team_id)
    if own is not None and own.holds_at(at) and facts.node(team_id) is not None:
        return True
    return inheritance is Inheritance.ALL and any(
        role.level is not None and role.level >= RoleLevel.VIEWER and (role.is_admin or not only_admin)
        for node, only_admin in _sources(facts, team_id)
        for role in _own_roles(facts, user_id, node, at)
    )


def _sources(facts: Facts, node_id: str) -> Iterator[tuple[Node, bool]]:
    """The node and its ancestors, each with whether only ADMIN passes down from it."""
    only_admin = False
    for node in facts.path(node_id):
        yield node, only_admin
        only_admin = only_admin or node.is_boundary


def _own_roles(facts: Facts, user_id: str, node: Node, at: int) -> tuple[Role, ...]:
    own = facts.membership_on(user_id, node.id)
    return _roles(facts, own) if own is not None and own.holds_at(at) else ()


def _roles(facts: Facts, membership: Membership) -> tuple[Role, ...]:
    return tuple(role for role in map(facts.role, membership.role_ids) if role is not None)


def _given(facts: Facts, user_id: str, membership: Membership, at: int) -> Iterator[Held]:
    """What a membership in effect gives to a user whom it reaches: its roles, or what an invited team hands on."""
    if not membership.subject_is_team:
        yield from (Held(role, membership) for role in _roles(facts, membership))
        return
    team = facts.node(membership.subject_id)
    own = facts.membership_on(user_id, membership.subject_id)
    if not isinstance(team, Team) or own is None or not own.holds_at(at):
        return
    granted = _roles(facts, membership)
    yield from (Held(role, membership) for role in granted if role.level is None)
    # The lower of the member's own level on that very team and the level granted; none where either lacks one.
    levels = highest(_roles(facts, own)), highest(granted)
    if levels[0] is not None and levels[1] is not None:
        yield Held(LEVEL_ROLES[min(levels[0], levels[1])], membership)
