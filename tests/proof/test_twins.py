"""What is hidden can't be told from what isn't there; and a server that let it be told would be found out.

For longer: `python -m tests.proof.twin_campaign --worlds 2000`.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import forbidden
from app.policy.decision import Decision
from app.policy.entities import Person
from app.policy.facts import Facts
from app.policy.objects import Objects
from tests.proof.twins.comparison import Difference, Outcome, Plan, compare, smallest
from tests.proof.twins.making import Twins, random_twins
from tests.proof.twins.report import report
from tests.proof.twins.serving import SameIds, Server

OPERATIONS = 40
WORLDS = 30
"""Within which a leak must be found; mostly the first three do."""

Servers = tuple[Server, Server]


@pytest.fixture(scope="module")
def servers(sqlite_folder: Path) -> Servers:
    template = sqlite_folder / "template.db"
    return Server(template, sqlite_folder / "left.db"), Server(template, sqlite_folder / "right.db")


@pytest.fixture
def ids() -> Iterator[SameIds]:
    same = SameIds()
    with same.everywhere():
        yield same


async def _outcome(seed: int, servers: Servers, ids: SameIds) -> tuple[Twins, Outcome] | None:
    twins = random_twins(random.Random(seed), 4)
    return None if twins is None else (twins, await compare(twins, Plan(seed, OPERATIONS), servers, ids))


@pytest.mark.parametrize("seed", range(1, 3))
async def test_twins_answer_alike(seed: int, servers: Servers, ids: SameIds) -> None:
    found = await _outcome(seed, servers, ids)
    assert found is not None
    twins, outcome = found
    if outcome.difference is not None:
        plan = Plan(seed, OPERATIONS)
        small, _, difference = await smallest(twins, plan, servers, ids, outcome.difference)
        pytest.fail(f"seed {seed}\n{report(small, difference)}")
    assert outcome.compared


async def _first_difference(seeds: range, servers: Servers, ids: SameIds) -> Difference | None:
    for seed in seeds:
        found = await _outcome(seed, servers, ids)
        if found is not None and found[1].difference is not None:
            return found[1].difference
    return None


def _everybody(objects: Objects, id: str | None) -> Person | None:
    return objects.facts.people.get(id or "")


def _forbid(decision: Decision) -> None:
    raise forbidden(decision.permission, decision.resource_id, decision.reasons)


def _anything(objects: Objects, id: str) -> Any:
    facts: Facts = objects.facts
    return facts.resource(id) or facts.memberships.get(id) or facts.restrictions.get(id)


LEAKS: dict[str, list[tuple[str, Callable[..., Any]]]] = {
    "people are named wherever they stand": [("app.policy.objects.Objects.person", _everybody)],
    "memberships on hidden nodes are listed and counted": [
        ("app.policy.objects.Objects.sees_membership", lambda objects, membership: True)
    ],
    "restrictions that hide are listed": [
        ("app.policy.objects.Objects.sees_restriction", lambda objects, restriction: True)
    ],
    "mutations on hidden ids are FORBIDDEN": [
        ("app.services.changes.fact_by_id", _anything),
        ("app.services.changes.refuse", _forbid),
    ],
}


@pytest.mark.parametrize("leak", LEAKS)
async def test_a_leak_is_found(leak: str, servers: Servers, ids: SameIds, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, leaking in LEAKS[leak]:
        monkeypatch.setattr(name, leaking)
    assert await _first_difference(range(1, WORLDS), servers, ids) is not None
