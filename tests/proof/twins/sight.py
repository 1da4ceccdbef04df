"""What one viewer sees of a world, and what else they may read of others, as the reference states it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import clingo

from app.policy.facts import Facts
from app.policy.subject import Subject
from app.policy.vocabulary import Permission
from tests.proof.reference import PROGRAM, facts_of
from tests.proof.world import RandomWorld

_MORE = """
#show allowed/3.
#show belongs/1.
#show approves/3.
#show has_level/3.
#show meant/3.
#show shown/2.
"""
_PERMISSIONS = {permission.value.lower(): permission for permission in Permission}
_EVERY = "every"

Atoms = set[tuple[str, ...]]


class Sight:
    """Of subject 0, the viewer, at the instant `at` (µs); `others` are those whose decisions they might ask for."""

    def __init__(self, facts: Facts, viewer: Subject, others: Sequence[Subject], at: int) -> None:
        self.facts = facts
        self.viewer = viewer
        self.at = at
        self.others = {subject.id: number for number, subject in enumerate(others, 1)}
        world = RandomWorld(facts, [viewer, *others], [at])
        self._atoms = _solved(world, at)
        self.resources = self._seen("visible")
        self.people = self._seen("sees_person")
        self.memberships = self._seen("sees_membership")
        self.restrictions = self._seen("sees_restriction")
        self.managed = self._seen("reads_grants")
        self.passed = self._seen("passes_restriction")

    def may(self, permission: Permission, resource_id: str) -> bool:
        return ("0", permission.value.lower(), resource_id) in self._atoms["allowed"]

    def may_somewhere(self, *permissions: Permission) -> bool:
        wanted = {permission.value.lower() for permission in permissions}
        return any(subject == "0" and permission in wanted for subject, permission, _ in self._atoms["allowed"])

    def verdicts(self, user_id: str | None = None) -> Atoms:
        """Permissions and resources that the viewer, or somebody else, is allowed."""
        number = str(0 if user_id is None else self.others[user_id])
        return {(permission, resource) for subject, permission, resource in self._atoms["allowed"] if subject == number}

    def belongs(self, user_id: str) -> bool:
        return (user_id,) in self._atoms["belongs"]

    def levels(self, user_id: str, node_id: str) -> Atoms:
        """The levels somebody holds on a node."""
        return {atom for atom in self._atoms["has_level"] if atom[:2] == (user_id, node_id)}

    def matches(self, user_id: str, scope_id: str) -> Atoms:
        """Whom, of those that grants and rules of a scope name, somebody is."""
        found = self._atoms["meant"] | self._atoms["approves"]
        return {atom for atom in found if atom[:2] == (user_id, scope_id)}

    def shown_by_roles(self) -> set[str]:
        """What the viewer's roles show, whatever access lists and restrictions say."""
        return {resource for user, resource in self._atoms["shown"] if user == self.viewer.id}

    def _seen(self, name: str) -> set[str]:
        return {thing for subject, thing in self._atoms[name] if subject == "0"}


def _solved(world: RandomWorld, at: int) -> defaultdict[str, Atoms]:
    control = clingo.Control(["--warn=none"])
    # The codes of refusals are what takes longest, and what is allowed says as much.
    program = PROGRAM.replace("#show code/4.", _MORE)
    control.add("base", [], program + "\n".join(facts_of(world, at, ())))
    control.ground([("base", [])])
    found: defaultdict[str, Atoms] = defaultdict(set)
    with control.solve(yield_=True) as models:
        for model in models:
            for symbol in model.symbols(shown=True):
                found[symbol.name].add(tuple(_text(argument) for argument in symbol.arguments))
    return found


def _text(argument: clingo.Symbol) -> str:
    return argument.string if argument.type is clingo.SymbolType.String else str(argument)


def later_instants(at: int, *all_facts: Facts) -> list[int]:
    """Every later instant (µs) at which a membership or grant of one of them begins or ends."""
    return sorted({bound for facts in all_facts for bound in _bounds(facts) if bound > at})


def _bounds(facts: Facts) -> Iterable[int]:
    for membership in facts.memberships.values():
        yield from (bound for bound in (membership.starts_at, membership.expires_at) if bound is not None)
    for restriction in facts.restrictions.values():
        for grant in restriction.grants:
            yield from (bound for bound in (grant.starts_at, grant.expires_at) if bound is not None)
