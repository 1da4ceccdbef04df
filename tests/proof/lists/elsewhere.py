"""Another organization beside a random world's: some people are in both, so that their lists must be kept apart."""

from dataclasses import replace

from app.policy.entities import Environment, Grant, Membership, Organization, Person, Project, Restriction, Team
from app.policy.facts import Facts
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import (
    BuiltInRole,
    EnvironmentAccessMode,
    EnvironmentState,
    GrantSource,
    Inheritance,
    ProjectKind,
    Tier,
    TierSource,
)
from tests.proof.assembly import ELSEWHERE, LONG_AGO, OWNER
from tests.proof.twins.whole import Whole
from tests.proof.world import make_id

ROLES = (BuiltInRole.VIEWER, BuiltInRole.ADMIN, BuiltInRole.GUEST, BuiltInRole.MEMBER, BuiltInRole.ACCESS_MANAGER)
FIRST = 2 * 10**9
_FULL = EnvironmentAccessMode.FULL


def beside(whole: Whole) -> Whole:
    """The same world with more elsewhere: a team, projects, environments that are hidden from some, and members."""
    team = Team(make_id("tea", FIRST), ELSEWHERE, ELSEWHERE, "core", "Core", False, LONG_AGO)
    projects = {
        make_id("prj", FIRST + n): Project(
            make_id("prj", FIRST + n), ELSEWHERE, parent, slug, "pay", ProjectKind.APP, restricted, LONG_AGO
        )
        for n, (parent, slug, restricted) in enumerate([(team.id, "pay", False), (ELSEWHERE, "own", True)])
    }
    members = list(_members(whole))
    return replace(
        whole,
        elsewhere=Facts(
            organization=Organization(ELSEWHERE, "elsewhere", "acme", False, LONG_AGO),
            revision=1,
            instance_revision=1,
            teams={team.id: team},
            projects=projects,
            environments={e.id: e for e in _environments(list(projects))},
            custom_roles={},
            memberships={m.id: m for m in members},
            restrictions={r.id: r for r in [_hiding()]},
            people={
                person.id: person
                for person in whole.people.values()
                if person.is_instance_admin or person.id in {m.subject_id for m in members}
            },
        ),
    )


def _members(whole: Whole) -> list[Membership]:
    """The owner, whoever is at home here, and every third of those who could be."""
    joining = [p for p in whole.people.values() if _joins(whole, p)]
    return [
        Membership(
            make_id("mem", FIRST + n),
            ELSEWHERE,
            person.id,
            False,
            ELSEWHERE,
            (BUILT_IN[BuiltInRole.ADMIN if person.id == OWNER else ROLES[n % len(ROLES)]].id,),
            None,
            None,
            _FULL,
            frozenset(),
            LONG_AGO,
        )
        for n, person in enumerate(joining)
    ]


def _joins(whole: Whole, person: Person) -> bool:
    if person.is_service_account:
        return person.organization_id == ELSEWHERE
    return person.id == OWNER or person.id not in whole.facts.people or int(person.id[-3:]) % 3 == 0


def _environments(projects: list[str]) -> list[Environment]:
    return [
        Environment(
            make_id("env", FIRST + n),
            ELSEWHERE,
            projects[n % len(projects)],
            name,
            Tier.PRODUCTION if name == "prod" else Tier.OTHER,
            TierSource.EXPLICIT,
            EnvironmentState.AVAILABLE,
            LONG_AGO,
        )
        for n, name in enumerate(("prod", "Prod", "staging", "prod"))
    ]


def _hiding() -> Restriction:
    """It hides `prod` from everybody but the owner."""
    id = make_id("res", FIRST)
    grant = Grant(
        make_id("gra", FIRST), ELSEWHERE, id, OWNER, None, None, Inheritance.DIRECT, GrantSource.EXPLICIT, None, None
    )
    return Restriction(id, ELSEWHERE, ELSEWHERE, "prod", None, None, False, True, False, True, (grant,), (), LONG_AGO)
