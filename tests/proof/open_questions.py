"""Where rule.md can be read in two ways and the rule and the reference have each taken one.

Each entry quotes the sentence and names both readings. What it covers is left out of the comparison until somebody
decides; then the entry goes, with its example in test_open_questions.py.
"""

from collections.abc import Callable

from app.policy.facts import ApprovalRule
from app.policy.vocabulary import ErrorCode, Permission
from tests.proof.agreement import Disagreement


def a_rule_whose_subject_disappeared(found: Disagreement) -> bool:
    """Section 8: "If the only subject of a rule disappears, the rule falls to MAINTAINER of the scope".

    The reference: at the instant, like everything with a time: a user who doesn't belong or is deactivated, a team
    that is gone. The rule: not at all, so whoever writes facts must have rewritten the approval rule.
    """
    facts = found.reference.world.facts
    by_rule = found.question.startswith("decide ENVIRONMENT_APPROVE ") and found.found is ErrorCode.FORBIDDEN
    in_sets = (found.found, found.expected) == ("nothing more", "ENVIRONMENT_APPROVE")
    in_time = "ENVIRONMENT_APPROVE" in found.question and found.found == "too late"
    rules = (rule for restriction in facts.restrictions.values() for rule in restriction.approval_rules)
    return (by_rule or in_sets or in_time) and any(_gone(found, rule) for rule in rules)


def a_credential_that_ended(found: Disagreement) -> bool:
    """Section 4, step 1: "None, bad, expired, or of a deactivated user: UNAUTHENTICATED".

    The reference: then section 4a shows nothing. The set form: themselves and their memberships all the same.
    """
    return found.question.startswith("objects.") and _verdict(found) is ErrorCode.UNAUTHENTICATED


def passing_what_one_cannot_see(found: Disagreement) -> bool:
    """Section 4, step 6: "A grant counts [...] only for someone who still belongs and sees the project".

    The reference: in the answer itself. The set form: asked elsewhere, so `passes` alone is wider.
    """
    return found.question.startswith("objects.passes") and found.found is True


def an_instance_administrator_among_people(found: Disagreement) -> bool:
    """Section 4a: a person is seen by "who holds MEMBERS_VIEW on a node on which that person holds a level [...]".

    The reference: for an instance administrator too, who holds it on every node. The set form: they see everybody.
    """
    subject = found.reference.world.subjects[found.subject]
    return found.question.startswith("objects.person") and subject.person.is_instance_admin


def the_levels_of_somebody_who_lost_them(found: Disagreement) -> bool:
    """Section 4a: "a node on which that person holds a level of VIEWER or higher"; section 2: "A deactivated user loses
    everything at once", "nobody gets a role on a team or project of an organization they don't belong to".

    The reference: who is deactivated or doesn't belong holds no level, and is seen where they have a membership of
    their own. The set form: they are seen wherever the levels they would have reach.
    """
    return found.question.startswith("objects.person") and _lost_all(found, found.question.split()[-1], found.at)


OPEN: tuple[Callable[[Disagreement], bool], ...] = (
    a_rule_whose_subject_disappeared,
    a_credential_that_ended,
    passing_what_one_cannot_see,
    an_instance_administrator_among_people,
    the_levels_of_somebody_who_lost_them,
)


def is_open(found: Disagreement) -> bool:
    return any(question(found) for question in OPEN)


def _verdict(found: Disagreement) -> ErrorCode | None:
    organization = found.reference.world.facts.organization.id
    return found.reference.verdict(found.subject, Permission.ORGANIZATION_VIEW, organization)


def _gone(found: Disagreement, rule: ApprovalRule) -> bool:
    if rule.team_id is not None:
        return rule.team_id not in found.reference.world.facts.teams
    instants = found.reference.world.instants
    return rule.user_id is not None and any(_lost_all(found, rule.user_id, at) for at in instants)


def _lost_all(found: Disagreement, user_id: str, at: int) -> bool:
    """Whether the user is deactivated or doesn't belong at that instant."""
    facts = found.reference.world.facts
    person = facts.people.get(user_id)
    membership = facts.membership_on(user_id, facts.organization.id)
    return person is None or not person.is_active or membership is None or not membership.holds_at(at)
