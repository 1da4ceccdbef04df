"""From a plan to a world: ids, references found by number, and whatever the store would refuse left out."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TypeVar

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
    Inheritance,
    ProjectKind,
    RoleLevel,
    Tier,
    TierSource,
)
from tests.proof.plans import CUSTOM, KeyPlan, MembershipPlan, PersonPlan, Plan, RestrictionPlan, Span, WhoPlan
from tests.proof.world import NOW, RandomWorld, make_id, unknown_id

T = TypeVar("T")

LONG_AGO = NOW - 10**15
ORGANIZATION = make_id("org", 1)
ELSEWHERE = make_id("org", 2)
OWNER = make_id("usr", 1)
"""The ADMIN without end that every organization has (LAST_ADMIN); not among the subjects."""

_FULL = EnvironmentAccessMode.FULL
_FOREVER = Span(None, None)


class Assembly:
    """One use: gives every piece of the plan its id, in order of creation, and `world()` is the whole."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._numbers = count(2)
        self._roles = {r.id: r for r in self._custom_roles()}
        self._teams: dict[str, Team] = {}
        for team in plan.teams:
            id, parent = self._id("tea"), _pick([ORGANIZATION, *self._teams], team.parent)
            self._teams[id] = Team(id, ORGANIZATION, parent, id, id, team.isolated, LONG_AGO)
        self._projects = {p.id: p for p in self._make_projects()}
        self._environments = {e.id: e for e in self._make_environments()}
        self._people = [self._person(person) for person in plan.people]
        self._members = [p for p, own in zip(self._people, plan.people, strict=True) if not own.outside]

    def world(self) -> RandomWorld:
        admins = [p for p in self._people if p.is_instance_admin and p not in self._members]
        owner = Person(OWNER, "owner", "owner@example.org", False, None, True, False, None, LONG_AGO)
        facts = Facts(
            organization=Organization(ORGANIZATION, "acme", "Acme", self._plan.lists_enforced, LONG_AGO),
            revision=1,
            instance_revision=1,
            teams=self._teams,
            projects=self._projects,
            environments=self._environments,
            custom_roles=self._roles,
            memberships=self._memberships(),
            restrictions=self._restrictions(),
            people={p.id: p for p in (owner, *self._members, *admins)},
        )
        return RandomWorld(facts, list(self._subjects()), self._plan.instants)

    def _id(self, prefix: str) -> str:
        return make_id(prefix, next(self._numbers))

    @property
    def _below(self) -> list[str]:
        """The nodes on which teams may have memberships."""
        return [*self._teams, *self._projects]

    # The tree

    def _custom_roles(self) -> Iterator[Role]:
        for role in self._plan.roles:
            id = self._id("rol")
            yield Role(id, ORGANIZATION, id, id, None, role.permissions)

    def _make_projects(self) -> Iterator[Project]:
        for project in self._plan.projects:
            id, parent = self._id("prj"), _pick([ORGANIZATION, *self._teams], project.parent)
            restricted = project.restricted and project.kind is not ProjectKind.PREDICTIVE
            yield Project(id, ORGANIZATION, parent, id, id, project.kind, restricted, LONG_AGO)

    def _make_environments(self) -> Iterator[Environment]:
        explicit, available = TierSource.EXPLICIT, EnvironmentState.AVAILABLE
        for project_id, project in zip(self._projects, self._plan.projects, strict=True):
            for name, tier in {e.name: e.tier for e in project.environments}.items():
                yield Environment(self._id("env"), ORGANIZATION, project_id, name, tier, explicit, available, LONG_AGO)

    def _ancestors(self, node_id: str) -> Iterator[str]:
        """The node itself first."""
        yield node_id
        if node_id != ORGANIZATION:
            node = self._teams.get(node_id) or self._projects[node_id]
            yield from self._ancestors(node.parent_id)

    # People and what they hold

    def _person(self, plan: PersonPlan) -> Person:
        id = self._id("usr")
        email = None if plan.service_account else f"{id}@example.org"
        home = (ELSEWHERE if plan.outside else ORGANIZATION) if plan.service_account else None
        creator = OWNER if plan.service_account else None
        return Person(id, id, email, plan.service_account, home, plan.active, plan.instance_admin, creator, LONG_AGO)

    def _memberships(self) -> dict[str, Membership]:
        made = [self._membership(OWNER, False, ORGANIZATION, ["ADMIN"], _FOREVER)]
        for person, plan in zip(self._people, self._plan.people, strict=True):
            if not plan.outside:
                made.append(self._membership(person.id, False, ORGANIZATION, plan.roles, plan.span, plan.listed))
        for below in self._plan.memberships:
            made.extend(self._membership_below(below))
        first: dict[tuple[str, str], Membership] = {}
        for membership in made:
            first.setdefault((membership.subject_id, membership.node_id), membership)
        return {m.id: m for m in first.values()}

    def _membership_below(self, plan: MembershipPlan) -> Iterator[Membership]:
        subjects = list(self._teams) if plan.of_team else [p.id for p in self._members]
        if not subjects:
            return
        subject_id = _pick(subjects, plan.subject)
        nodes = [id for id in self._below if id != subject_id]
        if nodes:
            yield self._membership(subject_id, plan.of_team, _pick(nodes, plan.node), plan.roles, plan.span)

    def _membership(
        self,
        subject_id: str,
        of_team: bool,
        node_id: str,
        roles: list[str],
        span: Span,
        listed: list[int] | None = None,
    ) -> Membership:
        role_ids = tuple(dict.fromkeys(self._role_id(role) for role in roles))
        mode = _FULL if listed is None else EnvironmentAccessMode.LIMITED
        environments = list(self._environments)
        chosen = frozenset(_pick(environments, number) for number in listed or () if environments)
        id = self._id("mem")
        starts, expires = span.starts_at, span.expires_at
        return Membership(
            id, ORGANIZATION, subject_id, of_team, node_id, role_ids, starts, expires, mode, chosen, LONG_AGO
        )

    def _role_id(self, role: str) -> str:
        """Custom roles by number; VIEWER in their place where there are none."""
        if not role.startswith(CUSTOM):
            return BUILT_IN[BuiltInRole[role]].id
        custom = list(self._roles)
        return _pick(custom, int(role.removeprefix(CUSTOM))) if custom else BUILT_IN[BuiltInRole.VIEWER].id

    # Restrictions

    def _restrictions(self) -> dict[str, Restriction]:
        first: dict[tuple[str, str | None, Tier | None, str | None], Restriction] = {}
        for plan in self._plan.restrictions:
            restriction = self._restriction(plan)
            target = (restriction.environment_name, restriction.tier, restriction.environment_id)
            first.setdefault((restriction.scope_id, *target), restriction)
        return {r.id: r for r in first.values()}

    def _restriction(self, plan: RestrictionPlan) -> Restriction:
        id, scope = self._id("res"), _pick([ORGANIZATION, *self._below], plan.scope)
        environment = None
        if plan.target == "environment":
            beneath = [e.id for e in self._environments.values() if scope in self._ancestors(e.project_id)]
            environment = _pick(beneath, plan.environment) if beneath else None
        tier = plan.tier if plan.target == "tier" else None
        name = plan.pattern if tier is None and environment is None else None
        return Restriction(
            id,
            ORGANIZATION,
            scope,
            name,
            tier,
            environment,
            plan.admin_bypass or not plan.grants,  # without bypass at least one grant
            plan.hides,
            plan.allow_self_approval,
            plan.enabled,
            tuple(self._grant(id, grant) for grant in plan.grants),
            tuple(self._rule(id, rule) for rule in plan.rules),
            LONG_AGO,
        )

    def _grant(self, restriction_id: str, plan: WhoPlan) -> Grant:
        who = self._who(plan, [p.id for p in self._members])
        starts, expires = plan.span.starts_at, plan.span.expires_at
        return Grant(self._id("gra"), ORGANIZATION, restriction_id, *who, plan.source, starts, expires)

    def _rule(self, restriction_id: str, plan: WhoPlan) -> ApprovalRule:
        # No service account is ever an approver, so no rule names one.
        who = self._who(plan, [p.id for p in self._members if not p.is_service_account])
        return ApprovalRule(self._id("apr"), ORGANIZATION, restriction_id, *who, plan.required)

    def _who(self, plan: WhoPlan, users: Sequence[str]) -> tuple[str | None, str | None, RoleLevel | None, Inheritance]:
        """User, team, level and inheritance; the owner in place of a user where there is none."""
        if plan.kind == "team" and self._teams:
            return None, _pick(list(self._teams), plan.number), None, plan.inheritance
        if plan.kind == "gone":
            return None, make_id("tea", 10**23), None, plan.inheritance
        if plan.kind == "level":
            return None, None, plan.level, Inheritance.DIRECT
        return _pick([*users, OWNER], plan.number), None, None, Inheritance.DIRECT

    # Those who ask

    def _subjects(self) -> Iterator[Subject]:
        for person, plan in zip(self._people, self._plan.people, strict=True):
            yield Subject(person)
            for key in plan.keys:
                yield Subject(person, self._key(key))

    def _key(self, plan: KeyPlan) -> KeyScope:
        nothing = unknown_id()  # a subtree that is gone, or in another organization
        resources = [ORGANIZATION, *self._below, *self._environments, nothing]
        resource_id = None if plan.resource is None else _pick(resources, plan.resource)
        return KeyScope(self._id("key"), plan.permissions, resource_id, plan.expires_at)


def _pick(options: Sequence[T], number: int) -> T:
    return options[number % len(options)]
