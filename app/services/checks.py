"""Answering "may they?", for the asker and, with ACCESS_EXPLAIN, about others (rule.md, section 4, "About others")."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.errors import BailiwickError, forbidden, invalid, quoted
from app.policy.creation import decide_named
from app.policy.decision import Decision, hidden
from app.policy.entities import Project, Resource
from app.policy.names import is_environment_name
from app.policy.objects import Objects
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import ErrorCode, Permission
from app.services.reader import Reader

_log = logging.getLogger(__name__)


@dataclass(slots=True)  # not frozen: that would cost as much as answering
class Question:
    """May `subject_id` (None: the asker) do this to that, or to the environment of this name in that project?

    `path` is where the question stands in what was sent.
    """

    permission: Permission
    resource_id: str
    environment_name: str | None = None
    subject_id: str | None = None
    path: tuple[str | int, ...] = ("input",)


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, and what its asker sees of the organization it is about; None where they see nothing of it."""

    decision: Decision
    objects: Objects | None

    @property
    def allowed(self) -> bool:
        return self.decision.allowed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is allowed, and nothing else."""

    allowed: bool


ALLOWED, REFUSED = Verdict(allowed=True), Verdict(allowed=False)


async def verdicts(reader: Reader, permissions: Sequence[Permission], resource_ids: Sequence[str]) -> list[Verdict]:
    """Whether the asker may do each of these things, each with its resource: the rule in its set form.

    What goes wrong is a refusal (section 4), of no more than what it goes wrong for.
    """
    opened = await reader.open_for(resource_ids)
    try:
        by_organization = [objects.view.may_all(permissions, resource_ids) for objects in opened]
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not grant
        _log.error("decisions failed and are made one by one", exc_info=error)
        allowed = [_is_allowed(opened, *asked) for asked in zip(permissions, resource_ids, strict=True)]
    else:
        allowed = by_organization[0] if len(opened) == 1 else list(map(any, zip(*by_organization, strict=True)))
    return [ALLOWED if each else REFUSED for each in allowed] or [REFUSED] * len(resource_ids)


async def answer_all(reader: Reader, questions: Sequence[Question | BailiwickError]) -> list[Answer | BailiwickError]:
    """One answer a question, in their order, all at one moment. A refused question is its error, in its place."""
    asked = {question.resource_id for question in questions if isinstance(question, Question)}
    opened = await reader.open_for(asked)
    answers: list[Answer | BailiwickError] = []
    for question in questions:
        try:
            if isinstance(question, BailiwickError):
                answers.append(question)
            else:
                answers.append(answer(reader.subject, opened, question))
        except BailiwickError as error:
            answers.append(error)
    return answers


def _is_allowed(opened: Iterable[Objects], permission: Permission, resource_id: str) -> bool:
    try:
        return any(objects.view.may(permission, resource_id) for objects in opened)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not grant
        _log.error("a decision failed and refused", exc_info=error)
    return False


def answer(asker: Subject, opened: Iterable[Objects], question: Question) -> Answer:
    """Answer one question from the organizations that the asker belongs to.

    Raises INVALID for a name that no environment can have, and where one goes with something else than a project;
    FORBIDDEN where it is about somebody else and the asker holds ACCESS_EXPLAIN neither on the resource nor on the
    organization.
    """
    if question.environment_name is not None and not is_environment_name(question.environment_name):
        message = f"no environment can be called {quoted(question.environment_name)}"
        raise invalid(message, *question.path, "environmentName")
    found: Answer | None = None
    about_asker = question.subject_id in {None, asker.id}
    for objects in opened:
        if about_asker and not objects.view.sees(question.resource_id):
            continue  # before it is known whether it is there
        resource = objects.facts.resource(question.resource_id)
        if resource is not None:
            found = _answer_in(asker, objects, resource, question) or found
    nothing = hidden(question.permission, question.resource_id, question.subject_id or asker.id)
    return found or Answer(nothing, None)


def decide_for_viewer(objects: Objects, permissions: Iterable[Permission], resource_id: str) -> list[Answer]:
    """What the viewer may do with a resource they see, with reasons: why a button is grey (BAS-20)."""
    view = objects.view
    decisions = (decide(view.facts, view.subject, permission, resource_id, view.at) for permission in permissions)
    return [Answer(_logged(decision), objects) for decision in decisions]


def _answer_in(asker: Subject, objects: Objects, resource: Resource, question: Question) -> Answer | None:
    """The answer in the organization that has the resource; None where the asker must not know of it."""
    view, subject = objects.view, asker
    sees, explains_all = view.sees(resource.id), False
    if question.subject_id is not None and question.subject_id != asker.id:
        explains_all = view.may(Permission.ACCESS_EXPLAIN, objects.facts.organization.id)
        if not explains_all and sees and not view.may(Permission.ACCESS_EXPLAIN, resource.id):
            raise forbidden(Permission.ACCESS_EXPLAIN, resource.id)
        person = objects.person(question.subject_id)
        if person is None:
            return None
        subject = Subject(person)
    if not sees and not explains_all:
        return None
    decision = _logged(_decide(objects, subject, resource, question, explains_all))
    if decision.code is ErrorCode.NOT_FOUND and subject is asker:
        decision = hidden(question.permission, question.resource_id, asker.id)
    return Answer(decision, objects)


def _decide(objects: Objects, subject: Subject, resource: Resource, question: Question, explains_all: bool) -> Decision:
    facts, at = objects.facts, objects.view.at
    if question.environment_name is None:
        return decide(facts, subject, question.permission, resource.id, at)
    if not isinstance(resource, Project):
        raise invalid("`environmentName` goes with the id of a project", *question.path, "environmentName")
    environment = facts.environment_named(resource.id, question.environment_name)
    # What the asker themselves can't see is hidden from them anyhow, and some day they may.
    seen = explains_all or subject == objects.view.subject
    seen = seen or (environment is not None and objects.view.sees(environment.id))
    return decide_named(
        facts, subject, question.permission, resource.id, question.environment_name, at, asker_sees_it=seen
    )


def _logged(decision: Decision) -> Decision:
    if decision.error is not None:
        _log.error("a decision failed and refused", exc_info=decision.error)
    return decision
