"""Asking both twins the same, one operation after the other, until they answer differently or there are no more."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from tests.proof.plans import MINUTE
from tests.proof.twins.alike import unlike
from tests.proof.twins.making import Twins
from tests.proof.twins.operations import Operation, Operations
from tests.proof.twins.pools import Pools
from tests.proof.twins.serving import Answer, SameIds, Server, Serving

QUERIES_FIRST = 0.6
"""The share of operations that come before the first mutation."""


@dataclass(frozen=True)
class Plan:
    """Which operations: those of `seed`, `count` of them but for the ones that are left out."""

    seed: int
    count: int
    leave_out: frozenset[int] = frozenset()

    @property
    def queries(self) -> int:
        return round(self.count * QUERIES_FIRST)

    def without(self, *numbers: int) -> "Plan":
        return replace(self, leave_out=self.leave_out | set(numbers))


@dataclass(frozen=True)
class Difference:
    """An operation that the twins answered differently."""

    number: int
    operation: Operation
    left: Answer
    right: Answer


@dataclass
class Outcome:
    """What was asked and answered alike, what was not, and why it ended early if it did."""

    compared: list[tuple[Operation, Answer]] = field(default_factory=list)
    difference: Difference | None = None
    ended: str | None = None


async def compare(twins: Twins, plan: Plan, servers: tuple[Server, Server], ids: SameIds) -> Outcome:
    """Ask both of them what the plan says; `ids` must be in force."""
    async with AsyncExitStack() as stack:
        ids.begin(10**9)
        left = await stack.enter_async_context(servers[0].serve(twins.left))
        ids.begin(10**9)
        right = await stack.enter_async_context(servers[1].serve(twins.right))
        return await _Comparison(twins, plan, left, right, ids).run()


class _Comparison:
    def __init__(self, twins: Twins, plan: Plan, left: Serving, right: Serving, ids: SameIds) -> None:
        self._twins = twins
        self._plan = plan
        self._sides = left, right
        self._ids = ids
        self._pools = Pools(twins)
        self._operations = Operations(plan.seed, self._pools, plan.queries)
        self._secret = twins.left.secret(twins.key_name)
        self._outcome = Outcome()
        self._later = _later(twins) if plan.seed % 2 else twins.at

    async def run(self) -> Outcome:
        for number in range(self._plan.count):
            if number not in self._plan.leave_out and not await self._ask(number):
                break
        return self._outcome

    async def _ask(self, number: int) -> bool:
        """One operation to both; whether to go on."""
        operation = self._operations.operation(number)
        left, right = [await self._answer(side, operation, number) for side in self._sides]
        changed = operation.mutation is not None and not left.errors and not right.errors
        seen = await self._comes_to_see(number) if changed else None
        if seen is not None:
            # What a mutation gave sight of may differ from now on, in its own payload already; that it was
            # accepted may not.
            self._outcome.ended = f"{operation.mutation}: {seen}"
            return False
        if left != right:
            self._outcome.difference = Difference(number, operation, left, right)
            return False
        self._outcome.compared.append((operation, left))
        self._pools.learn(left.body.decode())
        return True

    async def _answer(self, side: Serving, operation: Operation, number: int) -> Answer:
        side.set_clock(self._clock(number))
        self._ids.begin(number)
        return await side.send(operation, self._secret, number)

    def _clock(self, number: int) -> int:
        """Both twins' at an operation (µs): it stands still, but for one leap before the first mutation."""
        return self._later if number >= self._plan.queries else self._twins.at

    async def _comes_to_see(self, number: int) -> str | None:
        left, right = [await side.whole_now() for side in self._sides]
        return unlike(left, right, self._twins.viewer, self._clock(number))


def _later(twins: Twins) -> int:
    """A minute later, when some of what was in effect has ended and some begun, if they are twins then too."""
    at, key = twins.at + MINUTE, twins.viewer.key
    if key is not None and key.expires_at is not None and key.expires_at <= at:
        return twins.at
    return at if unlike(twins.left, twins.right, twins.viewer, at) is None else twins.at


async def smallest(
    twins: Twins, plan: Plan, servers: tuple[Server, Server], ids: SameIds, found: Difference
) -> tuple[Twins, Plan, Difference]:
    """With as few edits and operations as still show a difference of that kind."""

    async def alike(twins: Twins, plan: Plan) -> Difference | None:
        difference = (await compare(twins, plan, servers, ids)).difference
        return difference if difference and _kind(difference) == _kind(found) else None

    plan = replace(plan, count=plan.count, leave_out=frozenset(range(found.number + 1, plan.count)) | plan.leave_out)
    for numbers in (set(range(plan.queries)) - {found.number}, *({n} for n in range(found.number))):
        if not numbers <= plan.leave_out and (again := await alike(twins, plan.without(*numbers))):
            plan, found = plan.without(*numbers), again
    for edit in twins.edits:
        fewer = twins.without(edit)
        if fewer is not None and (again := await alike(fewer, plan)):
            twins, found = fewer, again
    return twins, plan, found


def _kind(difference: Difference) -> tuple[str, str | None, bool, bool]:
    left, right = difference.left, difference.right
    return difference.operation.about, difference.operation.mutation, bool(left.errors), bool(right.errors)
