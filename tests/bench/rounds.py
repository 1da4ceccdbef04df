"""The measurement: rounds in which every operation is asked of every server in turn, so that all share the weather."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.client import Tally, run
from tests.bench.figures import Series, percentile
from tests.bench.operations import Operation
from tests.bench.processes import Process

Say = Callable[[str], None]
Table = dict[str, dict[str, Series]]
"""Figures by operation, then by entrant."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds, and how long (in ns of a server's CPU) each operation is asked in each; at least once by all."""

    rounds: int = 15
    span: int = 400_000_000


QUICK = Plan(rounds=3, span=60_000_000)
_WARM_UP = 2


def measure(processes: Sequence[Process], operations: Sequence[Operation], plan: Plan, say: Say) -> Table:
    """Ask everything, round by round."""
    table: Table = {o.name: {p.entrant.name: Series() for p in processes} for o in operations}
    times = {}
    for operation in operations:
        for process in processes:
            say(f"warming up: {operation.name}, {process.entrant.name}")
            times[operation.name, process.entrant.name] = _times(process, operation, plan)
    for number in range(plan.rounds):
        for operation in operations:
            for process in _turned(processes, number):
                say(f"round {number + 1} of {plan.rounds}: {operation.name}, {process.entrant.name}")
                how_often = times[operation.name, process.entrant.name]
                _ask(process, operation, how_often, table[operation.name][process.entrant.name])
    return table


def _times(process: Process, operation: Operation, plan: Plan) -> int:
    """How many times each question is to be asked in a round."""
    cost = 0
    for _ in range(_WARM_UP):
        before = process.cpu_ns()
        asyncio.run(run(process.port, operation.questions, 1))
        cost = process.cpu_ns() - before
    return max(1, plan.span // max(cost, 1))


def _turned(processes: Sequence[Process], by: int) -> Sequence[Process]:
    """In another order each round: whoever comes first has the caches of the one before."""
    start = by % len(processes)
    return [*processes[start:], *processes[:start]]


def _ask(process: Process, operation: Operation, times: int, series: Series) -> None:
    # Once for everybody first: what the last round's writes have made new to them is measured with growth.
    asyncio.run(run(process.port, operation.questions, 1))
    before = process.cpu_ns()
    tally = asyncio.run(run(process.port, operation.questions, times))
    _note(series, tally, process.cpu_ns() - before, times * len(operation.questions))


def _note(series: Series, tally: Tally, cpu_ns: int, asked: int) -> None:
    series.asked += asked
    series.failed += tally.failed
    series.dropped += tally.dropped
    series.cpu.append(cpu_ns / asked / 1_000)
    series.half.append(percentile(tally.times or [0], 50) / 1_000)
    series.most.append(percentile(tally.times or [0], 99) / 1_000)
