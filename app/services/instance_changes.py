"""Changes of the instance's own ledger: people, keys, organizations that begin (rule.md, section 10)."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from app.db.engine import Connection
from app.errors import BailiwickError, unauthenticated
from app.policy.subject import Subject
from app.policy.vocabulary import ErrorCode
from app.services.changes import Action, Applied
from app.services.denials import Denied
from app.services.instance import Instance, subject_of
from app.services.reader import Reader
from app.store.ledger import INSTANCE, Record, Writer, lock
from app.store.moment import Arrival, arrival_by_key

T = TypeVar("T")
P = ParamSpec("P")


class InstanceChange:
    """One use case's hold on the instance's ledger, inside the transaction."""

    def __init__(self, connection: Connection, writer: Writer, asker: Subject, arrival: Arrival) -> None:
        self.connection = connection
        self.writer = writer
        self.asker = asker
        self.arrival = arrival
        self.target_id: str | None = None
        self.target_name: str | None = None

    def about(self, id: str, name: str | None) -> None:
        """Say for the audit what the change is done to."""
        self.target_id, self.target_name = id, name

    def require_whole_key(self) -> None:
        """A call that needs no permission needs a key without list and subtree (section 2). Raises FORBIDDEN."""
        if self.asker.key is not None and self.asker.key.is_narrow:
            raise BailiwickError(ErrorCode.FORBIDDEN, "this needs a key that is not narrowed")


async def apply_to_instance(
    instance: Instance,
    reader: Reader,
    action: Action,
    target_id: str,
    use_case: Callable[Concatenate[InstanceChange, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Applied[T]:
    """Run a use case on the instance's ledger; the revision given is the highest of those written.

    What the use case raises is noted as a denial of what `target_id` names, and nothing has happened.
    The use case may lock organizations on top, by `lock`, never the other way round.
    """

    def run(connection: Connection) -> Applied[T]:
        writer = lock(connection, [INSTANCE], instance.clock)
        arrival = arrival_by_key(connection, reader.key_hash, reader.arrival)
        if arrival is None:
            raise unauthenticated()
        change = InstanceChange(connection, writer, subject_of(arrival, writer.instant), arrival)
        result = use_case(change, *args, **kwargs)
        key = change.asker.key
        key_id = None if key is None else key.id
        numbers = writer.commit(Record(action.name, change.asker.id, key_id, change.target_id, change.target_name))
        others = [number for ledger_id, number in numbers.items() if ledger_id != INSTANCE]
        revision = max(others, default=numbers.get(INSTANCE, arrival.instance_revision))
        return Applied(result, revision, arrival_by_key(connection, reader.key_hash, arrival))

    try:
        return await instance.database.write(run)
    except BailiwickError as error:
        instance.denials.note(Denied(reader.subject, action.name, target_id, error.code, reader.instant))
        raise
