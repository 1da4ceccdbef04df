"""Whether a deployment has the approvals it needs, from rules and decisions as they are (rule.md, section 8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.policy.facts import ApprovalRule, Environment, Facts, Restriction
from app.policy.restrictions import enabled_on, matched_rules
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import ApprovalDecision, Permission


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person decided of a deployment; `rule_id` is the rule they named, if they named one."""

    user_id: str
    decision: ApprovalDecision
    rule_id: str | None


def rules_on(facts: Facts, environment: Environment) -> dict[str, tuple[Restriction, ApprovalRule]]:
    """The approval rules that apply to an environment, by id, each with its restriction."""
    return {
        rule.id: (restriction, rule)
        for restriction in enabled_on(facts, environment)
        for rule in restriction.approval_rules
    }


def is_approved(
    facts: Facts, environment: Environment, owners: Collection[str], votes: Iterable[Vote], at: int
) -> bool:
    """Whether every rule that applies has as many approvals as it requires; so too where there is none.

    `owners` are those whose own deployment it is. A vote counts for one rule, the one it names or else so that the
    most rules are met, and only while its giver matches that rule.
    """
    rules = rules_on(facts, environment)
    open_to = {
        vote.user_id: [rule_id for rule_id in rules if _counts(facts, environment, vote, rules[rule_id], owners, at)]
        for vote in votes
        if vote.decision is ApprovalDecision.APPROVED
    }
    required = {rule_id: rule.required_approvals for rule_id, (_, rule) in rules.items()}
    counted = assign(open_to, required)
    return all(len(counted[rule_id]) >= number for rule_id, number in required.items())


def assign(open_to: Mapping[str, Sequence[str]], required: Mapping[str, int]) -> dict[str, list[str]]:
    """Give each approver to one of the rules open to them, no rule more than it requires, so that the most are given.

    A maximum matching by augmenting paths: an approver takes a free place, or that of another who has one elsewhere.
    """
    given: dict[str, list[str]] = {rule_id: [] for rule_id in required}

    def place(approver: str, tried: set[str]) -> bool:
        for rule_id in open_to[approver]:
            if rule_id in tried:
                continue
            tried.add(rule_id)
            if len(given[rule_id]) < required[rule_id]:
                given[rule_id].append(approver)
                return True
            for other in list(given[rule_id]):
                if place(other, tried):
                    given[rule_id].remove(other)
                    given[rule_id].append(approver)
                    return True
        return False

    for approver in open_to:
        place(approver, set())
    return given


def _counts(
    facts: Facts,
    environment: Environment,
    vote: Vote,
    candidate: tuple[Restriction, ApprovalRule],
    owners: Collection[str],
    at: int,
) -> bool:
    restriction, rule = candidate
    person = facts.person(vote.user_id)
    if person is None or (vote.rule_id is not None and vote.rule_id != rule.id):
        return False
    if vote.user_id in owners and not restriction.allow_self_approval:
        return False
    subject = Subject(person)
    sees = decide(facts, subject, Permission.ENVIRONMENT_VIEW, environment.id, at)
    return bool(sees) and any(rule.id == each.id for _, each in matched_rules(facts, subject, environment, at))
