"""`python -m tests.execution.contract_campaign --operations 2000 --seed 1`: the same over our own schema and the demo.

Queries and mutations drawn from the schema, each asked by somebody of the demo organizations at a fixed moment: by the
compiled executor of one store, and by graphql-core's over another that holds the same. Exit code 1 where two answers
differ; each is printed under its number. At the end: how many fields of the schema were had, and which least often.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from graphql import DocumentNode, GraphQLObjectType, MiddlewareManager, parse, print_ast, validate

from app.api.documents import RULES
from app.api.schema import schema
from app.execution.operation import Workshop
from app.services.instance import Instance
from tests.execution.compared import apart, by_graphql_core, by_ours, compiled
from tests.execution.demo import HOUR, KEYS, LOADED, Pool, context, make_template, serving
from tests.execution.variations import CHOOSING, varied
from tests.execution.whole import KINDS, whole
from tests.fixtures.postgres import quick_folder
from tests.proof.twins.documents import SCHEMA, mutation, mutations, query
from tests.proof.twins.inputs import Inputs
from tests.proof.twins.serving import SameIds

A_STORE = 150
"""How many operations in a row are asked of the same two stores, which mutations change."""
TIMES = 2
"""How often a query is asked as it was compiled once, by others for something else; a mutation is asked once."""
QUERIES, PAYLOADS = 400, 5
"""From how many documents is drawn, and from how many of each mutation."""
ABLE = ("Dave", "Grace", "Olivia", "Alice") * 6
"""Who may do the most is asked as most often."""
RARE = (
    "decideDeployment", "decideDeployment", "withdrawDecision", "createDeployment", "moveTeam", "moveProject",
    "deleteRole", "setEnvironmentAccess", "restrictEnvironments", "updateEnvironmentRestriction",
    "updateProjectAccess", "updateMembership", "updateEnvironmentSettings", "unrestrictProject", "deactivateUser",
    "activateUser",
)  # fmt: skip
"""Mutations that seldom find everything as they need it, and are drawn more often than others."""
FIELDS = {
    f"{kind.name}.{name}"
    for kind in SCHEMA.type_map.values()
    if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
    for name in kind.fields
}


class Campaign:
    """Compares operation by operation. `had` counts the values of each field that graphql-core's executor asked for."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.had: Counter[str] = Counter()
        self.differing: list[str] = []
        self._folder, self._seed = folder, seed
        self._ids = SameIds()
        self._workshop = Workshop(SCHEMA, schema)
        self._counting = MiddlewareManager(_counting(self.had))

    async def run(self, operations: int) -> AsyncIterator[int]:
        """Compare this many; gives the number of each when it is done."""
        template = self._folder / "template.db"
        with self._ids.everywhere():
            self._ids.begin(0)
            with patch("app.services.demo.places.new_id", self._ids.new_id):
                await make_template(template)
            for first in range(0, operations, A_STORE):
                pool = Pool(template)
                async with self._stores(template) as (ours, theirs):
                    for number in range(first, min(first + A_STORE, operations)):
                        await self._compare(number, pool, ours, theirs)
                        yield number

    @asynccontextmanager
    async def _stores(self, template: Path) -> AsyncIterator[tuple[Instance, Instance]]:
        async with AsyncExitStack() as stack:
            ours = await stack.enter_async_context(serving(template, self._folder / "ours.db"))
            yield ours, await stack.enter_async_context(serving(template, self._folder / "theirs.db"))

    async def _compare(self, number: int, pool: Pool, ours: Instance, theirs: Instance) -> None:
        rng = random.Random(f"{self._seed} {number}")
        pool.turn_to(rng)
        drawn, fill = self._drawn(rng, pool)
        document, variables = varied(SCHEMA, parse(drawn), fill(), rng)
        text = print_ast(document)
        document = parse(text)
        self.counts["drawn"] += 1
        if validate(SCHEMA, document, RULES):
            return
        operation = compiled(self._workshop, document)
        for time_ in range(1 if drawn.startswith("mutation") else TIMES):
            if time_:
                fresh = fill() | {name: rng.random() < 0.5 for name in CHOOSING}
                variables = {name: fresh[name] for name in variables}
            person, at = rng.choice((*KEYS, *ABLE, None)), LOADED + rng.choice((0, 1, 100)) * HOUR
            self._ids.begin(TIMES * number + time_ + 1)
            said = await by_ours(operation, variables, await context(ours, person, at))
            await ours.denials.write()
            self._ids.begin(TIMES * number + time_ + 1)
            expected = await self._expected(document, variables, await context(theirs, person, at))
            await theirs.denials.write()
            pool.learn(expected.data)
            self.counts.update(compared=1, failed=bool(expected.errors), changed=self._changed(drawn, expected.data))
            if said != expected:
                place = f"seed {self._seed}, number {number}, time {time_}, as {person} at {at}"
                self.differing.append(f"{place}\n{text}\n{variables}\n{apart(said, expected)}")

    def _drawn(self, rng: random.Random, pool: Pool) -> tuple[str, Callable[[], dict[str, Any]]]:
        """A document, and what draws its variables."""
        block, kind = self._seed % 1000, rng.random()
        if kind < 0.15:
            name = rng.choice((*KINDS, "Deployment", "Deployment", "Membership"))
            return whole(name, rng), lambda: {"id": pool.id(rng, KINDS[name])}
        if kind < 0.55:
            drawn = query(block * QUERIES + rng.randrange(QUERIES))
        else:
            drawn = mutation(rng.choice((*mutations(), *RARE)), block * PAYLOADS + rng.randrange(PAYLOADS))
        inputs = Inputs(rng, pool)  # type: ignore[arg-type] - it draws from whatever has these names
        return drawn.text, lambda: {hole.name: inputs.value(hole) for hole in drawn.holes}

    def _changed(self, text: str, data: str) -> bool:
        return text.startswith("mutation") and not data.endswith((": null}", "null"))

    async def _expected(self, document: DocumentNode, variables: dict[str, Any], asked: Any) -> Any:
        return await by_graphql_core(SCHEMA, document, variables, asked, middleware=self._counting)


def _counting(had: Counter[str]) -> Callable[..., Any]:
    """What graphql-core calls resolvers by, so that they are counted."""

    def count(resolve: Any, source: Any, info: Any, **arguments: Any) -> Any:
        had[f"{info.parent_type.name}.{info.field_name}"] += 1
        return resolve(source, info, **arguments)

    return count


async def campaign(seed: int, operations: int, show: int) -> int:
    """Compare this many; progress goes to stderr, differences to stdout. Gives the exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bailiwick-executors-", dir=quick_folder()) as folder:
        running = Campaign(Path(folder), seed)
        async for number in running.run(operations):
            if (number + 1) % 50 == 0 or number + 1 == operations:
                rate, differing = (number + 1) / (time.monotonic() - began), len(running.differing)
                sys.stderr.write(f"\r{number + 1} of {operations} operations, {rate:.0f} a second, {differing} differ")
                sys.stderr.flush()
    sys.stderr.write("\n")
    for found in running.differing[:show]:
        sys.stdout.write(found + "\n\n")
    sys.stdout.write(summary(running))
    return int(bool(running.differing) or not running.counts["compared"])


def summary(running: Campaign) -> str:
    """What was compared, and how much of the schema."""
    counts, had = running.counts, running.had
    rare = sorted(FIELDS & set(had), key=lambda name: (had[name], name))[:10]
    never = sorted(FIELDS - set(had))
    return (
        f"fields had least often: {', '.join(f'{name} {had[name]}' for name in rare)}\n"
        f"fields never had: {_some(never)}\n"
        f"{counts['compared']:,} executions of {counts['drawn']:,} operations compared with graphql-core's executor, "
        f"{counts['failed']:,} with errors, {counts['changed']:,} that changed something, "
        f"{sum(had.values()):,} values of {len(FIELDS) - len(never)} of {len(FIELDS)} fields: "
        f"{len(running.differing)} differ\n"
    )


def _some(names: list[str]) -> str:
    """Too many would not be read."""
    return ", ".join(names) if 0 < len(names) <= 40 else str(len(names))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.execution.contract_campaign", description=__doc__)
    parser.add_argument("--operations", type=int, default=2_000, help="how many (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn from (default: 1)")
    parser.add_argument("--show", type=int, default=3, help="how many differences to print (default: 3)")
    arguments = parser.parse_args()
    return asyncio.run(campaign(arguments.seed, arguments.operations, arguments.show))


if __name__ == "__main__":
    sys.exit(main())
