"""A short run of both campaigns; `python -m tests.proof --only execution` is the long one."""

from pathlib import Path

import pytest
from graphql import parse

from tests.execution import written
from tests.execution.campaign import Workshops, compare, compare_written
from tests.execution.contract_campaign import FIELDS, Campaign
from tests.execution.documents import Writer
from tests.execution.synthetic import SCHEMA

# graphql-core leaves behind what it no longer waits for; what ours leaves is counted (campaign.py).
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .*(Executor|default_type_resolver|_async_resolver):RuntimeWarning"
)

DOCUMENTS, OPERATIONS = 150, 90
ONCE_DIFFERENT = (20261195, 78341, 120743)
"""Seeds of long campaigns whose documents were answered differently, or left something behind."""


async def test_random_documents_are_answered_as_by_graphql_core() -> None:
    workshops = Workshops(SCHEMA)
    found = [await compare(workshops, seed) for seed in range(DOCUMENTS)]
    assert [one.differing for one in found if one.differing] == []
    assert sum(one.valid for one in found) > DOCUMENTS * 0.95
    assert 0 < sum(one.failed for one in found) < sum(one.executions for one in found)


async def test_documents_that_were_once_answered_differently() -> None:
    workshops = Workshops(SCHEMA)
    assert [found for seed in ONCE_DIFFERENT if (found := (await compare(workshops, seed)).differing)] == []


async def test_documents_over_a_schema_of_strawberry_are_too() -> None:
    workshops = Workshops(written.SCHEMA, written.written)
    found = [await compare_written(workshops, seed) for seed in range(DOCUMENTS)]
    assert [one.differing for one in found if one.differing] == []
    assert all(one.valid for one in found)
    assert 0 < sum(one.failed for one in found) < sum(one.executions for one in found)


def test_a_seed_always_writes_the_same() -> None:
    first, second = Writer(7), Writer(7)
    assert first.document() == second.document()
    assert first.variables() == second.variables()


def test_random_documents_have_something_of_everything() -> None:
    texts = " ".join(Writer(seed).document() for seed in range(DOCUMENTS))
    wanted = ("@skip(if: $", "@include(if: true", "... on B", "...F0_", "__typename", ": $", "null", "[", "mutation")
    assert [one for one in wanted if one not in texts] == []
    assert parse(texts)


async def test_the_demo_is_answered_as_by_graphql_core(tmp_path: Path) -> None:
    running = Campaign(tmp_path, seed=1)
    async for _ in running.run(OPERATIONS):
        pass
    assert running.differing == []
    assert running.counts["compared"] > OPERATIONS
    assert running.counts["changed"] > 0
    assert len(FIELDS & set(running.had)) > len(FIELDS) / 3
