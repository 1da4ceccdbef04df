"""How every change is made: one transaction, one decision taken inside it, one revision with its record.

    done = await changes.apply(instance, reader, Action("createTeam"), parent_id, create_team, name="Core", slug="core")

The order of refusals is that of rule.md, section 10: what the shape of the input says is refused by the caller, then
NOT_FOUND, FORBIDDEN, and what depends on the state. A refused change leaves no trace but its denial.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, NamedTuple, NoReturn, ParamSpec, TypeVar

from app.db.engine import Commit, Connection
from app.db.tables import Fact, Membership
from app.errors import BailiwickError, conflict, forbidden, invalid, not_found, unauthenticated
from app.policy.decision import Decision
from app.policy.entities import Node, Organization, Project, Resource, Team
from app.policy.facts import Facts
from app.policy.kinds import Kind
from app.policy.objects import Objects
from app.policy.rule import decide
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.views import View
from app.policy.vocabulary import ErrorCode, Permission
from app.services import records
from app.services.denials import Denied
from app.services.facts_memory import structure_at
from app.services.instance import Instance, subject_of
from app.services.reader import Reader
from app.services.sight import fact_by_id
from app.store.deployments import Deployment, deployments_by_id
from app.store.identities import kind_of
from app.store.ledger import INSTANCE, Record, Writer, lock
from app.store.moment import Arrival, arrival_by_key

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Action:
    """What is done, by the name of its mutation; `holds_instance`: whether it adds or changes people or keys."""

    name: str
    holds_instance: bool = False


@dataclass(frozen=True, slots=True)
class Applied(Generic[T]):
    """What a use case gave, and the revision that holds it: the organization's, or the instance's for its own alone."""

    result: T
    revision: int
    arrival: Arrival | None
    """As whom the asker would come in right after it; None where it took their key."""


class Change:
    """One use case's hold on one organization, inside the transaction: what is there now, and what is to change.

    `facts` and `objects` are of the moment the lock was had, at `writer.instant`; they don't show what was added since.
    """

    def __init__(self, connection: Connection, writer: Writer, objects: Objects, action: str) -> None:
        self.connection = connection
        self.writer = writer
        self.objects = objects
        self.action = action
        self.target_id: str | None = None
        self.target_name: str | None = None
        self.reason: str | None = None

    @property
    def facts(self) -> Facts:
        return self.objects.facts

    @property
    def view(self) -> View:
        return self.objects.view

    @property
    def asker(self) -> Subject:
        return self.view.subject

    @property
    def instant(self) -> int:
        return self.writer.instant

    @property
    def organization(self) -> Organization:
        return self.facts.organization

    def about(self, id: str, name: str | None, reason: str | None = None) -> None:
        """Say for the audit what the change is done to."""
        self.target_id, self.target_name, self.reason = id, name, reason

    def record(self) -> Record:
        """What the audit says of the change."""
        key = self.asker.key
        key_id = None if key is None else key.id
        return Record(self.action, self.asker.id, key_id, self.target_id, self.target_name, self.reason)

    # What is visible. Each raises NOT_FOUND for what is hidden, unknown or of another kind.

    def find(self, id: str, kind: type[T]) -> T:
        """The thing of this id, if the asker sees it and it is of this kind."""
        found = fact_by_id(self.objects, id)
        if not isinstance(found, kind):
            raise not_found()
        return found

    def node(self, id: str) -> Node:
        """The organization, team or project of this id."""
        found = fact_by_id(self.objects, id)
        if not isinstance(found, Organization | Team | Project):
            raise not_found()
        return found

    def deployment(self, id: str) -> Deployment:
        """The deployment of this id, if the asker sees its environment, or its project while it is not placed."""
        found = deployments_by_id(self.connection, (id,), {self.organization.id: self.facts.revision}).get(id)
        if found is None or not records.sees_deployment(self.objects, found):
            raise not_found()
        return found

    # What is permitted.

    def require(self, permission: Permission, resource: Resource) -> Decision:
        """Decide for the asker, here and now. Raises FORBIDDEN with its reasons, or NOT_FOUND."""
        decision = decide(self.facts, self.asker, permission, resource.id, self.instant)
        if not decision:
            refuse(decision)
        return decision

    # What changes.

    def add(self, model: type[Fact], **values: Any) -> str:
        """Add a thing to the organization, and give its id."""
        return self.writer.add(model, self.organization.id, **values)

    def set(self, model: type[Fact], id: str, **values: Any) -> None:
        """Change columns of a living fact; equal values are no change."""
        self.writer.set(model, id, **values)

    def end(self, model: type[Fact], id: str) -> None:
        """End a living fact."""
        self.writer.end(model, id)


def refuse(decision: Decision) -> NoReturn:
    """Raise what a refused decision says: NOT_FOUND, INVALID, CONFLICT or FORBIDDEN with its reasons."""
    if decision.code is ErrorCode.FORBIDDEN:
        raise forbidden(decision.permission, decision.resource_id, decision.reasons)
    if decision.code is ErrorCode.CONFLICT:
        raise conflict("the name is taken")
    if decision.code is ErrorCode.INVALID:
        raise invalid(decision.reasons[-1].message)
    raise not_found()


async def apply(
    instance: Instance,
    reader: Reader,
    action: Action,
    target_id: str,
    use_case: Callable[Concatenate[Change, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Applied[T]:
    """Run a use case on the organization in which `target_id` is, if the asker sees it there; else NOT_FOUND.

    What the use case raises is noted as a denial, and nothing has happened.
    """
    try:
        organization_id = await organization_of(reader, target_id)
        if organization_id is None:
            raise not_found()
        latest, opened = instance.memory.latest(organization_id), reader.opened(organization_id)
        done = await instance.database.write(
            lambda connection: _run(
                instance.clock,
                reader.key_hash,
                Known(reader.arrival, instance.memory.left(organization_id, latest), opened),
                connection,
                organization_id,
                action,
                lambda change: use_case(change, *args, **kwargs),
            ),
            committed=lambda done, commit: _leave(instance, done, commit),
        )
    except BailiwickError as error:
        instance.denials.note(Denied(reader.subject, action.name, target_id, error.code, reader.instant))
        raise
    if done.structure is not None:
        instance.memory.keep(done.structure)
    return done.applied


def _leave(instance: Instance, done: "Done[T]", commit: Commit | None) -> None:
    """Let whoever comes in next know what was done, before they ask the store."""
    if done.structure is not None:
        instance.memory.leave(done.structure)
        if commit is not None and done.is_of_facts_alone:
            facts = done.structure.facts
            instance.arrivals.follow(commit, facts.organization.id, facts.revision)


async def organization_of(reader: Reader, id: str) -> str | None:
    """The organization in which the asker sees the thing of this id, asked before anything is locked.

    Hidden and unknown things are told from each other by nothing: both are looked for in the asker's organizations.
    """
    kind = kind_of(id)
    if kind is Kind.DEPLOYMENT:
        found = (await records.deployments(reader, (id,))).get(id)
        return None if found is None else found.organization_id
    if kind is Kind.AI_PROVIDER:
        provider = await records.ai_provider(reader, id)
        return None if provider is None else provider.organization_id
    opened = await reader.open_for((id,))
    seen = [objects.facts.organization.id for objects in opened if fact_by_id(objects, id) is not None]
    return seen[0] if seen else None


async def organization_managed(reader: Reader, id: str, permission: Permission) -> str | None:
    """An organization of the asker's in which they see what belongs to no one organization: a built-in role, a person.

    One where they hold `permission`, if there is any, so that the answer doesn't hang on which one comes first.
    """
    seen = [objects for objects in await reader.open_all() if fact_by_id(objects, id) is not None]
    ids = [objects.facts.organization.id for objects in seen]
    managed = [own for own, objects in zip(ids, seen, strict=True) if objects.view.may(permission, own)]
    return next(iter(managed + ids), None)


class Known(NamedTuple):
    """What is in memory before a ledger is locked: the asker, how the organization was, and what they saw of it."""

    arrival: Arrival
    structure: Structure | None
    objects: Objects | None


class Done(NamedTuple, Generic[T]):
    """What was applied, and how the organization is after it.

    `is_of_facts_alone`: it is one revision of the organization, after which all come in as whom they did before.
    """

    applied: Applied[T]
    structure: Structure | None
    is_of_facts_alone: bool


def _run(
    clock: Callable[[], int],
    key_hash: str,
    known: Known,
    connection: Connection,
    organization_id: str,
    action: Action,
    use_case: Callable[[Change], T],
) -> Done[T]:
    held = [INSTANCE, organization_id] if action.holds_instance else [organization_id]
    writer = lock(connection, held, clock)
    arrival = arrival_by_key(connection, key_hash, known.arrival)
    if arrival is None:
        raise unauthenticated()
    subject = subject_of(arrival, writer.instant)
    revision = writer.revision(organization_id) - 1
    structure = structure_at(connection, organization_id, revision, arrival.instance_revision, known.structure)
    if structure is None:
        raise not_found()
    objects = _objects(known.objects, subject, structure, writer.instant)
    change = Change(connection, writer, objects, action.name)
    result = use_case(change)
    numbers = writer.commit(change.record())
    own = numbers.get(organization_id, revision)
    all_come_in_as_before = INSTANCE not in numbers and not any(fact.model is Membership for fact in writer.written)
    if all_come_in_as_before:
        revisions = {id: numbers.get(id, number) for id, number in arrival.revisions.items()}
        after: Arrival | None = Arrival(arrival.subject, arrival.instance_revision, revisions)
    else:
        after = arrival_by_key(connection, key_hash, arrival)
    applied = Applied(result, numbers.get(organization_id) or numbers.get(INSTANCE, revision), after)
    # Here it costs less than it costs whoever asks next: no thread, no connection, no transaction of its own.
    instance_revision = arrival.instance_revision if after is None else after.instance_revision
    written = writer.written if own == revision + 1 else None
    left = structure_at(connection, organization_id, own, instance_revision, structure, written)
    return Done(applied, left, all_come_in_as_before and list(numbers) == [organization_id])


def _objects(known: Objects | None, subject: Subject, structure: Structure, at: int) -> Objects:
    """What a subject sees, from what was known before the lock where that can go on."""
    going_on = None if known is None or known.view.subject != subject else known.followed_by(structure, at)
    return going_on or Objects(View(structure, subject, at))
