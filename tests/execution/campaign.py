"""`python -m tests.execution.campaign --documents 20000 --seed 1`: the compiled executor against graphql-core's own.

So many documents over a schema with something of everything (synthetic.py), whose resolvers do what a seed says, and as
many over one written with strawberry (written.py), as ours is. Exit code 1 where the two differ; each such document is
printed under its seed, with where the answers differ. What is compared: compared.py.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import strawberry
from graphql import GraphQLSchema, OperationType, parse, validate

from app.execution.operation import CompiledOperation, Workshop
from app.execution.run import AT_A_TIME
from tests.execution import written
from tests.execution.chance import ANYWHERE, NEVER, NULLABLE, World
from tests.execution.compared import Told, apart, by_graphql_core, by_ours, compiled, first_operation, places
from tests.execution.documents import Writer
from tests.execution.synthetic import SCHEMA

TIMES = 3
"""How often a document is executed as it was compiled once, each time with other variables and in another world."""


@dataclass(frozen=True)
class Compared:
    """One document, executed a few times by both; `differing` holds the first difference that was found."""

    valid: bool
    executions: int
    failed: int
    differing: str | None


class Workshops:
    """Those of one schema: one that does all at once, and some that let others have their turn all the time."""

    def __init__(self, schema: GraphQLSchema, written: strawberry.Schema | None = None) -> None:
        self._by_number = [Workshop(schema, written, at_a_time) for at_a_time in (AT_A_TIME, 1, 12)]

    def of(self, seed: int) -> Workshop:
        return self._by_number[seed // TIMES % len(self._by_number)]


async def compare(workshops: Workshops, seed: int) -> Compared:
    """The document of a seed."""
    workshop = workshops.of(seed)
    writer = Writer(seed)
    text = writer.document()
    document = parse(text)
    if validate(SCHEMA, document):
        return Compared(False, 0, 0, None)
    operation = compiled(workshop, document)
    waits = (NEVER, NULLABLE, ANYWHERE)[seed % 3]
    failed = 0
    for time_ in range(TIMES):
        variables, number = writer.variables(), seed * TIMES + time_
        ours, theirs = World(number, waits), World(number, waits)
        said = await _ours(operation, variables, ours)
        expected = await by_graphql_core(SCHEMA, document, variables, theirs)
        failed += bool(expected.errors)
        waited = waits if workshop.at_a_time == AT_A_TIME else ANYWHERE
        found = _difference(said, expected, ours, theirs, waited)
        # What graphql-core still does for a mutation that is null by then it does while the next is executed.
        series, expected_series = _series(ours), list(dict.fromkeys(_series(theirs)))
        if first_operation(document).operation is OperationType.MUTATION and series != expected_series:
            found = f"mutations in another order: {series}, not {expected_series}"
        left, left_by_graphql_core = ours.close(), theirs.close()
        if left > left_by_graphql_core:
            found = f"left {left} coroutines behind, graphql-core {left_by_graphql_core}"
        if found is not None:
            return Compared(True, time_ + 1, failed, f"seed {seed}, time {time_}\n{text}\n{variables}\n{found}")
    return Compared(True, TIMES, failed, None)


async def compare_written(workshops: Workshops, seed: int) -> Compared:
    """The same over the schema that is written with strawberry (written.py)."""
    workshop = workshops.of(seed)
    rng, text = random.Random(seed), written.Writer(seed).document()
    document = parse(text)
    if validate(written.SCHEMA, document):
        return Compared(False, 0, 0, None)
    operation = compiled(workshop, document)
    failed = 0
    for time_ in range(TIMES):
        number, variables = seed * TIMES + time_, {"short": rng.random() < 0.5, "times": rng.choice((1, 2, 1, 2, None))}
        said = await _ours(operation, variables, written.Tree(number))
        expected = await by_graphql_core(written.SCHEMA, document, variables, written.Tree(number))
        failed += bool(expected.errors)
        if "later" in text or workshop.at_a_time < AT_A_TIME:
            said, expected = places(said), places(expected)
        if said != expected:
            found = f"seed {seed}, time {time_}\n{text}\n{variables}\n{apart(said, expected)}"
            return Compared(True, time_ + 1, failed, found)
    return Compared(True, TIMES, failed, None)


async def _ours(operation: CompiledOperation, variables: dict[str, Any], world: Any) -> Told:
    try:
        return await by_ours(operation, variables, world)
    except Exception as error:  # noqa: BLE001 - an executor raises nothing, whatever its resolvers do
        return Told(f"raised {error!r}", ())


def _difference(ours: Told, theirs: Told, our_world: World, their_world: World, waits: str) -> str | None:
    if waits == ANYWHERE:
        ours, theirs = places(ours), places(theirs)
    elif waits == NEVER and sorted(our_world.calls, key=str) != sorted(their_world.calls, key=str):
        calls, others = Counter(our_world.calls), Counter(their_world.calls)
        return f"called: ours alone {dict(calls - others)}, graphql-core's alone {dict(others - calls)}"
    return None if ours == theirs else apart(ours, theirs)


def _series(world: World) -> list[str | int]:
    """The keys of the mutations, in the order in which something was called for them."""
    return [key for key, _ in groupby(world.calls, key=lambda path: path[0])]


async def campaign(seed: int, documents: int, show: int) -> int:
    """Compare this many; progress goes to stderr, differences to stdout. Gives the exit code."""
    workshops, written_workshops = Workshops(SCHEMA), Workshops(written.SCHEMA, written.written)
    counts: Counter[str] = Counter()
    began = time.monotonic()
    for number in range(documents):
        for compared in (
            await compare(workshops, seed + number),
            await compare_written(written_workshops, seed + number),
        ):
            counts.update(valid=compared.valid, executions=compared.executions, failed=compared.failed)
            if compared.differing is not None:
                counts["differing"] += 1
                if counts["differing"] <= show:
                    sys.stdout.write(compared.differing + "\n\n")
        if (number + 1) % 200 == 0 or number + 1 == documents:
            rate = (number + 1) / (time.monotonic() - began)
            sys.stderr.write(
                f"\r{number + 1} of {documents} documents, {rate:.0f} a second, {counts['differing']} differ"
            )
            sys.stderr.flush()
    sys.stderr.write("\n")
    sys.stdout.write(
        f"{counts['executions']:,} executions of {counts['valid']:,} valid documents of {2 * documents:,} compared "
        f"with graphql-core's own, {counts['failed']:,} with errors: {counts['differing']} documents differ\n"
    )
    return int(counts["differing"] > 0 or not counts["valid"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.execution.campaign", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000, help="how many (default: 20000)")
    parser.add_argument("--seed", type=int, default=1, help="that of the first; each next has the next one")
    parser.add_argument("--show", type=int, default=3, help="how many differences to print (default: 3)")
    arguments = parser.parse_args()
    return asyncio.run(campaign(arguments.seed, arguments.documents, arguments.show))


if __name__ == "__main__":
    sys.exit(main())
