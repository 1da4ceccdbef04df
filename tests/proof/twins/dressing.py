"""A random world made fit for a store: names and slugs, another organization, and what the rule doesn't read."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from app.db import tables
from app.policy.entities import Membership, Organization, Person, Project
from app.policy.facts import Facts
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN
from app.policy.subject import KeyScope, Subject
from app.policy.vocabulary import (
    ApprovalDecision,
    BuiltInRole,
    DeploymentStatus,
    EnvironmentAccessMode,
    EnvironmentState,
    ProjectKind,
)
from tests.proof.assembly import ELSEWHERE, LONG_AGO, OWNER
from tests.proof.twins.whole import Row, Whole, changed
from tests.proof.world import RandomWorld, make_id

T = TypeVar("T")

WORDS = ("Core", "core", "Search", "pay", "Pay", "Zürich", "data", "ops")
STATES = (
    DeploymentStatus.BLOCKED, DeploymentStatus.BLOCKED, DeploymentStatus.SUCCESS, DeploymentStatus.RUNNING,
    DeploymentStatus.FAILED, DeploymentStatus.CANCELED,
)  # fmt: skip
UNPLACED = (DeploymentStatus.CREATED, DeploymentStatus.RUNNING, DeploymentStatus.SUCCESS)


def dress(world: RandomWorld, rng: random.Random) -> Whole:
    """The world as a store could hold it; only what no store takes is left out."""
    facts = _named(world.facts, rng)
    outside = {s.person.id: s.person for s in world.subjects if s.person.id not in facts.people}
    people = {p.id: _person(p, rng) for p in (*facts.people.values(), *outside.values())}
    facts = changed(facts, people={id: people[id] for id in facts.people})
    elsewhere = _elsewhere({id: people[id] for id in outside} | {OWNER: people[OWNER]})
    keys = {f"key {n}": _key(s) for n, s in enumerate(world.subjects) if s.key is not None}
    return Whole(facts, elsewhere, people, keys, dict(_rows(facts, rng)))


def _named(facts: Facts, rng: random.Random) -> Facts:
    """Names that collide and slugs that don't: a slug that a hidden sibling has is another matter (section 11)."""

    def named(thing: T) -> T:
        number = thing.id.lstrip("abcdefghijklmnopqrstuvwxyz_0")  # type: ignore[attr-defined]
        word = rng.choice(WORDS)
        return replace(thing, name=word, slug=f"{word.lower().replace('ü', 'u')}-{number}")  # type: ignore[type-var]

    def standing(restriction: Any) -> Any:
        """A team that is gone has left an id that only a store with a past could hold."""
        rules = tuple(r for r in restriction.approval_rules if r.team_id is None or r.team_id in facts.teams)
        return replace(restriction, approval_rules=rules)

    return changed(
        facts,
        teams={id: named(team) for id, team in facts.teams.items()},
        projects={id: named(project) for id, project in facts.projects.items()},
        environments={
            id: replace(e, state=rng.choice((EnvironmentState.AVAILABLE, EnvironmentState.STOPPED)))
            for id, e in facts.environments.items()
        },
        restrictions={id: standing(restriction) for id, restriction in facts.restrictions.items()},
    )


def _person(person: Person, rng: random.Random) -> Person:
    number = person.id.lstrip("usr_0")
    name = f"{rng.choice(('Ann', 'ann', 'Bo', 'Øre', 'cy'))} {number}"
    email = None if person.email is None else f"{name.replace(' ', '.')}@{rng.choice(('example', 'Example'))}.org"
    return replace(person, name=name, email=email)


def _key(subject: Subject) -> Subject:
    """A subtree that is unknown here is in another organization."""
    key = subject.key
    assert key is not None  # asked before
    resource = ELSEWHERE if key.resource_id is not None and key.resource_id.startswith("env_1") else key.resource_id
    return Subject(subject.person, KeyScope(key.id, key.permissions, resource, key.expires_at))


def _elsewhere(people: dict[str, Person]) -> Facts:
    """An organization to which those outside belong, and nobody else but the owner."""
    admin = BUILT_IN[BuiltInRole.ADMIN].id
    project = Project(make_id("prj", 10**9), ELSEWHERE, ELSEWHERE, "far", "Far", ProjectKind.APP, False, LONG_AGO)
    members = [
        Membership(
            make_id("mem", 10**9 + n), ELSEWHERE, id, False, ELSEWHERE, (admin,), None, None,
            EnvironmentAccessMode.FULL, frozenset(), LONG_AGO,
        )
        for n, id in enumerate(people)
    ]  # fmt: skip
    return Facts(
        organization=Organization(ELSEWHERE, "elsewhere", "Elsewhere", False, LONG_AGO),
        revision=1,
        instance_revision=1,
        teams={},
        projects={project.id: project},
        environments={},
        custom_roles={},
        memberships={m.id: m for m in members},
        restrictions={},
        people=people,
    )


def _rows(facts: Facts, rng: random.Random) -> Iterator[tuple[str, Row]]:
    """Deployments and decisions on them, settings, autoscaling, and an AI provider."""
    numbers = iter(range(10**6, 2 * 10**6))
    people = [id for id, person in facts.people.items() if not person.is_service_account]

    def id(kind: Kind) -> str:
        return make_id(kind.value, next(numbers))

    yield id(Kind.AI_PROVIDER), Row(tables.AiProvider, {"name": "Models", "kind": "openai"})
    placed = [(e.project_id, e.id) for e in facts.environments.values()]
    earlier: dict[str, list[str]] = {}
    for project_id, environment_id in [*placed, *placed, *((p, None) for p in facts.projects)]:
        if rng.random() < 0.4:
            continue
        deployment = id(Kind.DEPLOYMENT)
        status = rng.choice(STATES if environment_id else UNPLACED)
        source = rng.choice([None, *earlier.get(project_id, [])]) if environment_id else None
        named = {"project_id": project_id, "environment_id": environment_id, "promoted_from": source}
        said = {"ref": rng.choice(("main", "v1", "v2")), "status": status, "created_by": rng.choice(people)}
        waiting = environment_id is not None and status is DeploymentStatus.BLOCKED
        rules = {} if waiting or environment_id is None else {"approval_rules": []}
        yield deployment, Row(tables.Deployment, {**named, **said, **rules})
        earlier.setdefault(project_id, []).append(deployment)
        for approver in rng.sample(people, rng.choice((0, 0, 1, 2))) if waiting and len(people) > 1 else ():
            decision = {"decision": ApprovalDecision.APPROVED, "comment": rng.choice((None, "fine"))}
            yield (
                id(Kind.APPROVAL),
                Row(tables.Approval, {"deployment_id": deployment, "user_id": approver, **decision}),
            )
    for environment_id in facts.environments:
        if rng.random() < 0.5:
            values = {"target_id": environment_id, "settings": {"replicas": rng.randint(1, 9)}}
            yield id(Kind.SETTINGS), Row(tables.EnvironmentSettings, values)
