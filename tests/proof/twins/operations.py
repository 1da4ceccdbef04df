"""Operations to ask both twins: queries, mutations, documents that are refused, and what HTTP has beside them."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.policy.vocabulary import Permission
from tests.proof.twins.documents import BLOCK, PAYLOADS, QUERIES, Document, mutation, mutations, query
from tests.proof.twins.inputs import Inputs
from tests.proof.twins.pools import Pools

RECORDS = {"Organization.audit", "Organization.denials"}
"""Read whole with AUDIT_VIEW on the organization, hidden things included (rule.md, section 4a)."""

OFTEN = (
    "addMembership", "updateMembership", "createDeployment", "decideDeployment", "createEnvironment", "moveTeam",
    "moveProject", "deleteTeam", "deleteProject", "restrictEnvironments", "updateEnvironmentRestriction",
    "updateEnvironmentSettings", "updateProjectAccess", "restrictProject",
)  # fmt: skip
"""Mutations that meet more hidden things than others, and are asked twice as often."""

_WORD = re.compile(r"\b[a-z][A-Za-z]{3,}\b")
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Operation:
    """One request. `mutation` is its name, where it is one; `about` says what kind of request it is."""

    about: str
    document: str
    variables: dict[str, Any]
    asks: frozenset[str] = frozenset()
    mutation: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Operations:
    """The operations of one pair of twins, by number; each draws from what has been learnt by then."""

    def __init__(self, seed: int, pools: Pools, queries: int) -> None:
        self._seed = seed
        self._pools = pools
        self._queries = queries
        sight = pools.twins.sight
        organization = pools.twins.left.facts.organization.id
        self._reads_records = sight.may(Permission.AUDIT_VIEW, organization)

    def operation(self, number: int) -> Operation:
        """Queries first; then mutations, with a query after each."""
        rng = random.Random(f"{self._seed} {number}")
        if number >= self._queries and (number - self._queries) % 2 == 0:
            return self._mutation(rng)
        drawn = rng.random()
        if drawn < 0.04:
            return self._misspelt(rng)
        if drawn < 0.06:
            return self._too_much(rng)
        return self._query(rng)

    def _query(self, rng: random.Random) -> Operation:
        document = self._drawn(rng)
        headers = {}
        if rng.random() < 0.05:
            headers = rng.choice(({"if-none-match": '"x"'}, {"accept": "application/json"}, {"accept": "text/html"}))
        return Operation("query", document.text, self._filled(rng, document), document.asks, headers=headers)

    def _drawn(self, rng: random.Random) -> Document:
        block = self._seed // BLOCK
        while True:
            document = query(block * QUERIES + rng.randrange(QUERIES))
            if not (self._reads_records and document.asks & RECORDS):
                return document

    def _mutation(self, rng: random.Random) -> Operation:
        while True:
            name = rng.choice((*mutations(), *OFTEN))
            document = mutation(name, self._seed // BLOCK * PAYLOADS + rng.randrange(PAYLOADS))
            if not (self._reads_records and document.asks & RECORDS):
                return Operation("mutation", document.text, self._filled(rng, document), document.asks, name)

    def _filled(self, rng: random.Random, document: Document) -> dict[str, Any]:
        inputs = Inputs(rng, self._pools)
        return {hole.name: inputs.value(hole) for hole in document.holes}

    def _misspelt(self, rng: random.Random) -> Operation:
        """Refused with suggestions, which are made of the schema alone."""
        document = self._drawn(rng)
        words = list(_WORD.finditer(document.text))
        word = rng.choice(words)
        wrong = word[0][:-1] if rng.random() < 0.5 else word[0] + "s"
        text = document.text[: word.start()] + wrong + document.text[word.end() :]
        return Operation("misspelt", text, self._filled(rng, document))

    def _too_much(self, rng: random.Random) -> Operation:
        """Beyond a limit, or just within."""
        return Operation("limits", rng.choice(list(_large(rng, self._pools))), {})


def _large(rng: random.Random, pools: Pools) -> Iterator[str]:
    id = pools.id(rng, "org", "tea", "prj").replace("\0", "")
    many = rng.choice((99, 100, 101, 150))
    yield "{ " + " ".join(f'a{n}: node(id: "{id}") {{ id }}' for n in range(many)) + " }"
    inner = "nodes { id }"
    for size in rng.sample((5, 20, 100, 100), 3):
        inner = f"nodes {{ organization {{ teams(first: {size}) {{ {inner} }} }} }}"
    yield f'{{ organization(id: "{id}") {{ teams(first: 100) {{ {inner} }} }} }}'
    deep = rng.choice((9, 10, 11, 30))
    yield (
        f'{{ team(id: "{id}") {{ ' + "parent { organization { teams { nodes { " * deep + "id" + " }" * 4 * deep + " } }"
    )
    yield f"{{ nodes(ids: [{', '.join([f'{chr(34)}{id}{chr(34)}'] * rng.choice((100, 101, 1001)))}]) {{ id }} }}"
