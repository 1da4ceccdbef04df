"""Making a world smaller while what is wrong with it remains, so that a person can see why."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from app.policy.entities import ApprovalRule, Grant, Project, Team
from app.policy.facts import Facts
from app.policy.subject import Subject
from app.policy.vocabulary import EnvironmentAccessMode
from tests.proof.world import RandomWorld

_MAPPINGS = ("restrictions", "memberships", "environments", "projects", "teams", "custom_roles", "people")


def smallest(world: RandomWorld, interesting: Callable[[RandomWorld], bool]) -> RandomWorld:
    """The world without all that can be left out, one thing at a time, while it stays interesting."""
    shrinking = True
    while shrinking:
        shrinking = False
        for candidate in smaller(world):
            if interesting(candidate):
                world, shrinking = candidate, True
                break
    return world


def smaller(world: RandomWorld) -> Iterator[RandomWorld]:
    """Worlds with one thing less that are worlds still: nothing names what is gone."""
    for subject in world.subjects if len(world.subjects) > 1 else ():
        yield replace(world, subjects=[s for s in world.subjects if s is not subject])
    for at in world.instants if len(world.instants) > 1 else ():
        yield replace(world, instants=[i for i in world.instants if i != at])
    yield from (replace(world, facts=facts) for facts in _without_one(world))
    yield from (replace(world, facts=facts) for facts in _simpler(world.facts))
    for number, subject in enumerate(world.subjects):
        if subject.key is not None:
            subjects = [*world.subjects]
            subjects[number] = Subject(subject.person)
            yield replace(world, subjects=subjects)


def _without_one(world: RandomWorld) -> Iterator[Facts]:
    named = set(_named(world))
    for mapping in _MAPPINGS:
        things = getattr(world.facts, mapping)
        for id in things:
            if id not in named:
                yield _changed(world.facts, mapping, {key: thing for key, thing in things.items() if key != id})


def _named(world: RandomWorld) -> Iterator[str]:
    """Every id that something else would miss; whoever holds something below needs their first membership."""
    facts = world.facts
    rules = list[Grant | ApprovalRule]()
    for restriction in facts.restrictions.values():
        rules += [*restriction.grants, *restriction.approval_rules]
    holders = {m.subject_id for m in facts.memberships.values() if m.node_id != facts.organization.id}
    holders |= {who.user_id for who in rules if who.user_id is not None}
    yield from (m.id for id in holders if (m := facts.membership_on(id, facts.organization.id)))
    for who in rules:
        yield from filter(None, (who.user_id, who.team_id))
    below: list[Team | Project] = [*facts.teams.values(), *facts.projects.values()]
    for thing in below:
        yield thing.parent_id
    for environment in facts.environments.values():
        yield environment.project_id
    for membership in facts.memberships.values():
        yield from (membership.subject_id, membership.node_id, *membership.role_ids, *membership.environment_ids)
    for restriction in facts.restrictions.values():
        yield from filter(None, (restriction.scope_id, restriction.environment_id))
    for subject in world.subjects:
        yield subject.person.id
        if subject.key is not None and subject.key.resource_id is not None:
            yield subject.key.resource_id


def _simpler(facts: Facts) -> Iterator[Facts]:
    """One attribute less: a time, a flag, a second role, a grant, a rule, an access list."""
    for membership in facts.memberships.values():
        changes: list[dict[str, object]] = [{name: None} for name in ("starts_at", "expires_at")]
        changes += [{"role_ids": tuple(r for r in membership.role_ids if r != id)} for id in membership.role_ids[1:]]
        changes.append({"mode": EnvironmentAccessMode.FULL, "environment_ids": frozenset()})
        yield from _replaced(facts, "memberships", membership, changes)
    for restriction in facts.restrictions.values():
        changes = [{"admin_bypass": True}, {"hides": False}, {"allow_self_approval": False}]
        for name in ("grants", "approval_rules"):
            entries = getattr(restriction, name)
            spare = len(entries) > 1 or name == "approval_rules" or restriction.admin_bypass
            changes += [{name: tuple(e for e in entries if e is not entry)} for entry in entries if spare]
        yield from _replaced(facts, "restrictions", restriction, changes)
    for team in facts.teams.values():
        yield from _replaced(facts, "teams", team, [{"isolated": False}, {"parent_id": facts.organization.id}])
    for project in facts.projects.values():
        yield from _replaced(facts, "projects", project, [{"restricted": False}, {"parent_id": facts.organization.id}])


def _replaced(facts: Facts, mapping: str, thing: object, changes: list[dict[str, object]]) -> Iterator[Facts]:
    for change in changes:
        if any(getattr(thing, name) != value for name, value in change.items()):
            changed = replace(thing, **change)  # type: ignore[type-var]
            yield _changed(facts, mapping, {**getattr(facts, mapping), thing.id: changed})  # type: ignore[attr-defined]


def _changed(facts: Facts, mapping: str, things: dict[str, object]) -> Facts:
    """The same facts but for one of the mappings."""
    mappings = {name: getattr(facts, name) for name in _MAPPINGS}
    return Facts(organization=facts.organization, revision=1, instance_revision=1, **{**mappings, mapping: things})
