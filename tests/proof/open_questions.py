"""Where the rule departs from the words of rule.md on purpose.

Each entry quotes the sentence and says why. What it covers is left out of the comparison; its example in
test_open_questions.py goes red once the two sides agree.
"""

from collections.abc import Callable

from tests.proof.agreement import Disagreement


def an_instance_administrator_among_people(found: Disagreement) -> bool:
    """Section 4a: a person is seen by "who holds MEMBERS_VIEW on a node on which that person holds a level [...]".

    The reference: for an instance administrator too, who holds it on every node. The set form: they see everybody.
    """
    subject = found.reference.world.subjects[found.subject]
    return found.question.startswith("objects.person") and subject.person.is_instance_admin


OPEN: tuple[Callable[[Disagreement], bool], ...] = (an_instance_administrator_among_people,)


def is_open(found: Disagreement) -> bool:
    return any(question(found) for question in OPEN)
