"""An example of each open question. When the two sides agree about one, its test fails: take the entry out then."""

from collections.abc import Callable

from app.policy.subject import Subject
from tests.proof import open_questions
from tests.proof.agreement import Disagreement, disagreements
from tests.proof.sketch import ORG, Sketch
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


def _found(sketch: Sketch, user: str) -> list[Disagreement]:
    return list(disagreements(sketch.world(Subject(sketch.people[user]))))


def _only(found: list[Disagreement], question: Callable[[Disagreement], bool]) -> None:
    assert found, "no longer open"
    assert [d for d in found if not question(d)] == []


def test_an_instance_administrator_among_people() -> None:
    sketch = _sketch()
    sketch.user("root", instance_admin=True)
    sketch.user("other root", instance_admin=True)
    _only(_found(sketch, "root"), open_questions.an_instance_administrator_among_people)
