"""Every world against the rule, in both of its forms: one decision with reasons, and everything as sets."""

import random
from functools import cache
from pathlib import Path

import pytest

from app.policy.decision import Decision
from app.policy.facts import Facts
from app.policy.rule import decide
from app.policy.structure import Structure
from app.policy.views import View
from app.policy.vocabulary import VIEW_PERMISSION, ErrorCode, Gate, Permission
from tests.fixtures.world import World, files, load, requirements
from tests.fixtures.world_expectations import Expectation
from tests.fixtures.world_people import made_id

_every_world = pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
_every_world_with_requirements = pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.stem, marks=pytest.mark.requirement(*requirements(path))) for path in files()]
)
_load = cache(load)


def _verdict(code: ErrorCode | None) -> str:
    return "allowed" if code is None else f"refused {code}"


def _found(decision: Decision) -> str:
    reasons = "".join(
        f"\n      {'passed' if reason.passed else 'failed'} {reason.gate}: {reason.message}"
        for reason in decision.reasons
    )
    return f"{_verdict(decision.code)}, because{reasons or ' of nothing'}"


def _complaint(world: World, expected: Expectation) -> str | None:
    """What is wrong with the decision about what the file expects, None where it is right."""
    facts, resource_id = world.facts_of(expected.path), world.id(expected.path)
    decision = decide(facts, world.subject(expected.person), expected.permission, resource_id, expected.at)
    told = {reason.gate for reason in decision.reasons if reason.passed is expected.allowed}
    right = decision.allowed is expected.allowed and decision.code is expected.code
    if right and (expected.because is None or expected.because in told):
        return None
    wanted = _verdict(expected.code) + (f" because of {expected.because}" if expected.because else "")
    when = "" if expected.at == world.now else f" at {expected.at} µs"
    question = f"{expected.person}: {expected.permission} of {expected.path}{when}"
    return f"  {question}\n    expected: {wanted}\n    found: {_found(decision)}"


@_every_world_with_requirements
def test_rule_answers_as_the_world_expects(path: Path) -> None:
    world = _load(path)
    complaints = [complaint for expected in world.expectations if (complaint := _complaint(world, expected))]
    assert not complaints, "\n".join((f"{path.name}: {world.description}", *complaints))


@_every_world
def test_view_equals_the_rule(path: Path) -> None:
    """For every subject, permission and resource of the world, at every instant it asks about."""
    world = _load(path)
    differences = []
    for facts in world.organizations:
        structure = Structure(facts)
        for name, subject in world.subjects.items():
            for at in world.instants():
                view = View(structure, subject, at)
                for place in _paths(world, facts):
                    differences += _differences(view, facts, name, place, world.id(place), at)
                differences += _differences_together(view, name, [world.id(place) for place in _paths(world, facts)])
    assert not differences, "\n".join((path.name, *differences))


def _paths(world: World, facts: Facts) -> list[str]:
    return [place for place, resource_id in world.ids.items() if facts.resource(resource_id) is not None]


def _differences(view: View, facts: Facts, name: str, place: str, resource_id: str, at: int) -> list[str]:
    found = []
    decisions = {p: decide(facts, view.subject, p, resource_id, at) for p in Permission}
    for permission, decision in decisions.items():
        if any(reason.gate is Gate.ERROR for reason in decision.reasons):
            found.append(f"  {name}: {permission} of {place} at {at} µs: the rule failed: {_found(decision)}")
        if view.may(permission, resource_id) is not decision.allowed:
            found.append(
                f"  {name}: {permission} of {place} at {at} µs: the view says otherwise than {_found(decision)}"
            )
    resource = facts.resource(resource_id)
    assert resource is not None
    if view.sees(resource_id) is not decisions[VIEW_PERMISSION[resource.kind]].allowed:
        found.append(f"  {name}: seeing {place} at {at} µs: the view says otherwise")
    return found


def _differences_together(view: View, name: str, resource_ids: list[str]) -> list[str]:
    """Between what a view says of many at once and one by one, in any order, of what isn't there as well.

    Asked twice, of a view that nobody has asked: the second time it has gone over all environments.
    """
    everything = [(permission, id) for id in (*resource_ids, "env_unknown") for permission in Permission]
    random.Random(name).shuffle(everything)
    found = []
    for asked in (everything, *([pair for pair in everything if pair[0] is permission] for permission in Permission)):
        fresh = View(view.structure, view.subject, view.at)
        for time in ("once", "again"):
            together = fresh.may_all([permission for permission, _ in asked], [id for _, id in asked])
            found += [
                f"  {name}: {permission} of {id}: asked {time} with others the view says {may}"
                for (permission, id), may in zip(asked, together, strict=True)
                if view.may(permission, id) is not may
            ]
    return found


@_every_world
def test_verdict_holds_until_the_instant_it_names(path: Path) -> None:
    """No instant at which something begins or ends changes a verdict before its `valid_until`."""
    world = _load(path)
    instants = world.instants()
    for expected in world.expectations:
        facts, subject, resource_id = (
            world.facts_of(expected.path),
            world.subject(expected.person),
            world.id(expected.path),
        )
        first = decide(facts, subject, expected.permission, resource_id, expected.at)
        later = [at for at in instants if expected.at < at and (first.valid_until is None or at < first.valid_until)]
        for at in later:
            then = decide(facts, subject, expected.permission, resource_id, at)
            assert then.code is first.code, f"{path.name}: {expected}: {_found(first)}\n  but at {at} µs {_found(then)}"


@_every_world
def test_what_never_existed_is_not_found(path: Path) -> None:
    world = _load(path)
    for name, subject in world.subjects.items():
        for prefix in ("org", "tea", "prj", "env"):
            decision = decide(world.facts, subject, Permission.PROJECT_VIEW, made_id(prefix, "never"), world.now)
            assert decision.code in {ErrorCode.NOT_FOUND, ErrorCode.UNAUTHENTICATED}, f"{path.name}: {name}"
            assert all(reason.gate is not Gate.ERROR for reason in decision.reasons), _found(decision)


@_every_world
def test_world_says_what_it_shows(path: Path) -> None:
    world = _load(path)
    assert world.requirements or world.rule, f"{path.name} names neither a requirement nor a section of the rule"
    assert len(world.description) >= 40, f"{path.name} doesn't say what it is about"
