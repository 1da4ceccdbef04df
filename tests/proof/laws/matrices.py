"""Whole matrices of answers, by either form of the rule, and how often a law is tried."""

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from app.policy.rule import decide
from app.policy.structure import Structure
from app.policy.views import View
from app.policy.vocabulary import ASKED_OF, ErrorCode, Permission
from tests.proof.world import NOW, RandomWorld

F = TypeVar("F", bound=Callable[..., None])

FEW = 25
EXAMPLES = int(os.environ.get("LAW_EXAMPLES", FEW))
"""Random worlds for each law and form; more find what is rarer."""

Question = tuple[int, Permission, str]
"""The subject's place in `world.subjects`, what they ask to do, and the id of what they ask to do it to."""

Matrix = dict[Question, ErrorCode | None]
"""Every answer of a world at one instant; None where it is allowed."""

Form = Callable[..., Matrix]
"""`form(world, at)`; NOW without an instant."""


def decide_form(world: RandomWorld, at: int = NOW) -> Matrix:
    """By `decide`, with the code of each refusal. Whatever fails instead of answering fails the law."""
    found: Matrix = {}
    for resource_id in world.asked_ids:
        for permission in _permissions(world, resource_id):
            for number, subject in enumerate(world.subjects):
                decision = decide(world.facts, subject, permission, resource_id, at)
                assert decision.error is None, decision.error
                found[number, permission, resource_id] = decision.code
    return found


def view_form(world: RandomWorld, at: int = NOW) -> Matrix:
    """By `View`, which knows no codes: a refusal is NOT_FOUND where nothing is seen, and FORBIDDEN otherwise."""
    structure = Structure(world.facts)
    found: Matrix = {}
    for number, subject in enumerate(world.subjects):
        view = View(structure, subject, at)
        for resource_id in world.asked_ids:
            refused = ErrorCode.FORBIDDEN if view.sees(resource_id) else ErrorCode.NOT_FOUND
            for permission in Permission:
                found[number, permission, resource_id] = None if view.may(permission, resource_id) else refused
    return found


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


def tried(test: F) -> F:
    """Hypothesis's settings of every law: to be written above `given`."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(max_examples=EXAMPLES, deadline=None, print_blob=True, suppress_health_check=slow)(test)


def law(test: F) -> F:
    """A law of both forms: the test is called with each as `form`."""
    both = pytest.mark.parametrize("form", [decide_form, view_form], ids=["decide", "view"])
    return both(tried(test))
