"""Every connection holds exactly what the checks say is seen, page by page, at every size and both ways.

For longer: `python -m tests.proof.list_campaign --worlds 1000`.
"""

import asyncio
import random
import tempfile
from pathlib import Path

import pytest
from graphql import get_named_type, get_nullable_type, is_list_type

from tests.api.test_schema import HIDEABLE, every_field
from tests.proof.lists import plain
from tests.proof.lists.comparing import Outcome, compare
from tests.proof.lists.connections import CHOICES, ROWS, connections
from tests.proof.lists.questions import OWNERS
from tests.proof.lists.served import Files, ListWorld, Server
from tests.proof.lists.tree import BY_NAME
from tests.proof.random_worlds import random_world

SEEDS = (21, 27, 32)
"""Worlds in which between them every list has something in it, and is null to somebody where it can be."""
ASKERS = 4
SHOWN = 5


def _expect_none(outcome: Outcome) -> None:
    if outcome.differences:
        shown = "\n".join(map(str, outcome.differences[:SHOWN]))
        pytest.fail(f"{len(outcome.differences)} differences\n{shown}")


def _world(seed: int) -> ListWorld:
    return ListWorld(random_world(random.Random(seed), 5))


async def test_a_world_on_either_store(database_url: str) -> None:
    outcome = await compare(Server(database_url).serve, _world(6), random.Random(6), 2)
    _expect_none(outcome)
    assert outcome.pages > 1_000
    assert outcome.entries["Project.deployments"]


@pytest.fixture(scope="module")
def asked(sqlite_folder: Path) -> Outcome:
    """Everything that was asked in a few worlds, on one server."""
    whole = Outcome()
    with tempfile.TemporaryDirectory(dir=sqlite_folder) as folder:
        files = Files(Path(folder), sqlite_folder / "template.db")
        for seed in SEEDS:
            whole.add(asyncio.run(compare(files.serve, _world(seed), random.Random(seed), ASKERS)))
    return whole


def test_lists_hold_what_the_checks_say(asked: Outcome) -> None:
    _expect_none(asked)


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
