"""Random histories, which happen to dictionaries and to the kernel alike."""

from typing import Any, NamedTuple

from hypothesis import strategies as st
from sqlalchemy import Connection, select

from app.db import tables
from app.db.engine import Database
from app.policy.kinds import Kind
from app.store.ledger import INSTANCE, Record, Writer, lock
from tests.store.ledgers import new_organization, now
from tests.store.naive_facts import Fact, Said, State, expected
from tests.store.naive_values import CHANGED, NEW, Picks

PEOPLE = 3
"""How many there are at first."""

_MODELS = {model.identity_kind: model for model in tables.FACTS}
_PARTS = {Kind.RESTRICTION: "restriction_id", Kind.MEMBERSHIP: "membership_id"}
"""By which column the parts of a thing, which end with it, name it."""

_UNIQUE = {
    Kind.MEMBERSHIP: ("subject_id", "node_id"),
    Kind.ACCESS_ENTRY: ("membership_id", "environment_id"),
    Kind.RESTRICTION: ("scope_id", "environment_id", "environment_name"),
}


class Step(NamedTuple):
    """What is done to a thing of a kind. `pick` decides which, and `organization` whose."""

    verb: str
    kind: Kind
    pick: int
    organization: int = 0


_OFTEN = (Kind.PROJECT, Kind.ENVIRONMENT, Kind.MEMBERSHIP, Kind.RESTRICTION, Kind.ACCESS_ENTRY, Kind.GRANT)

steps = st.builds(
    Step,
    verb=st.sampled_from(["add", "add", "set", "end"]),
    kind=st.sampled_from([*CHANGED, *_OFTEN, *_OFTEN]),
    pick=st.integers(0, 30),
    organization=st.sampled_from([0, 0, 0, 1]),
)
histories = st.lists(st.lists(steps, min_size=1, max_size=10), min_size=2, max_size=6)


class Moment(NamedTuple):
    """The revisions of every ledger at one time."""

    revisions: dict[str, int]

    def of(self, organization_id: str) -> tuple[int, int]:
        """An organization's, and the instance's."""
        return self.revisions[organization_id], self.revisions[INSTANCE]


class History:
    """Two organizations and the people of their instance: what they are, and were at each revision."""

    def __init__(self, database: Database, organizations: list[str]) -> None:
        self.organizations = organizations
        self.moments: list[Moment] = []
        self._database = database
        self._count = 0
        self._living: dict[str, State] = {ledger_id: {} for ledger_id in (INSTANCE, *organizations)}
        self._states: dict[str, dict[int, State]] = {ledger_id: {0: {}} for ledger_id in self._living}

    @classmethod
    async def begin(cls, database: Database) -> "History":
        """The first organization has two things of each kind; whoever an earlier history left behind has gone."""
        history = cls(database, [await new_organization(database) for _ in range(2)])
        history._states[INSTANCE] = {await database.write(_end_everybody): {}}
        for organization_id in history.organizations:
            organization = await database.read(lambda connection: _organization(connection, organization_id))  # noqa: B023 - it is run at once
            history._living[organization_id][organization_id] = organization
            history._states[organization_id][1] = {organization_id: organization}
        await history.live([Step("add", Kind.USER, number) for number in range(PEOPLE)])
        await history.live([Step("add", kind, number) for kind in NEW for number in range(2)])
        return history

    async def live(self, steps_of_one: list[Step]) -> None:
        """One transaction with one commit, in every ledger that it changes."""

        def revise(connection: Connection) -> dict[str, int]:
            writer = lock(connection, list(self._living), now)
            for step in steps_of_one:
                self._take(step, writer)
            return writer.commit(Record("test"))

        numbers = await self._database.write(revise)
        for ledger_id, state in self._living.items():
            last = max(self._states[ledger_id])
            if ledger_id in numbers:
                assert numbers[ledger_id] == last + 1
                self._states[ledger_id][last + 1] = dict(state)
            else:
                assert state == self._states[ledger_id][last]
        self.moments.append(Moment({ledger_id: max(states) for ledger_id, states in self._states.items()}))

    def expected(self, organization_id: str, revision: int, instance_revision: int) -> Said | None:
        """What the facts of an organization should say."""
        state, instance = self._states[organization_id][revision], self._states[INSTANCE][instance_revision]
        return expected(organization_id, state, instance)

    def _take(self, step: Step, writer: Writer) -> None:
        ledger_id = INSTANCE if step.kind is Kind.USER else self.organizations[step.organization]
        if ledger_id != INSTANCE and ledger_id not in self._living[ledger_id]:
            return  # the organization is no more
        if step.verb == "add" and step.kind in NEW:
            self._add(step, ledger_id, writer)
        elif step.verb == "set":
            self._set(step, ledger_id, writer)
        elif step.verb == "end":
            self._end(step, ledger_id, writer)

    def _add(self, step: Step, ledger_id: str, writer: Writer) -> None:
        model, state = _MODELS[step.kind], self._living[ledger_id]
        values = NEW[step.kind](self._picks(step, ledger_id))
        references = {name for name in values if name.endswith("_id")}
        if all(values[name] is not None for name in references) and not self._is_taken(step.kind, values):
            state[writer.add(model, ledger_id, **values)] = Fact(model, values, writer.instant)

    def _set(self, step: Step, ledger_id: str, writer: Writer) -> None:
        state = self._living[ledger_id]
        ids = [id for id, fact in state.items() if fact.model is _MODELS[step.kind]]
        if ids:
            id, change = ids[step.pick % len(ids)], CHANGED[step.kind](step.pick)
            writer.set(state[id].model, id, **change)
            state[id] = state[id]._replace(values={**state[id].values, **change})

    def _end(self, step: Step, ledger_id: str, writer: Writer) -> None:
        """With its parts. What is new in this revision does not end in it: something else may refer to it already."""
        state, before = self._living[ledger_id], self._states[ledger_id][max(self._states[ledger_id])]
        ids = [id for id, fact in state.items() if fact.model is _MODELS[step.kind] and id in before]
        if not ids or (step.kind is Kind.ORGANIZATION and step.pick):
            return
        id, owner = ids[step.pick % len(ids)], _PARTS.get(step.kind, "")
        for gone in [part for part, fact in state.items() if fact.values.get(owner) == id] + [id]:
            writer.end(state[gone].model, gone)
            del state[gone]

    def _picks(self, step: Step, ledger_id: str) -> Picks:
        living: dict[Kind, list[str]] = {}
        for id, fact in self._living[ledger_id].items():
            living.setdefault(fact.model.identity_kind, []).append(id)
        people = dict.fromkeys(id for state in self._states[INSTANCE].values() for id in state)
        self._count += 1
        return Picks(step.pick, f"n{self._count}", living, list(people))

    def _is_taken(self, kind: Kind, values: dict[str, Any]) -> bool:
        unique = _UNIQUE.get(kind, ())
        return bool(unique) and any(
            fact.model is _MODELS[kind] and all(fact.values.get(name) == values.get(name) for name in unique)
            for state in self._living.values()
            for fact in state.values()
        )


def _end_everybody(connection: Connection) -> int:
    """The revision of the instance at which nobody is left."""
    users = tables.table_of(tables.User)
    writer = lock(connection, [INSTANCE], now)
    for id in connection.execute(select(users.c.id).where(users.c.until.is_(None))).scalars():
        writer.end(tables.User, id)
    writer.commit(Record("test"))
    return writer.revision(INSTANCE) - 1


def _organization(connection: Connection, id: str) -> Fact:
    identities = tables.table_of(tables.Identity)
    created_at = connection.execute(select(identities.c.created_at).where(identities.c.id == id)).scalar_one()
    values = {"slug": id, "name": "Acme", "environment_access_enabled": False}
    return Fact(tables.Organization, values, created_at)
