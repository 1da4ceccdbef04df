"""The pieces of the benchmark work. What it measures is asserted nowhere."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rich.console import Console

from app.services.demo.large.size import Size
from tests.bench.agreement import Disagreement, agree, data_of
from tests.bench.client import Answer, run
from tests.bench.entrants import CEILING, ENTRANTS, OURS
from tests.bench.figures import ratios, spread
from tests.bench.growth import grow
from tests.bench.growth_table import ROWS
from tests.bench.ledger import Ledger
from tests.bench.operations import HIDDEN_OF_ALL, Operation, operations
from tests.bench.organization import Organization, read_organization
from tests.bench.plots import draw
from tests.bench.processes import Process, serving
from tests.bench.report import readme, show
from tests.bench.results import about, gathered, keep, kept
from tests.bench.rounds import Plan, measure
from tests.bench.store import copy_of, make_store
from tests.bench.table import within

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the CPU time of processes is read as Linux tells it")

SMALL = Size(environments=150, projects=50, teams=9, people=60, keys=6)
ONCE = Plan(rounds=2, span=1)


@dataclass(frozen=True, slots=True)
class Bench:
    """All servers on a small organization."""

    organization: Organization
    operations: list[Operation]
    processes: list[Process]

    @property
    def ports(self) -> dict[str, int]:
        return {process.entrant.name: process.port for process in self.processes}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("bench")
    store = make_store(folder / "bailiwick.db", SMALL)
    organization = read_organization(store, SMALL)
    with ExitStack() as stack:
        processes = [
            stack.enter_context(serving(entrant, copy_of(store, folder / entrant.name), SMALL)) for entrant in ENTRANTS
        ]
        yield Bench(organization, operations(organization), processes)


async def test_everybody_gets_the_same_answers_from_all_servers(bench):
    asked = await agree(bench.ports, bench.operations)
    assert asked == sum(len(operation.questions) for operation in bench.operations)


async def test_a_server_that_answers_otherwise_is_told(bench):
    """One that has been written to answers with another revision."""
    grants = [operation for operation in bench.operations if operation.name == "grant"]
    await run(bench.ports[CEILING], grants[0].questions[:1], 1)
    with pytest.raises(Disagreement, match="revision"):
        await agree(bench.ports, grants)
    await run(bench.ports[OURS], grants[0].questions[:1], 1)  # so that they agree again


async def test_a_refused_question_is_not_an_answer():
    assert not Answer(200, b'{"data":null,"errors":[]}').is_good
    assert not Answer(200, b'{"data":{"name":"' + 500 * b"x" + b'"},"errors":[]}').is_good
    assert not Answer(401, b"{}").is_good
    with pytest.raises(Disagreement):
        data_of(Answer(200, b'{"errors":[{"message":"no"}]}'))


def test_half_of_what_is_asked_for_is_hidden_and_half_of_the_checks_are_refused(bench):
    environments, _, _, checks, _ = bench.operations
    viewers = {viewer.key: viewer for viewer in bench.organization.viewers}
    for number, question in enumerate(environments.questions):
        sees = any(environment.id.encode() in question.body for environment in viewers[question.key].environments)
        assert sees is (number % HIDDEN_OF_ALL == 0)
    for question in checks.questions:
        may = viewers[question.key].may
        allowed = sum(
            question.body.count(f'"permission":"{permission}","resourceId":"{id}"'.encode())
            for permission, ids in may.items()
            for id in ids
        )
        assert allowed == 50


def test_everybody_grants_on_a_restriction_of_their_own(bench):
    grants = bench.operations[-1].questions
    assert len(grants) == SMALL.keys == len({question.restriction for question in grants})


def test_a_measured_table_is_kept_and_rendered(bench, tmp_path):
    table = measure(bench.processes, bench.operations, ONCE, lambda _: None)
    results = about("make bench") | gathered(table, bench.operations, ENTRANTS, SMALL, ONCE)
    keep(results, tmp_path)
    assert kept(tmp_path) == results
    text = readme(kept(tmp_path))
    assert text.count("\n| ") == len(bench.operations)
    assert "`make bench` on " in text
    assert all(operation.title in text for operation in bench.operations)
    assert "150 environments, 50 projects, 9 teams, 60 people" in text
    assert " 0 were dropped or failed" in text
    assert within(results).keys() == {operation.name for operation in bench.operations}
    console = Console(width=200, record=True, file=io.StringIO())
    show(results, console)
    assert "one environment by id" in console.export_text()
    assert [path.name for path in draw(results, tmp_path)] == ["operations.svg"]
    for operation in results["operations"]:
        for series in operation["entrants"].values():
            assert len(series["cpu"]) == ONCE.rounds
            assert min(series["cpu"]) > 0
            assert series["asked"] >= ONCE.rounds


async def test_what_comes_to_nothing_is_counted(bench):
    stranger = [replace(each, key="blw_nobody") for each in bench.operations[0].questions[:3]]
    tally = await run(bench.ports[OURS], stranger, 2)
    assert (len(tally.times), tally.failed, tally.dropped) == (6, 6, 0)


def test_a_spread_is_of_each_rounds_own_ratio():
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]
    found = spread([5.0, 1.0, 3.0, 2.0, 4.0])
    assert (found.low, found.median, found.high) == (2.0, 3.0, 4.0)
    assert spread([7.0]).median == 7.0


def test_the_ledger_by_hand_keeps_a_chain(tmp_path: Path):
    ledger = Ledger(tmp_path / "hand.db", 7)
    id, revision = ledger.grant("usr_a", "key_a", "res_a", "usr_b")
    assert (revision, ledger.remove("usr_a", "key_a", "res_a", id), ledger.is_whole()) == (8, 9, True)
    with pytest.raises(LookupError):
        ledger.remove("usr_a", "key_a", "res_a", id)
    ledger._connection.execute("UPDATE audit SET actor_id = 'usr_c' WHERE number = 8")
    assert not ledger.is_whole()
    ledger.close()


def test_growth_is_measured_and_told(tmp_path):
    growth = grow([SMALL], tmp_path, patience=60, say=lambda _: None)
    found = growth[0]
    assert found["active"]["people"] == SMALL.people
    assert found["seen"]["few"] < found["seen"]["half"] < SMALL.environments
    assert found["load"]["held_ms"] > 0
    results = about("make bench") | {"growth": growth}
    text = readme(results)
    assert "| environments | at most | 150 |" in text
    assert text.count("\n| ") == len(ROWS)
    console = Console(width=200, record=True, file=io.StringIO())
    show(results, console)
    assert "the next page after a grant" in console.export_text()
    assert [path.name for path in draw(results, tmp_path)] == ["growth.svg"]
