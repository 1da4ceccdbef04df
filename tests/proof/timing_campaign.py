"""`python -m tests.proof.timing_campaign --pairs 5000 --seed 1`: does time tell what is hidden from what isn't there?

Asks a real server, over HTTP on one connection, for hidden and unknown ids in turn, in random order within each pair:
hidden in the viewer's own organization, and in another one that is in use (warm) or was never asked about (cold).
There are as many unknown ids as hidden ones, asked for as often; no answers are kept, but in one place where they are.
What is timed of `next` is not the refused mutation but one right after it, of what the viewer sees.
Exit code 1 where the ranks of the two samples tell them apart.
"""

import argparse
import random
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.e2e.servers import serving
from tests.fixtures.world_store import PEPPER
from tests.proof.timing.exchange import Exchange, request
from tests.proof.timing.ground import Ground, folder_url, make_ground
from tests.proof.timing.ranks import Compared, compare

MUTATION = "mutation($id: ID!) { stopEnvironment(input: {environmentId: $id}) { revision } }"
OPERATIONS = {
    "environment": "query($id: ID!) { environment(id: $id) { id } }",
    "node": "query($id: ID!) { node(id: $id) { id } }",
    "check": "query($id: ID!) { check(input: {permission: ENVIRONMENT_VIEW, resourceId: $id}) { allowed code } }",
    "mutation": MUTATION,
    "next": MUTATION,
}
WARM = "{ organizations { nodes { environments(first: 1) { totalCount } } } }"
WARM_UP = 200
Pair = list[tuple[bool, bytes]]
"""Two questions, each with whether it is for what is hidden."""

_REQUEST_ID = re.compile(rb'"requestId":"[^"]*"')
_ID = re.compile(rb"env_[0-9a-z]{24}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.timing_campaign", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5000, help="how many of each kind (default: 5000)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = campaign(Path(folder), arguments.pairs, arguments.seed)
    _show(found)
    return int(any(one.is_told_apart for one in found))


def campaign(folder: Path, pairs: int, seed: int) -> list[Compared]:
    """Time all operations at all places."""
    url = folder_url(folder)
    ground = make_ground(url)
    drawn = random.Random(seed)
    found = []
    # Cold first: nobody has asked this process about the other organization yet.
    places = (
        ("cold", ground.hidden_there, False, "0"),
        ("warm", ground.hidden_there, True, "0"),
        ("own", ground.hidden_here, True, "0"),
        ("own, kept", ground.hidden_here, True, "64"),
    )
    for name, ids, warms, answers_mb in places:
        with serving(url, PEPPER.decode(), folder, answers_mb=answers_mb) as address:
            exchange = Exchange(address)
            if warms:
                exchange.ask(request(ground.stranger, WARM))
            for operation, document in OPERATIONS.items():
                sys.stderr.write(f"\r{operation} by ids hidden in: {name}, {pairs} pairs  ")
                pairs_of = _pairs(ground, ids, document, pairs + WARM_UP, drawn)
                then = request(ground.viewer, MUTATION, id=ground.seen) if operation == "next" else None
                found.append(_timed(f"{operation}, {name}", exchange, pairs_of, then))
            exchange.close()
    sys.stderr.write("\n")
    return found


def _timed(name: str, exchange: Exchange, pairs: list[Pair], then: bytes | None) -> Compared:
    """Time the questions of all pairs, or what is asked right after each of them."""
    hidden: list[int] = []
    unknown: list[int] = []
    answers: set[bytes] = set()
    for number, pair in enumerate(pairs):
        for is_hidden, sent in pair:
            took, body = exchange.ask(sent)
            if then is not None:
                took, _ = exchange.ask(then)
            answers.add(_ID.sub(b"ID", _REQUEST_ID.sub(b"", body)))
            if number >= WARM_UP:
                (hidden if is_hidden else unknown).append(took)
    assert len(answers) == 1, f"{name}: they differ in what they say: {answers}"
    return compare(name, hidden, unknown)


def _pairs(ground: Ground, ids: list[str], document: str, count: int, drawn: random.Random) -> list[Pair]:
    """All requests, made before the first is sent: what is done between two of them must be the same for all."""
    made: list[Pair] = []
    unknown = [ground.unknown(drawn) for _ in ids]
    for _ in range(count):
        pair = [
            (True, request(ground.viewer, document, id=drawn.choice(ids))),
            (False, request(ground.viewer, document, id=drawn.choice(unknown))),
        ]
        drawn.shuffle(pair)
        made.append(pair)
    return made


def _show(found: list[Compared]) -> None:
    table = Table(title="Time: hidden against unknown, over HTTP")
    for column in ("operation, place", "pairs", "hidden, median", "unknown, median", "P(hidden is slower)", "p"):
        table.add_column(column, justify="left" if column.startswith("operation") else "right")
    for one in found:
        style = "red" if one.is_told_apart else None
        table.add_row(one.name, f"{one.pairs:,}", f"{one.hidden_us:.0f} µs", f"{one.unknown_us:.0f} µs",
                      f"{one.chance:.3f}", f"{one.p:.3f}", style=style)  # fmt: skip
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
