"""The law of restricted projects (rule.md, section 6), and that of isolated teams."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.policy.entities import Membership, Project, Restriction, Team
from app.policy.facts import Facts
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole, Inheritance, Permission
from tests.proof.laws.changed import changed, subtree, with_thing, worlds_with
from tests.proof.laws.matrices import Matrix, answers, law
from tests.proof.world import RandomWorld

ADMIN = BUILT_IN[BuiltInRole.ADMIN].id
OTHERS = [BUILT_IN[role].id for role in BuiltInRole if role is not BuiltInRole.ADMIN]


def _projects(facts: Facts) -> Iterator[Project]:
    yield from facts.projects.values()


def _teams(facts: Facts) -> Iterator[Team]:
    yield from facts.teams.values()


@law
@given(worlds_with(_projects), st.sets(st.sampled_from(OTHERS), min_size=1))
def test_in_a_restricted_project_the_inherited_roles_of_non_admins_do_not_matter(
    chosen: tuple[RandomWorld, Project], roles: set[str]
) -> None:
    """Whatever non-ADMINs hold above the project, what they may do in it stays as it is."""
    world, project = chosen
    _check(with_thing(world, "projects", replace(project, restricted=True)), project, tuple(roles))


@law
@given(worlds_with(_teams), st.sets(st.sampled_from(OTHERS), min_size=1))
def test_in_an_isolated_team_the_inherited_roles_of_non_admins_do_not_matter(
    chosen: tuple[RandomWorld, Team], roles: set[str]
) -> None:
    """Whatever non-ADMINs hold above the team, what they may do in it and below stays as it is."""
    world, team = chosen
    _check(with_thing(world, "teams", replace(team, isolated=True)), team, tuple(roles))


def _check(world: RandomWorld, wall: Project | Team, roles: tuple[str, ...]) -> None:
    """Roles held above the wall also count elsewhere, and that is left out.

    A level held on the scope of a restriction above the wall, or in a team as a group; PROJECT_RESTRICT, which is
    decided above the project.
    """
    facts, inside = world.facts, subtree(world.facts, wall.id)
    restrictions = {r.id: _direct(r) for r in facts.restrictions.values() if r.scope_id in inside}
    world = changed(world, restrictions=restrictions)
    above = {node.id for node in facts.path(wall.id)[1:]}
    memberships = {m.id: _with(m, roles) if _counts(facts, m, above) else m for m in facts.memberships.values()}
    one, other = answers(world), answers(changed(world, memberships=memberships))
    assert _within(one, inside, wall) == _within(other, inside, wall)


def _direct(restriction: Restriction) -> Restriction:
    grants = tuple(replace(grant, inheritance=Inheritance.DIRECT) for grant in restriction.grants)
    rules = tuple(replace(rule, inheritance=Inheritance.DIRECT) for rule in restriction.approval_rules)
    return replace(restriction, grants=grants, approval_rules=rules)


def _counts(facts: Facts, membership: Membership, above: set[str]) -> bool:
    """Whether it is held above the wall and is not what an invitation of that very team is made of."""
    return membership.node_id in above and not facts.memberships_of(membership.node_id)


def _with(membership: Membership, roles: tuple[str, ...]) -> Membership:
    return replace(membership, role_ids=(ADMIN,) if ADMIN in membership.role_ids else roles)


def _within(matrix: Matrix, inside: set[str], wall: Project | Team) -> Matrix:
    return {
        q: code
        for q, code in matrix.items()
        if q.resource_id in inside and not (q.resource_id == wall.id and q.permission is Permission.PROJECT_RESTRICT)
    }
