"""What fills the holes of operations: ids seen and hidden in either twin or both, unknown and malformed; and texts."""

import base64
import random
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from app.policy.roles import BUILT_IN_ROLES
from tests.proof.plans import NAMES, TIMES
from tests.proof.twins.making import Twins
from tests.proof.twins.whole import Whole
from tests.proof.world import make_id

_ID = re.compile(r'"([a-z]{3}_(?:[0-9a-z]{24}|[0-9a-z]{48}))"')
_CURSOR = re.compile(r'"(?:cursor|startCursor|endCursor)":"([^"]+)"')
_MOST_CURSORS = 40
BY_INSTANT = ("deployments", "pendingApprovals", "audit", "denials")
MALFORMED = ("", "env_1", "x" * 200, "tea_ZZZZZZZZZZZZZZZZZZZZZZZZ", "Team:1", "null\0")


class Pools:
    """Of one pair of twins. What answers show is added: ids, cursors."""

    def __init__(self, twins: Twins) -> None:
        self.twins = twins
        left, right = ids_of(twins.left), ids_of(twins.right)
        sight = twins.sight
        self.seen = sight.resources | sight.people | sight.memberships | sight.restrictions | set(BUILT_IN_ROLES)
        self.ids = sorted(left | right | set(BUILT_IN_ROLES))
        self.differing = left ^ right
        self.cursors: dict[str, list[str]] = {"[": [], '["': []}
        self._able = Counter(id for _, id in sight.verdicts())
        self.taken_in_one = _taken(twins.left) ^ _taken(twins.right)

    def learn(self, answer: str) -> None:
        """Remember what an answer showed, the same in both twins."""
        found = set(_ID.findall(answer)) - self.seen
        self.seen |= found
        self.ids = sorted({*self.ids, *found})
        for cursor in _CURSOR.findall(answer):
            kept = self.cursors[base64.urlsafe_b64decode(cursor[:4])[:2].decode() if cursor.startswith("WyJ") else "["]
            kept.append(cursor)
            del kept[:-_MOST_CURSORS]

    def id(self, rng: random.Random, *prefixes: str) -> str:
        """Of one of these kinds; mostly of something seen, often of something hidden, sometimes of nothing."""
        drawn = rng.random()
        fitting = [id for id in self.ids if id[:3] in prefixes]
        if drawn < 0.03:
            return rng.choice(MALFORMED)
        if drawn < 0.06 or not fitting:
            return make_id(rng.choice(prefixes), 10**22)
        if drawn < 0.08:
            return rng.choice(self.ids)
        seen = [id for id in fitting if id in self.seen]
        hidden = [id for id in fitting if id not in self.seen]
        differing = [id for id in hidden if id in self.differing]
        if seen and (drawn < 0.72 or not hidden):
            # Rather what the viewer may do much with, so that mutations get beyond their first check.
            return rng.choices(seen, [1 + self._able[id] for id in seen])[0]
        return rng.choice(differing if differing and drawn < 0.9 else hidden)

    def path(self, rng: random.Random) -> str:
        """Of a node of one of the twins, or nearly."""
        facts = rng.choice((self.twins.left, self.twins.right)).facts
        path = facts.slug_path(rng.choice([facts.organization.id, *facts.teams, *facts.projects]))
        return rng.choice((path, path, path, path.upper(), path + "/", path.rpartition("/")[2], f"{path}/x", "acme"))

    def slug(self, rng: random.Random) -> str:
        return rng.choice(("acme", "acme", "acme", "elsewhere", "nowhere", "Acme", ""))

    def search(self, rng: random.Random) -> str:
        """Part of what something is called, seen or hidden."""
        facts = rng.choice((self.twins.left, self.twins.right)).facts
        people = rng.choice((self.twins.left, self.twins.right)).people.values()
        nodes = [*facts.teams.values(), *facts.projects.values()]
        texts = [n.name for n in nodes] + [n.slug for n in nodes] + [p.name for p in people] + self._emails()
        text = rng.choice([*texts, *NAMES, "Renamed", "Added", ""])
        return text[: rng.choice((1, 2, 4, 40))]

    def email(self, rng: random.Random) -> str:
        """Somebody's, seen or hidden or nobody's."""
        email = rng.choice([*self._emails(), "nobody@example.org", "no e-mail"])
        return rng.choice((email, email, email.upper()))

    def _emails(self) -> list[str]:
        people = [*self.twins.left.people.values(), *self.twins.right.people.values()]
        return sorted({person.email for person in people if person.email is not None})

    def name(self, rng: random.Random, place: str | None = None) -> str:
        """For something new in a place: free, taken in both twins or in neither (declared.py)."""
        taken = [name for where, name in _taken(self.twins.left) if where == place]
        name = rng.choice((*NAMES, "added-1", *("new", "new-2", "new-4") * 4, "*", "", " outer", *taken, *taken))
        return "new-3" if (place, name) in self.taken_in_one else name

    def instant(self, rng: random.Random) -> str:
        at = rng.choice((*TIMES, 1_700_000_000_000_000, 4_000_000_000_000_000))
        moment = datetime.fromtimestamp(at / 1_000_000, UTC)
        return moment.isoformat().replace("+00:00", "Z")

    def cursor(self, rng: random.Random, connection: str) -> str:
        """Of a list in the same order; of any other list it would be refused."""
        fitting = self.cursors["[" if connection in BY_INSTANT else '["']
        return rng.choice(fitting) if fitting and rng.random() < 0.95 else rng.choice(("bm9uZQ", ""))


def ids_of(whole: Whole) -> set[str]:
    """Of everything that there is in a twin, the other organization included."""
    found: set[str] = {*whole.people, *whole.rows}
    found |= {key.key.id for key in whole.keys.values() if key.key is not None}
    for facts in (whole.facts, whole.elsewhere):
        found |= {facts.organization.id, *facts.teams, *facts.projects, *facts.environments, *facts.memberships}
        found |= {*facts.custom_roles, *facts.restrictions, *facts.grants, *facts.approval_rules}
    return found


def _taken(whole: Whole) -> set[tuple[str, str]]:
    """The slugs and names that nothing else there may have, by where."""
    nodes: Iterable[tuple[str, str]] = (
        (node.parent_id, node.slug) for node in (*whole.facts.teams.values(), *whole.facts.projects.values())
    )
    return {*nodes, *((e.project_id, e.name) for e in whole.facts.environments.values())}
