"""A small world written by hand, one call a thing; names serve as ids."""

from app.policy.entities import (
    ApprovalRule,
    Environment,
    Grant,
    Membership,
    Organization,
    Person,
    Project,
    Restriction,
    Team,
)
from app.policy.facts import Facts
from app.policy.roles import BUILT_IN, Role
from app.policy.subject import KeyScope, Subject
from app.policy.vocabulary import (
    BuiltInRole,
    EnvironmentAccessMode,
    EnvironmentState,
    GrantSource,
    Inheritance,
    Permission,
    ProjectKind,
    RoleLevel,
    Tier,
    TierSource,
)
from tests.proof.reference import Reference, Verdict
from tests.proof.world import NOW, RandomWorld

ORG = "org"
DIRECT, ALL = Inheritance.DIRECT, Inheritance.ALL
Who = str | RoleLevel | tuple[str, Inheritance]
"""A user's name, a level, or a team's name with how far it reaches."""


class Sketch:
    """Everybody asks without a key and at NOW unless the question says otherwise."""

    def __init__(self, *, lists_enforced: bool = False) -> None:
        self.organization = Organization(ORG, ORG, ORG, lists_enforced, 0)
        self.teams: dict[str, Team] = {}
        self.projects: dict[str, Project] = {}
        self.environments: dict[str, Environment] = {}
        self.roles: dict[str, Role] = {}
        self.people: dict[str, Person] = {}
        self.memberships: dict[str, Membership] = {}
        self.restrictions: dict[str, Restriction] = {}

    def team(self, name: str, parent: str = ORG, *, isolated: bool = False) -> None:
        self.teams[name] = Team(name, ORG, parent, name, name, isolated, 0)

    def project(self, name: str, parent: str = ORG, *environments: str, restricted: bool = False) -> None:
        """Environments are had by name, each `<project>:<name>` by id."""
        self.projects[name] = Project(name, ORG, parent, name, name, ProjectKind.APP, restricted, 0)
        for environment in environments:
            self.environment(name, environment)

    def environment(self, project: str, name: str, tier: Tier = Tier.OTHER) -> None:
        id = f"{project}:{name}"
        explicit, available = TierSource.EXPLICIT, EnvironmentState.AVAILABLE
        self.environments[id] = Environment(id, ORG, project, name, tier, explicit, available, 0)

    def role(self, name: str, *permissions: Permission) -> None:
        self.roles[name] = Role(name, ORG, name, name, None, frozenset(permissions))

    def user(
        self,
        name: str,
        *roles: str,
        service_account: bool = False,
        instance_admin: bool = False,
        active: bool = True,
        listed: tuple[str, ...] | None = None,
        expires_at: int | None = None,
    ) -> None:
        """With these roles on the organization; without any role they don't belong to it."""
        home = ORG if service_account else None
        self.people[name] = Person(name, name, None, service_account, home, active, instance_admin, None, 0)
        if roles:
            self.member(name, ORG, *roles, listed=listed, expires_at=expires_at)

    def member(
        self,
        subject: str,
        node: str,
        *roles: str,
        listed: tuple[str, ...] | None = None,
        starts_at: int | None = None,
        expires_at: int | None = None,
    ) -> None:
        """Its id is `<subject>@<node>`."""
        id = f"{subject}@{node}"
        role_ids = tuple(BUILT_IN[BuiltInRole[r]].id if r in BuiltInRole.__members__ else r for r in roles)
        mode = EnvironmentAccessMode.FULL if listed is None else EnvironmentAccessMode.LIMITED
        chosen = frozenset(listed or ())
        team = subject in self.teams
        self.memberships[id] = Membership(
            id, ORG, subject, team, node, role_ids, starts_at, expires_at, mode, chosen, 0
        )

    def restrict(
        self,
        scope: str,
        target: str | Tier,
        *grants: Who,
        bypass: bool = False,
        hides: bool = False,
        enabled: bool = True,
        approvers: tuple[Who, ...] = (),
        starts_at: int | None = None,
        expires_at: int | None = None,
    ) -> str:
        """The times are those of every grant. A target is a tier, an environment's id, or else a name."""
        id = f"restriction {len(self.restrictions) + 1}"
        tier = target if isinstance(target, Tier) else None
        environment = target if target in self.environments else None
        name = str(target) if tier is None and environment is None else None
        given = tuple(
            Grant(f"{id} {who}", ORG, id, *_who(who), GrantSource.EXPLICIT, starts_at, expires_at) for who in grants
        )
        rules = tuple(ApprovalRule(f"{id} rule {who}", ORG, id, *_who(who), 1) for who in approvers)
        self.restrictions[id] = Restriction(
            id, ORG, scope, name, tier, environment, bypass, hides, False, enabled, given, rules, 0
        )
        return id

    def world(self, *subjects: Subject, at: int = NOW) -> RandomWorld:
        facts = Facts(
            organization=self.organization,
            revision=1,
            instance_revision=1,
            teams=self.teams,
            projects=self.projects,
            environments=self.environments,
            custom_roles=self.roles,
            memberships=self.memberships,
            restrictions=self.restrictions,
            people=self.people,
        )
        return RandomWorld(facts, list(subjects), [at])

    def reference(self, user: str, key: KeyScope | None = None, at: int = NOW) -> Reference:
        """Of a world in which this user alone asks: subject 0."""
        return Reference(self.world(Subject(self.people[user], key), at=at), at)

    def ask(
        self, user: str, permission: Permission, resource: str, key: KeyScope | None = None, at: int = NOW
    ) -> Verdict:
        return self.reference(user, key, at).verdict(0, permission, resource)


def _who(who: Who) -> tuple[str | None, str | None, RoleLevel | None, Inheritance]:
    if isinstance(who, RoleLevel):
        return None, None, who, DIRECT
    if isinstance(who, tuple):
        return None, who[0], None, who[1]
    return who, None, None, DIRECT
