"""An example of each open question. When the two sides agree about one, its test fails: take the entry out then."""

from collections.abc import Callable

import pytest

from app.policy.subject import KeyScope, Subject
from tests.proof import open_questions
from tests.proof.agreement import Disagreement, disagreements
from tests.proof.sketch import DIRECT, ORG, Sketch
from tests.proof.world import NOW


def _sketch() -> Sketch:
    sketch = Sketch()
    sketch.team("team", ORG)
    sketch.project("app", "team", "prod")
    sketch.user("admin", "ADMIN")
    sketch.user("former", "ADMIN", expires_at=NOW)
    sketch.user("deactivated", "ADMIN", active=False)
    sketch.user("guest", "GUEST")
    sketch.member("guest", "team", "VIEWER")
    return sketch


def _found(sketch: Sketch, user: str, key: KeyScope | None = None) -> list[Disagreement]:
    return list(disagreements(sketch.world(Subject(sketch.people[user], key))))


def _only(found: list[Disagreement], question: Callable[[Disagreement], bool]) -> None:
    assert found, "no longer open"
    assert [d for d in found if not question(d)] == []


@pytest.mark.parametrize("approver", ["former", "deactivated", ("no such team", DIRECT)])
def test_a_rule_whose_subject_disappeared(approver: str) -> None:
    sketch = _sketch()
    sketch.restrict("app", "prod", "admin", approvers=(approver,))
    _only(_found(sketch, "admin"), open_questions.a_rule_whose_subject_disappeared)


def test_a_credential_that_ended() -> None:
    found = _found(_sketch(), "guest", KeyScope("key", expires_at=NOW))
    _only(found, open_questions.a_credential_that_ended)


def test_passing_what_one_cannot_see() -> None:
    sketch = Sketch()
    sketch.user("guest", "GUEST")
    sketch.project("app", ORG, "prod")
    sketch.restrict("app", "prod", "guest")
    _only(_found(sketch, "guest"), open_questions.passing_what_one_cannot_see)


def test_an_instance_administrator_among_people() -> None:
    sketch = _sketch()
    sketch.user("root", instance_admin=True)
    sketch.user("other root", instance_admin=True)
    _only(_found(sketch, "root"), open_questions.an_instance_administrator_among_people)


def test_the_levels_of_somebody_who_lost_them() -> None:
    _only(_found(_sketch(), "guest"), open_questions.the_levels_of_somebody_who_lost_them)
