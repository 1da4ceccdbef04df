"""A difference, to be read by a person."""

import difflib
import json

from tests.proof.random_worlds import RandomWorld
from tests.proof.twins.comparison import Difference
from tests.proof.twins.making import Twins
from tests.proof.twins.serving import Answer
from tests.proof.world import describe, short

_LINES = 40


def report(twins: Twins, difference: Difference, *, whole: bool = False) -> str:
    """The viewer, the edits, the operation and where the two answers part."""
    operation = difference.operation
    key = "" if twins.viewer.key is None else f" with {twins.viewer.key}"
    lines = [
        f"viewer {twins.viewer.id}{key}",
        *(f"edit {edit.kind}: {said}" for edit, said in zip(twins.edits, twins.done, strict=True)),
        f"operation {difference.number}: {operation.about} {operation.mutation or ''}",
        operation.document,
        json.dumps(operation.variables, ensure_ascii=False),
        *_parted(difference.left, difference.right),
    ]
    if whole:
        lines.append(describe(RandomWorld(twins.left.facts, [twins.viewer], [twins.at])))
    return short("\n".join(lines))


def _parted(left: Answer, right: Answer) -> list[str]:
    one, other = _laid_out(left), _laid_out(right)
    found = list(difflib.unified_diff(one, other, "in W", "in W'", n=6, lineterm=""))
    return found[:_LINES] + ([f"and {len(found) - _LINES} lines more"] if len(found) > _LINES else [])


def _laid_out(answer: Answer) -> list[str]:
    head = [str(answer.status), *(f"{name}: {value}" for name, value in answer.headers)]
    try:
        body = json.dumps(answer.json, indent=1, ensure_ascii=False)
    except ValueError:
        body = answer.body.decode()
    return [*head, *body.splitlines()]
