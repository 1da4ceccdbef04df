"""Which rule each approval counts for: approvers to rules, each to one, so that the most rules are met (rule.md, 8).

Whether *all* rules can be met at once is decided exactly, by augmenting paths. Which are met when not all can be is a
packing problem, hard in general: it is searched through for few rules and taken greedily for many.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

MOST_SEARCHED = 8
"""Up to how many rules, of those that have enough approvers when looked at alone, every choice is tried."""

Given = dict[str, list[str]]
"""By rule: the approvers who count for it."""


def match(open_to: Mapping[str, Sequence[str]], required: Mapping[str, int]) -> Given:
    """Give every approver one of the rules open to them, where there are any.

    As many rules as possible have as many as they require; then as few approvals as possible are missing; whoever is
    left over counts beyond what is required for the first of theirs.
    """
    given = _most_met(open_to, required)
    for approver in _unplaced(open_to, given):
        _augment(approver, open_to, required, given)
    for approver in list(_unplaced(open_to, given)):
        if open_to[approver]:
            given[open_to[approver][0]].append(approver)
    return given


def _most_met(open_to: Mapping[str, Sequence[str]], required: Mapping[str, int]) -> Given:
    """Approvers for as many rules as can be met at once, none for the others."""
    reachable = {rule: sum(rule in rules for rules in open_to.values()) for rule in required}
    hopeful = [rule for rule in required if reachable[rule] >= required[rule]]
    for chosen in _choices(hopeful) if len(hopeful) <= MOST_SEARCHED else [tuple(hopeful)]:
        given = _meet(chosen, open_to, required)
        if given is not None:
            return given
    return _meet_greedily(hopeful, open_to, required)


def _choices(rules: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every choice of rules, the largest first; last the empty one."""
    for size in range(len(rules), -1, -1):
        yield from combinations(rules, size)


def _meet_greedily(rules: Sequence[str], open_to: Mapping[str, Sequence[str]], required: Mapping[str, int]) -> Given:
    """Meet rule after rule, those that require least first, and leave out what can't be met besides."""
    met: tuple[str, ...] = ()
    given = _nothing(required)
    for rule in sorted(rules, key=required.__getitem__):
        more = _meet((*met, rule), open_to, required)
        if more is not None:
            met, given = (*met, rule), more
    return given


def _meet(chosen: Sequence[str], open_to: Mapping[str, Sequence[str]], required: Mapping[str, int]) -> Given | None:
    """Approvers for all of the chosen rules, as many as they require and no others; None where there are too few."""
    given = _nothing(required)
    places = {rule: required[rule] if rule in chosen else 0 for rule in required}
    missing = sum(places.values())
    for approver in open_to:
        if missing == 0:
            break
        missing -= _augment(approver, open_to, places, given)
    return given if missing == 0 else None


def _augment(approver: str, open_to: Mapping[str, Sequence[str]], places: Mapping[str, int], given: Given) -> bool:
    """Find the approver a place: a free one, or that of another who has one elsewhere. No rule loses any."""
    reached: dict[str, tuple[str, str | None]] = {}  # by rule: who would come to it, and from which rule
    waiting: list[tuple[str, str | None]] = [(approver, None)]
    for mover, origin in waiting:  # it grows meanwhile
        for rule in open_to[mover]:
            if rule in reached:
                continue
            reached[rule] = mover, origin
            if len(given[rule]) < places[rule]:
                _move(rule, reached, given)
                return True
            waiting.extend((other, rule) for other in given[rule])
    return False


def _move(rule: str, reached: Mapping[str, tuple[str, str | None]], given: Given) -> None:
    """Let everybody on the path that ends in a free place of `rule` move up by one."""
    to: str | None = rule
    while to is not None:
        mover, origin = reached[to]
        given[to].append(mover)
        if origin is not None:
            given[origin].remove(mover)
        to = origin


def _unplaced(open_to: Mapping[str, Sequence[str]], given: Given) -> Iterator[str]:
    placed = {approver for approvers in given.values() for approver in approvers}
    return (approver for approver in open_to if approver not in placed)


def _nothing(required: Mapping[str, int]) -> Given:
    return {rule: [] for rule in required}
