"""Two server processes on one store, and clients that write at the same time (rule.md, section 10; architecture, 2)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.house import SECRET, Caller, House, Refused, open_house
from tests.e2e.servers import serving

CLIENTS = 8
ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Two:
    """Alice, who asks two servers in turn, and her organization."""

    alice: list[Caller]
    organization: str

    async def at_once(self, mutation: str, inputs: list[dict[str, Any]], select: str = "revision") -> list[Any]:
        """What each call answers or raises, all sent at the same time to alternating servers."""
        calls = (
            self.alice[number % len(self.alice)].do(mutation, select, **input) for number, input in enumerate(inputs)
        )
        return list(await asyncio.gather(*calls, return_exceptions=True))


@pytest.fixture
async def two(database_url: str, tmp_path: Path) -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(database_url))
        alice = await house.person("Alice")
        organization = await alice.organization()
        callers = []
        for _ in range(2):
            address = stack.enter_context(serving(database_url, SECRET, tmp_path))
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30))
            callers.append(Caller(House(client, house.instance), alice.name, alice.id, alice.key))
        yield Two(callers, organization)


async def _revision(two: Two) -> int:
    answers = [
        await caller.ask("query($id: ID!) { organization(id: $id) { revision } }", id=two.organization)
        for caller in two.alice
    ]
    revisions = {answer["organization"]["revision"] for answer in answers}
    assert len(revisions) == 1  # both servers know at once what either wrote
    return int(revisions.pop())


async def test_writers_of_one_organization_serialize_and_nothing_is_lost(two: Two) -> None:
    before = await _revision(two)
    inputs = [{"parentId": two.organization, "name": f"T{n}", "slug": f"t{n}"} for n in range(CLIENTS)]
    done = await two.at_once("createTeam", inputs)
    assert sorted(each["revision"] for each in done) == list(range(before + 1, before + 1 + CLIENTS))
    count = (
        'query($id: ID!) { organization(id: $id) { teams { totalCount } audit(action: "createTeam") { totalCount } } }'
    )
    for caller in two.alice:
        found = (await caller.ask(count, id=two.organization))["organization"]
        assert found == {"teams": {"totalCount": CLIENTS}, "audit": {"totalCount": CLIENTS}}


async def test_of_writers_that_want_the_same_one_wins(two: Two) -> None:
    before = await _revision(two)
    done = await two.at_once("createTeam", [{"parentId": two.organization, "name": "T", "slug": "t"}] * CLIENTS)
    assert sum(isinstance(each, dict) for each in done) == 1
    assert [each.code for each in done if isinstance(each, Refused)] == ["CONFLICT"] * (CLIENTS - 1)
    assert await _revision(two) == before + 1


async def test_deleting_and_filling_at_once_leaves_nothing_half_done(two: Two) -> None:
    alice = two.alice[0]
    for number in range(3):
        team = await alice.team(two.organization, f"team{number}")
        deleted, created = await asyncio.gather(
            alice.do("deleteTeam", teamId=team),
            two.alice[1].do("createProject", parentId=team, name="P", slug="p", kind="APP"),
            return_exceptions=True,
        )
        refused = [each.code for each in (deleted, created) if isinstance(each, Refused)]
        assert refused in (["CONFLICT"], ["NOT_FOUND"])
        assert await alice.sees(team) is isinstance(deleted, Refused)


async def test_what_was_done_is_seen_by_whoever_asks_next_on_either_server(two: Two) -> None:
    """While others go on writing on both: no server goes on from its own writes past those of the other."""
    alice = two.alice[0]
    organizations = [two.organization, await alice.organization("another")]
    teams = [await alice.team(organizations[number % 2], f"t{number}") for number in range(CLIENTS)]
    await asyncio.gather(*(_rename_and_look(two, organizations, team, number) for number, team in enumerate(teams)))


async def _rename_and_look(two: Two, organizations: list[str], team: str, client: int) -> None:
    asked = "query($id: ID!, $team: ID!) { organization(id: $id) { revision } team(id: $team) { name } }"
    for number in range(ROUNDS):
        writer = two.alice[(client + number * (client % 3 + 1)) % 2]
        done = await writer.do("updateTeam", teamId=team, name=f"{number} by {client}")
        for reader in two.alice:
            seen = await reader.ask(asked, id=organizations[client % 2], team=team)
            assert seen["organization"]["revision"] >= done["revision"]
            assert seen["team"]["name"] == f"{number} by {client}"
