"""Which rule each approval counts for, against trying every way there is."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policy import matching
from app.policy.matching import Given, match

RULES = "abcd"
OpenTo = dict[str, list[str]]

required_by_rule = st.dictionaries(st.sampled_from(RULES), st.integers(1, 3), min_size=1)


@st.composite
def cases(draw: st.DrawFn) -> tuple[OpenTo, dict[str, int]]:
    """Up to six approvers, each with the rules they match, and what each rule requires."""
    required = draw(required_by_rule)
    some = st.lists(st.sampled_from(sorted(required)), unique=True)
    approvers = draw(st.lists(some, max_size=6))
    return {f"p{number}": rules for number, rules in enumerate(approvers)}, required


def worth(counts: Counter[str], required: dict[str, int]) -> tuple[int, int]:
    """How many rules are met, and how many of the approvals that are required are there."""
    met = sum(counts[rule] >= number for rule, number in required.items())
    return met, sum(min(counts[rule], number) for rule, number in required.items())


def best(open_to: OpenTo, required: dict[str, int]) -> int:
    """The most rules that any way of counting meets."""
    ways = product(*(rules or [None] for rules in open_to.values()))
    return max(worth(Counter(rule for rule in way if rule), required)[0] for way in ways)


def fewest_missing(open_to: OpenTo, required: dict[str, int]) -> int:
    """The most required approvals that any way of counting has."""
    ways = product(*(rules or [None] for rules in open_to.values()))
    return max(worth(Counter(rule for rule in way if rule), required)[1] for way in ways)


def counted(found: Given) -> Counter[str]:
    return Counter({rule: len(approvers) for rule, approvers in found.items()})


@given(cases())
@settings(max_examples=400, deadline=None)
def test_the_most_rules_are_met_and_then_the_fewest_approvals_missing(case: tuple[OpenTo, dict[str, int]]) -> None:
    open_to, required = case
    assert worth(counted(match(open_to, required)), required) == (
        best(open_to, required),
        fewest_missing(open_to, required),
    )


@given(cases())
def test_everybody_who_matches_a_rule_counts_for_one_of_theirs(case: tuple[OpenTo, dict[str, int]]) -> None:
    open_to, required = case
    found = match(open_to, required)
    assert found.keys() == required.keys()
    placed = [(approver, rule) for rule, approvers in found.items() for approver in approvers]
    assert all(rule in open_to[approver] for approver, rule in placed)
    assert sorted(approver for approver, _ in placed) == sorted(name for name, rules in open_to.items() if rules)


def test_of_two_rules_the_one_that_can_be_met_is() -> None:
    assert match({"ana": ["two", "one"]}, {"two": 2, "one": 1}) == {"two": [], "one": ["ana"]}
    assert match({"ana": ["one", "two"], "bo": ["two"]}, {"one": 2, "two": 2}) == {"one": [], "two": ["ana", "bo"]}


def test_who_approved_first_makes_room() -> None:
    found = match({"ana": ["qa", "security"], "bo": ["qa"]}, {"qa": 1, "security": 1})
    assert found == {"qa": ["bo"], "security": ["ana"]}


def test_who_is_left_over_counts_for_their_first_rule() -> None:
    assert match({"ana": ["qa"], "bo": ["qa"]}, {"qa": 1}) == {"qa": ["ana", "bo"]}


@given(cases())
def test_many_rules_are_met_together_whenever_they_can_be(case: tuple[OpenTo, dict[str, int]]) -> None:
    open_to, required = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "MOST_SEARCHED", 0)
        found = counted(match(open_to, required))
    assert (worth(found, required)[0] == len(required)) == (best(open_to, required) == len(required))
    assert worth(found, required)[1] == fewest_missing(open_to, required)


def test_a_thousand_rules_and_people_are_matched_at_once() -> None:
    """In a chain, where every further approver moves all before them."""
    size = 1_000
    open_to = {f"p{n}": [f"r{n}", f"r{n + 1}"] for n in range(size)} | {"last": ["r0"]}
    found = match(open_to, {f"r{n}": 1 for n in range(size + 1)})
    assert all(len(approvers) == 1 for approvers in found.values())


def test_of_many_rules_those_that_require_least_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST_SEARCHED", 0)
    found = match({"ana": ["both", "one"], "bo": ["both", "two"]}, {"both": 2, "one": 1, "two": 1})
    assert found == {"both": [], "one": ["ana"], "two": ["bo"]}
