"""Whose approval counts for which rule, and whose decision is refused, on facts alone."""

import pytest

from app.policy.approvals import Vote, is_approved, progress, refusal, rules_on
from app.policy.facts import Facts
from app.policy.vocabulary import ApprovalDecision, DeploymentStatus, ErrorCode, RoleLevel
from tests.fixtures.world_builder import Named, WorldBuilder

NOW = 1_770_000_000_000_000
APPROVED, REJECTED = ApprovalDecision.APPROVED, ApprovalDecision.REJECTED
BLOCKED, READY = DeploymentStatus.BLOCKED, DeploymentStatus.READY


class Case:
    """`strict`, one of team qa, nobody their own; `loose`, user ana, with self-approval. Both on `prod`."""

    def __init__(self, *, restricted: bool = False) -> None:
        self.at = WorldBuilder()
        self.ids = {name: self.at.people.add(name).id for name in ("ana", "bo")}
        self.at.team("qa")
        self.at.project("pay", restricted=restricted)
        self.prod = self.at.environment("pay", "prod")
        self.membership = {name: self.at.member(name, "acme", "MEMBER") for name in self.ids}
        for name in self.ids:
            self.at.member(name, "qa", "VIEWER")
        self.strict = self.at.restrict("acme", name="prod", approval_rules=[Named(team="qa")])
        loose = [Named(user="ana"), Named(level=RoleLevel.ADMIN)]
        self.loose = self.at.restrict("pay", name="prod", allow_self_approval=True, approval_rules=loose)

    @property
    def facts(self) -> Facts:
        return self.at.facts()

    def progress(self, *votes: Vote, owner: str = "bo") -> dict[str, tuple[str, ...]]:
        found = progress(self.facts, self.prod, {self.ids[owner]}, votes, NOW)
        return {each.rule.rule_id: each.approved_by for each in found}

    def vote(self, name: str, rule_id: str | None = None, decision: ApprovalDecision = APPROVED) -> Vote:
        return Vote(self.ids[name], decision, rule_id)


def test_ones_own_counts_only_for_rules_that_allow_it() -> None:
    case = Case()
    strict, loose = case.strict.approval_rules[0].id, case.loose.approval_rules[0].id
    assert case.progress(case.vote("ana"), owner="ana")[loose] == (case.ids["ana"],)
    assert case.progress(case.vote("ana"), owner="ana")[strict] == ()
    assert case.progress(case.vote("ana", strict), owner="ana")[strict] == ()
    assert case.progress(case.vote("ana", strict), owner="bo")[strict] == (case.ids["ana"],)


def test_a_vote_that_names_a_rule_counts_for_no_other() -> None:
    case = Case()
    strict, loose = case.strict.approval_rules[0].id, case.loose.approval_rules[0].id
    assert case.progress(case.vote("ana", strict), case.vote("bo"), owner="ana")[loose] == ()
    gone = case.progress(case.vote("ana", "apr_gone"), owner="bo")
    assert not any(gone.values())


def test_who_rejected_approves_nothing() -> None:
    case = Case()
    assert not any(case.progress(case.vote("ana", decision=REJECTED)).values())


def test_who_no_longer_sees_it_counts_no_more() -> None:
    for restricted in (False, True):
        case = Case(restricted=restricted)
        counts = any(case.progress(case.vote("ana")).values())
        assert counts is not restricted


def test_without_rules_it_is_approved() -> None:
    case = Case()
    other = case.at.environment("pay", "dev")
    assert rules_on(case.facts, other) == {}
    assert is_approved(progress(case.facts, other, (), [case.vote("ana")], NOW))
    assert not is_approved(progress(case.facts, case.prod, (), [case.vote("ana")], NOW))


@pytest.mark.parametrize(
    ("status", "named", "mine", "owned", "codes"),
    [
        (BLOCKED, None, None, False, (None, None)),
        (BLOCKED, "strict", None, True, (ErrorCode.SELF_APPROVAL, None)),
        (BLOCKED, "loose", None, True, (None, None)),
        (BLOCKED, None, None, True, (None, None)),
        (BLOCKED, "unknown", None, True, (ErrorCode.NO_MATCHING_RULE, ErrorCode.NO_MATCHING_RULE)),
        (READY, None, None, False, (ErrorCode.NOT_WAITING_FOR_APPROVAL, None)),
        (READY, None, APPROVED, False, (None, None)),
        (READY, "strict", None, True, (ErrorCode.NOT_WAITING_FOR_APPROVAL, None)),
        *[
            (status, None, APPROVED, True, (ErrorCode.NOT_WAITING_FOR_APPROVAL,) * 2)
            for status in DeploymentStatus
            if status not in (BLOCKED, READY)
        ],
        (DeploymentStatus.REJECTED, "unknown", None, True, (ErrorCode.NO_MATCHING_RULE,) * 2),
    ],
)
def test_refusals_in_their_order(
    status: DeploymentStatus,
    named: str | None,
    mine: ApprovalDecision | None,
    owned: bool,
    codes: tuple[ErrorCode | None, ErrorCode | None],
) -> None:
    case = Case()
    rules = {"strict": case.strict, "loose": case.loose}
    matched = {name: (restriction, restriction.approval_rules[0]) for name, restriction in rules.items()}
    before = None if mine is None else case.vote("ana", decision=mine)
    told = tuple(refusal(status, each, named, matched, before, owned=owned) for each in (APPROVED, REJECTED))
    assert told == codes


def test_progress_knows_what_is_missing() -> None:
    case = Case()
    found = progress(case.facts, case.prod, (), [case.vote("ana")], NOW)
    assert sum(each.missing for each in found) == 2
    assert sum(each.approved for each in found) == 1
