"""Every connection holds exactly what the checks say is seen, page by page, at every size and both ways.

For longer: `python -m tests.proof.list_campaign --worlds 1000`.
"""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from graphql import get_named_type, get_nullable_type, is_list_type

from app.policy.entities import Restriction
from tests.api.test_schema import HIDEABLE, every_field
from tests.proof.lists import plain
from tests.proof.lists.comparing import Outcome, compare
from tests.proof.lists.connections import CHOICES, ROWS, connections
from tests.proof.lists.questions import OWNERS
from tests.proof.lists.served import Files, ListWorld, Server
from tests.proof.lists.tree import BY_NAME
from tests.proof.random_worlds import RandomWorld, random_world
from tests.proof.twins.whole import changed

SEEDS = (21, 27, 32, 80)
"""Worlds in which between them every list has something in it, and is null to somebody where it can be; in the last
somebody manages service accounts and asks about people whom they don't see."""
ASKERS = 4
STORED = frozenset(
    {
        "Environment.deployments",
        "Organization.audit",
        "Organization.denials",
        "Project.deployments",
        "Query.organizations",
        "Viewer.memberships",
        "Viewer.pendingApprovals",
    }
)
"""What is read from the store by the page, or of several organizations."""
SHOWN = 5


def _expect_none(outcome: Outcome) -> None:
    if outcome.differences:
        shown = "\n".join(map(str, outcome.differences[:SHOWN]))
        pytest.fail(f"{len(outcome.differences)} differences\n{shown}")


def _world(seed: int) -> ListWorld:
    return ListWorld(random_world(random.Random(seed), 5))


def _asleep(world: RandomWorld) -> RandomWorld:
    """Each restriction is disabled and would hide environments of one name: too rare in random worlds, and the only
    way for a name to be seen while the restriction on it is not."""
    facts, found = world.facts, dict[tuple[str, str], Restriction]()
    for number, (each, environment) in enumerate(zip(facts.restrictions.values(), cycle(facts.environments.values()))):
        scope = facts.organization.id if number % 2 else environment.project_id
        target = {"environment_name": environment.name, "tier": None, "environment_id": None}
        asleep = replace(each, scope_id=scope, enabled=False, hides=True, **target)
        found.setdefault((scope, environment.name), asleep)
    return replace(world, facts=changed(facts, restrictions={each.id: each for each in found.values()}))


async def test_lists_read_from_either_store(database_url: str) -> None:
    outcome = await compare(Server(database_url).serve, _world(33), random.Random(33), ASKERS, STORED)
    _expect_none(outcome)
    assert {coordinate for coordinate, count in outcome.entries.items() if count} == STORED


@pytest.fixture(scope="module")
def files(sqlite_folder: Path) -> Iterator[Files]:
    """One server for all worlds."""
    with tempfile.TemporaryDirectory(dir=sqlite_folder) as folder:
        yield Files(Path(folder), sqlite_folder / "template.db")


@pytest.fixture(scope="module")
def asked(files: Files) -> Outcome:
    """Everything that was asked in a few worlds."""
    whole = Outcome()
    for seed in SEEDS:
        whole.add(asyncio.run(compare(files.serve, _world(seed), random.Random(seed), ASKERS)))
    return whole


def test_lists_hold_what_the_checks_say(asked: Outcome) -> None:
    _expect_none(asked)


def test_restrictions_that_are_asleep_are_hidden_though_their_names_are_not(files: Files) -> None:
    world = ListWorld(_asleep(random_world(random.Random(17), 5)))
    only = frozenset(each for each in connections() if each.endswith((".environmentNames", ".restrictions")))
    _expect_none(asyncio.run(compare(files.serve, world, random.Random(17), ASKERS, only)))


def test_every_connection_and_each_of_its_arguments_was_asked_for(asked: Outcome) -> None:
    everything = {f"{coordinate}({name}:)" for coordinate, takes in connections().items() for name in takes}
    assert set(connections()) - {coordinate for coordinate, count in asked.entries.items() if count} == set()
    assert everything - asked.arguments.keys() == set()


def test_what_can_be_null_was_null_to_somebody(asked: Outcome) -> None:
    nullable = {c for c, field in every_field() if c in connections() and get_nullable_type(field.type) is field.type}
    assert nullable - asked.nulls.keys() == {"Query.organizations"}, "root fields are null only without a credential"


def test_each_connection_of_the_schema_is_covered() -> None:
    """A new one fails here until it is known what it should hold, and how its nodes are told apart."""
    special = {"Query.organizations", "Viewer.memberships", "Viewer.pendingApprovals", "User.memberships", CHOICES}
    by_hand = {"subjects", "deployments", "audit", "denials"}
    known = {
        coordinate
        for coordinate in connections()
        if coordinate in special
        or (coordinate.split(".")[0] in OWNERS.values() and coordinate.split(".")[1] in by_hand | BY_NAME.keys())
    }
    assert set(connections()) - known == set()
    assert special - set(connections()) == set()
    nodes = {get_named_type(f.type).name.removesuffix("Connection") for c, f in every_field() if c in connections()}
    assert nodes == ROWS.keys()


def test_each_plain_list_of_things_with_an_id_is_covered_or_says_where_it_is() -> None:
    lists = {
        coordinate
        for coordinate, field in every_field()
        if is_list_type(get_nullable_type(field.type))
        and not coordinate.split(".")[0].endswith(("Connection", "Edge"))
        and (get_named_type(field.type) in HIDEABLE or get_named_type(field.type).name == "Node")
    }
    assert lists == plain.COVERED | plain.ELSEWHERE.keys()
    root = Path(__file__).parents[2]
    unmentioned = [
        coordinate
        for coordinate, path in plain.ELSEWHERE.items()
        if coordinate.split(".")[1] not in (root / path).read_text(encoding="utf-8")
    ]
    assert unmentioned == []
