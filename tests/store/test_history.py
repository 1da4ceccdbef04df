"""For random histories: versions tile time, every revision can be read again, and the chain stands."""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, or_, select

from app.db.engine import Database
from app.db.tables import Change, Fact, Organization, Project, Revision, Team, table_of
from app.policy.kinds import Kind
from app.store.chain import verify
from app.store.identities import kind_of, new_id
from app.store.ledger import Record, Writer, lock
from tests.store.ledgers import new_organization, now

SLOTS = 6
"""Things that there can be at once, each with a slug of its own: teams in the even slots, projects in the odd ones."""

State = dict[str, tuple[str, bool]]
"""What the naive model knows: the name and the flag of each thing that is living, by id."""


@dataclass(frozen=True)
class Step:
    """What is done to the thing in a slot, where it can be done."""

    verb: str
    slot: int
    name: str
    flag: bool


steps = st.builds(
    Step,
    verb=st.sampled_from(["add", "add", "set", "set", "end"]),
    slot=st.integers(0, SLOTS - 1),
    name=st.sampled_from(["", "a", "b", 'ä"\\\n', "🦉"]),
    flag=st.booleans(),
)
histories = st.lists(st.lists(steps, min_size=1, max_size=6), min_size=1, max_size=8)


class Naive:
    """One organization as a dictionary of what is living; what it does to itself it asks the kernel to do too."""

    def __init__(self, org: str) -> None:
        self.org = org
        self.state: State = {}
        self._slots: dict[int, str] = {}

    def step(self, step: Step, writer: Writer) -> None:
        model, flag = (Project, "restricted") if step.slot % 2 else (Team, "isolated")
        id = self._slots.get(step.slot)
        values: dict[str, Any] = {"name": step.name, flag: step.flag}
        if step.verb == "add" and id is None:
            id = self._slots[step.slot] = new_id(model.identity_kind)
            kind = {"kind": "APP"} if model is Project else {}
            writer.add(model, self.org, id=id, parent_id=self.org, slug=str(step.slot), **values, **kind)
            self.state[id] = (step.name, step.flag)
        elif step.verb == "set" and id is not None:
            writer.set(model, id, **values)
            self.state[id] = (step.name, step.flag)
        elif step.verb == "end" and id is not None:
            writer.end(model, id)
            del self.state[id], self._slots[step.slot]


async def live_through(database: Database, history: list[list[Step]]) -> tuple[str, list[State]]:
    """The organization that a history happened to, and the naive model's state at each of its revisions."""
    naive = Naive(await new_organization(database))
    states: list[State] = [{}, {}]  # at revision 0 there is nothing, at 1 the organization alone
    for steps_of_one in history:

        def revise(connection: Connection, steps: list[Step] = steps_of_one) -> dict[str, int]:
            writer = lock(connection, [naive.org], now)
            for step in steps:
                naive.step(step, writer)
            return writer.commit(Record("test"))

        before = naive.state.copy()
        numbers = await database.write(revise)
        assert numbers == ({} if naive.state == before else {naive.org: len(states)})
        if numbers:
            states.append(naive.state.copy())
    return naive.org, states


def state_at(connection: Connection, org: str, revision: int) -> State:
    """What the rows say was true at a revision."""
    state: State = {}
    for model, flag in ((Team, "isolated"), (Project, "restricted")):
        c = table_of(model).c
        then = select(c.id, c.name, c[flag]).where(
            c.ledger_id == org, c.since <= revision, or_(c.until.is_(None), c.until > revision)
        )
        state |= {row.id: (row.name, row[2]) for row in connection.execute(then)}
    return state


def replayed(connection: Connection, org: str, revision: int) -> State:
    """What follows from the recorded changes alone; each of them begins where the ones before it ended."""
    c = table_of(Change).c
    state: dict[str, str] = {}
    query = select(c.fact_id, c.before, c.after).where(c.ledger_id == org, c.revision <= revision)
    for fact_id, before, after in connection.execute(query.order_by(c.revision, c.position)):
        assert state.pop(fact_id, None) == before
        if after is not None:
            state[fact_id] = after
    state.pop(org, None)
    rows = {fact_id: json.loads(after) for fact_id, after in state.items()}
    return {
        fact_id: (row["name"], row["isolated" if kind_of(fact_id) is Kind.TEAM else "restricted"])
        for fact_id, row in rows.items()
    }


def gaps(connection: Connection, org: str, model: type[Fact], last: int) -> list[str]:
    """Things whose versions don't follow each other without gap or overlap, or reach beyond the last revision."""
    c = table_of(model).c
    versions: dict[str, list[tuple[int, int | None]]] = {}
    for row in connection.execute(select(c.id, c.since, c.until).where(c.ledger_id == org).order_by(c.id, c.since)):
        versions.setdefault(row.id, []).append((row.since, row.until))
    return [
        id
        for id, own in versions.items()
        if any(earlier[1] != later[0] for earlier, later in pairwise(own))
        or any(since > last or (until or last) > last or since == until for since, until in own)
    ]


async def check(database: Database, history: list[list[Step]]) -> None:
    org, states = await live_through(database, history)
    last = len(states) - 1

    def look(connection: Connection) -> None:
        for revision, state in enumerate(states):
            assert state_at(connection, org, revision) == state
            assert replayed(connection, org, revision) == state
        for model in (Team, Project, Organization):
            assert gaps(connection, org, model, last) == []
        c = table_of(Revision).c
        instants = connection.execute(select(c.instant).where(c.ledger_id == org).order_by(c.number)).scalars().all()
        assert len(instants) == last
        assert list(instants) == sorted(set(instants))
        assert verify(connection, org) is None

    await database.load(look)


_quick = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # each example has an organization of its own


@settings(max_examples=60, deadline=None, suppress_health_check=_quick)
@given(history=histories)
async def test_random_histories(database: Database, history: list[list[Step]]) -> None:
    await check(database, history)


@pytest.mark.parametrize(
    "verbs",
    [
        pytest.param(["add", "set", "end", "add"], id="each in a revision of its own"),
        pytest.param(["add set", "set set", "end add", "set end"], id="two in each revision"),
        pytest.param(["add", "end add set", "end add end", "add"], id="three in some"),
    ],
)
async def test_histories_told(database: Database, verbs: list[str]) -> None:
    names = iter("abcdefghijklmnop")
    await check(database, [[Step(verb, 0, next(names), True) for verb in one.split()] for one in verbs])
