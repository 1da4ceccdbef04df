"""Where the rule, its set form and the reference differ about a world."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.policy.objects import Objects
from app.policy.rule import decide
from app.policy.structure import Structure
from app.policy.views import View
from app.policy.vocabulary import Permission
from tests.proof.reference import Reference
from tests.proof.world import NOW, RandomWorld, describe, short


@dataclass(frozen=True)
class Disagreement:
    """One question, how each of the two answered it, and what the rule gave as its reasons."""

    reference: Reference
    subject: int
    question: str
    found: object
    expected: object
    reasons: tuple[str, ...] = ()

    @property
    def at(self) -> int:
        return self.reference.at

    @property
    def kind(self) -> tuple[str, str, str]:
        """What stays the same while a world is made smaller: who was asked what, and both answers."""
        return (self.question.split()[0], str(self.found), str(self.expected))

    def __str__(self) -> str:
        head = f"subject {self.subject} at NOW{self.at - NOW:+d}: {self.question}"
        answers = f"  found {self.found}, the reference says {self.expected}"
        return short("\n".join([head, answers, *(f"    {reason}" for reason in self.reasons)]))


def disagreements(world: RandomWorld) -> Iterator[Disagreement]:
    """Every difference at every instant of the world; none when all agree."""
    references = [Reference(world, at) for at in world.instants]
    for reference in references:
        yield from decision_disagreements(reference)
        yield from view_disagreements(reference)
        yield from object_disagreements(reference)
    yield from _expiry_disagreements(references)


def decision_disagreements(reference: Reference) -> Iterator[Disagreement]:
    """`decide`: the code of each refusal, and that nothing went wrong on the way."""
    world = reference.world
    for (number, permission, resource_id), expected in reference.verdicts.items():
        decision = decide(world.facts, world.subjects[number], permission, resource_id, reference.at)
        if (decision.allowed, decision.code) == (expected is None, expected) and decision.error is None:
            continue
        found = decision.error or decision.code or "ALLOWED"
        reasons = tuple(f"{r.gate} {'passed' if r.passed else 'refused'}: {r.message}" for r in decision.reasons)
        question = f"decide {permission} on {resource_id}"
        yield Disagreement(reference, number, question, found, expected or "ALLOWED", reasons)


def view_disagreements(reference: Reference) -> Iterator[Disagreement]:
    """`View`: what is seen, and everything that may be done, asked one by one and all at once."""
    structure = Structure(reference.world.facts)
    questions = [(permission, resource_id) for resource_id in reference.asked for permission in Permission]
    for number, subject in enumerate(reference.world.subjects):
        view = View(structure, subject, reference.at)
        for time in ("once", "again"):  # from then on it has gone over all environments
            together = view.may_all(*zip(*questions, strict=True))
            for (permission, resource_id), may in zip(questions, together, strict=True):
                if may is not (reference.verdict(number, permission, resource_id) is None):
                    asked = f"view.may_all, {time}: {permission} on {resource_id}"
                    yield Disagreement(reference, number, asked, may, not may)
        for resource_id in reference.asked:
            expected = {p for p in Permission if reference.verdict(number, p, resource_id) is None}
            pairs = (
                ("permissions", set(view.permissions(resource_id)), expected),
                ("may", {p for p in Permission if view.may(p, resource_id)}, expected),
            )
            for question, found, right in pairs:
                if found != right:
                    asked = f"view.{question} on {resource_id}"
                    yield Disagreement(reference, number, asked, _words(found - right), _words(right - found))
            if view.sees(resource_id) != (seen := reference.sees(number, resource_id)):
                yield Disagreement(reference, number, f"view.sees on {resource_id}", not seen, seen)


def object_disagreements(reference: Reference) -> Iterator[Disagreement]:
    """`Objects`: people, memberships and restrictions (rule.md, section 4a)."""
    facts = reference.world.facts
    structure = Structure(facts)
    for number, subject in enumerate(reference.world.subjects):
        objects = Objects(View(structure, subject, reference.at))
        answers = [
            *(("person", p, objects.person(p) is not None, reference.sees_person) for p in facts.people),
            *(("membership", m.id, objects.sees_membership(m), reference.sees_membership)
              for m in facts.memberships.values()),
            *(("restriction", r.id, objects.sees_restriction(r), reference.sees_restriction)
              for r in facts.restrictions.values()),
            *(("grants", r.id, objects.manages(r), reference.reads_grants) for r in facts.restrictions.values()),
            *(("passes", r.id, objects.passes(r), reference.passes) for r in facts.restrictions.values()),
        ]  # fmt: skip
        for question, id, found, answer in answers:
            if found != answer(number, id):
                yield Disagreement(reference, number, f"objects.{question} of {id}", found, answer(number, id))


def _expiry_disagreements(references: list[Reference]) -> Iterator[Disagreement]:
    """What holds until an instant holds at every instant before it, by the reference."""
    for position, earlier in enumerate(references):
        world = earlier.world
        structure = Structure(world.facts)
        ends = [View(structure, subject, earlier.at).ends_at for subject in world.subjects]
        for later in references[position + 1 :]:
            for question, verdict in earlier.verdicts.items():
                number, permission, resource_id = question
                if later.verdicts[question] == verdict or resource_id not in world.resource_ids:
                    continue  # what never existed is answered with validUntil null (rule.md, section 4, "Hidden")
                until = {
                    "decide.valid_until": decide(
                        world.facts, world.subjects[number], permission, resource_id, earlier.at
                    ).valid_until,
                    "view.ends_at": ends[number],
                }
                for name, end in until.items():
                    if end is None or end > later.at:
                        asked = f"{name} {permission} on {resource_id}"
                        yield Disagreement(earlier, number, asked, "too late", "changes before")


def _words(permissions: set[Permission]) -> str:
    return " ".join(sorted(permissions)) or "nothing more"


def report(world: RandomWorld, found: list[Disagreement], limit: int = 5) -> str:
    """The world and the first of its disagreements, to be read by a person."""
    rest = f"\nand {len(found) - limit} more" if len(found) > limit else ""
    return "\n".join([describe(world), "", *map(str, found[:limit])]) + rest
