"""Where the rule departs from the words of rule.md on purpose.

Each entry quotes the sentence and says why. What it covers is left out of the comparison; its example in
test_open_questions.py goes red once the two sides agree.
"""

from collections.abc import Callable

from app.policy.subject import Subject
from tests.proof.agreement import Disagreement


def an_instance_administrator_among_people(found: Disagreement) -> bool:
    """Section 4a: a person is seen by "who holds MEMBERS_VIEW on a node on which that person holds a level [...]".

    The reference: for an instance administrator too, who holds it on every node. The set form: they see everybody,
    unless a key narrows them.
    """
    return found.question.startswith("objects.person") and sees_everybody(found.reference.world.subjects[found.subject])


def sees_everybody(subject: Subject) -> bool:
    """Whether it is an instance administrator, and no key narrows them."""
    key = subject.key
    return subject.person.is_instance_admin and (key is None or (key.permissions is None and key.resource_id is None))


OPEN: tuple[Callable[[Disagreement], bool], ...] = (an_instance_administrator_among_people,)


def is_open(found: Disagreement) -> bool:
    return any(question(found) for question in OPEN)
