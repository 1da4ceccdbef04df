"""Whole matrices of answers, by either form of the rule, and how often a law is tried."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from hypothesis import HealthCheck, settings

from app.policy.decision import Decision
from app.policy.rule import decide
from app.policy.structure import Structure
from app.policy.views import View
from app.policy.vocabulary import ASKED_OF, ErrorCode, Permission
from tests.proof.world import NOW, RandomWorld

F = TypeVar("F", bound=Callable[..., None])

FEW = 20
EXAMPLES = int(os.environ.get("LAW_EXAMPLES", FEW))
"""Random worlds for each law; more find what is rarer."""


class Question(NamedTuple):
    """Put to one form of the rule; the subject is named by their place in `world.subjects`."""

    form: str
    subject: int
    permission: Permission
    resource_id: str


Matrix = dict[Question, ErrorCode | None]
"""Every answer of a world at one instant, of both forms; None where it is allowed."""


def answers(world: RandomWorld, at: int = NOW) -> Matrix:
    """What `decide` and `View` answer: every subject, permission and resource, and an id that nothing ever had."""
    structure = Structure(world.facts)
    return told(world, [View(structure, subject, at) for subject in world.subjects])


def told(world: RandomWorld, views: list[View]) -> Matrix:
    """The same with these views of the subjects, at their instant."""
    decisions = decided(world, views[0].at)
    return {question: decision.code for question, decision in decisions} | dict(_viewed(world, views))


def decided(world: RandomWorld, at: int = NOW) -> Iterator[tuple[Question, Decision]]:
    """Every decision with its reasons. Whatever fails instead of answering fails the law."""
    for resource_id in world.asked_ids:
        for permission in _permissions(world, resource_id):
            for number, subject in enumerate(world.subjects):
                decision = decide(world.facts, subject, permission, resource_id, at)
                assert decision.error is None, decision.error
                yield Question("decide", number, permission, resource_id), decision


def _viewed(world: RandomWorld, views: list[View]) -> Iterator[tuple[Question, ErrorCode | None]]:
    """A view knows no codes: a refusal is NOT_FOUND where nothing is seen, and FORBIDDEN otherwise."""
    for number, view in enumerate(views):
        for resource_id in world.asked_ids:
            refused = ErrorCode.FORBIDDEN if view.sees(resource_id) else ErrorCode.NOT_FOUND
            for permission in Permission:
                code = None if view.may(permission, resource_id) else refused
                yield Question("view", number, permission, resource_id), code


def _permissions(world: RandomWorld, resource_id: str) -> Iterable[Permission]:
    """All of them; where the time is short only one of those that can't be asked, since they all answer alike."""
    resource = world.facts.resource(resource_id)
    if resource is None or EXAMPLES > FEW:
        return Permission
    foreign = [permission for permission in Permission if resource.kind not in ASKED_OF[permission]]
    return [permission for permission in Permission if permission not in foreign[1:]]


def allowed(matrix: Matrix) -> set[Question]:
    """The questions that are answered with yes."""
    return {question for question, code in matrix.items() if code is None}


def differing(one: Matrix, other: Matrix) -> dict[Question, tuple[ErrorCode | None, ErrorCode | None]]:
    """The questions of both that are not answered alike, with both answers."""
    return {question: (one[question], other[question]) for question in one if one[question] != other[question]}


def law(test: F) -> F:
    """Hypothesis's settings of every law: to be written above `given`."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(max_examples=EXAMPLES, deadline=None, print_blob=True, suppress_health_check=slow)(test)
