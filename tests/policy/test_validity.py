"""Until when a decision stands: to the instant at which it turns, and not to one at which only hidden things do."""

import pytest

from app.policy.decision import Decision
from app.policy.rule import decide
from app.policy.subject import KeyScope, Subject
from app.policy.vocabulary import Permission, RoleLevel
from tests.proof.sketch import ORG, Sketch
from tests.proof.world import NOW

LATER, LAST = NOW + 5, NOW + 9


def _asked(sketch: Sketch, permission: Permission, resource: str, key: KeyScope | None = None) -> Decision:
    subject = Subject(sketch.people["vic"], key)
    return decide(sketch.world(subject).facts, subject, permission, resource, NOW)


@pytest.mark.parametrize("ends", [None, LATER])
def test_an_approver_s_departure_is_not_told(ends: int | None) -> None:
    """The rule then falls to MAINTAINER of its scope, which is nothing to a VIEWER (rule.md, sections 4a and 8)."""
    sketch = Sketch()
    sketch.project("app", ORG, "prod")
    sketch.user("vic", "GUEST")
    sketch.member("vic", "app", "VIEWER")
    sketch.user("hidden", "GUEST", expires_at=ends)
    sketch.restrict("app", "prod", RoleLevel.ADMIN, approvers=("hidden",))
    assert _asked(sketch, Permission.ENVIRONMENT_DEPLOY, "app:prod").valid_until is None
    assert _asked(sketch, Permission.ENVIRONMENT_APPROVE, "app:prod").valid_until is None


def test_a_rule_that_falls_to_the_subject_turns_the_decision() -> None:
    sketch = Sketch()
    sketch.project("app", ORG, "prod")
    sketch.user("vic", "MAINTAINER")
    sketch.user("leaving", "GUEST", expires_at=LATER)
    sketch.restrict("app", "prod", RoleLevel.ADMIN, approvers=("leaving",))
    assert _asked(sketch, Permission.ENVIRONMENT_APPROVE, "app:prod").valid_until == LATER
    assert _asked(sketch, Permission.ENVIRONMENT_VIEW, "app:prod").valid_until is None


@pytest.mark.parametrize("ends", [None, LATER])
def test_a_hidden_membership_of_one_s_team_is_not_told(ends: int | None) -> None:
    """GUEST there shows nothing, so neither the node nor the membership on it is seen."""
    sketch = Sketch()
    sketch.team("own")
    sketch.team("hidden")
    sketch.user("vic", "GUEST")
    sketch.member("vic", "own", "VIEWER")
    sketch.member("own", "hidden", "GUEST", expires_at=ends)
    assert _asked(sketch, Permission.TEAM_VIEW, "own").valid_until is None


def test_a_bound_that_turns_nothing_is_passed_over() -> None:
    """The second of two memberships that give the same ends it, and a key before that."""
    sketch = Sketch()
    sketch.team("core")
    sketch.user("vic", "GUEST", "VIEWER", expires_at=LAST)
    sketch.member("vic", "core", "VIEWER", expires_at=LATER)
    assert _asked(sketch, Permission.TEAM_VIEW, "core").valid_until == LAST
    key = KeyScope("key", expires_at=LATER)
    assert _asked(sketch, Permission.TEAM_VIEW, "core", key).valid_until == LATER
