"""Loading the large organization into an empty store, and who there is to ask as."""

from collections.abc import Callable

from app.db.engine import Connection, Database
from app.services.demo.large.loader import Loader, Progress
from app.services.demo.large.people import add_memberships, add_people, is_limited, key_of, name_of
from app.services.demo.large.places import add_places
from app.services.demo.large.restrictions import add_restrictions
from app.services.demo.large.size import Size
from app.services.demo.people import DemoPerson
from app.services.keys import hash_key
from app.store.credentials import credential_by_hash
from app.store.emptiness import is_empty
from app.store.ledger import INSTANCE, lock


async def load_large(
    database: Database,
    pepper: bytes,
    clock: Callable[[], int],
    size: Size,
    on_progress: Progress = lambda _: None,
) -> bool:
    """Load one generated organization into an empty store; whether that was done.

    A store that holds anything already is left as it is. All of it is one transaction; `on_progress` is told as it
    grows. But for instants and the audit records' ids everything is the same for one size, ids included.
    """

    def load(connection: Connection) -> bool:
        writer = lock(connection, [INSTANCE], clock)
        if not is_empty(connection):
            return False
        loader = Loader(writer, on_progress)
        people = add_people(loader, size, pepper)
        loader.create_ledger()
        places = add_places(loader, size)
        add_memberships(loader, size, places, people)
        add_restrictions(loader, size, places, people)
        loader.commit()
        return True

    return await database.write(load)


def is_large(connection: Connection, pepper: bytes) -> bool:
    """Whether the large organization is what the store holds, of whatever size: its first person's key is known."""
    return credential_by_hash(connection, hash_key(pepper, key_of(pepper, 0))) is not None


def large_people(pepper: bytes, size: Size) -> list[DemoPerson]:
    """Those who have keys, the organization's first ADMIN first."""
    return [
        DemoPerson(name_of(number), _about(number), key_of(pepper, number))
        for number in range(min(size.keys, size.people))
    ]


def _about(number: int) -> str:
    if number == 0:
        return "an admin of the large organization"
    return "a member with an environment access list" if is_limited(number) else "a member"
