"""What a run of comparisons did: figures to be added up and read at its end."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from tests.proof.twins.channels import CHANNELS, channels
from tests.proof.twins.comparison import Outcome
from tests.proof.twins.documents import mutations
from tests.proof.twins.edits import EDITS
from tests.proof.twins.making import Twins


@dataclass
class Tally:
    """`worlds` counts the pairs of twins; those of `tried` for which nothing could be hidden are missing there.

    `differing` and `failed` hold seeds: an answer INTERNAL is alike in both twins, whatever is behind it.
    """

    tried: int = 0
    worlds: int = 0
    operations: int = 0
    differing: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    edits: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)

    def add(self, twins: Twins, outcome: Outcome) -> None:
        self.worlds += 1
        self.edits.update(edit.kind for edit in twins.edits)
        self.operations += len(outcome.compared)
        for operation, answer in outcome.compared:
            self.channels.update(channels(operation, answer))
            self.codes.update(answer.codes)
            if operation.mutation is not None:
                self.asked[operation.mutation] += 1
                self.changed[operation.mutation] += not answer.errors
        if outcome.ended is not None:
            self.ended[outcome.ended] += 1

    def merge(self, other: "Tally") -> None:
        """Add up what another run has counted."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def lines(self) -> Iterator[str]:
        """Everything that was counted, zeros included: a channel that nothing went is to be seen."""
        yield f"{self.worlds} pairs of twins of {self.tried} worlds, {self.operations} operations answered alike"
        yield f"{len(self.differing)} differences{f': seeds {self.differing}' if self.differing else ''}"
        if self.failed:
            yield f"answers INTERNAL: seeds {self.failed}"
        yield from _table("operations compared, by channel", {name: self.channels[name] for name in CHANNELS})
        asked = {name: f"{self.asked[name]:6}, changed something: {self.changed[name]}" for name in mutations()}
        yield from _table("mutations", asked)
        yield from _table("answers with an error, by code", dict(self.codes.most_common()))
        yield from _table("edits kept", {name: self.edits[name] for name in EDITS})
        yield from _table(
            "sequences ended because a mutation gave sight of a difference", dict(self.ended.most_common())
        )


def _table(title: str, rows: dict[str, object]) -> Iterator[str]:
    yield f"\n{title}"
    yield from (f"  {name:50} {value}" for name, value in rows.items())
