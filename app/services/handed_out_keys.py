"""Keys that whoever runs the server hands out: nobody in it can make one for another person (rule.md, section 10)."""

from collections.abc import Callable

from app.db.engine import Connection, Database
from app.errors import conflict, invalid
from app.policy.entities import Person
from app.services.api_keys import insert_key
from app.services.key_scopes import Wanted
from app.services.problems import Problems
from app.store.ledger import INSTANCE, Record, lock
from app.store.people import people_by_id, person_id_by_email

DAY = 86_400_000_000
"""µs."""


async def hand_out_key(
    database: Database, pepper: bytes, clock: Callable[[], int], *, email: str, name: str, days: int | None
) -> tuple[Person, str]:
    """Make a key that narrows nothing for a person; gives them and the key's secret, which is kept nowhere.

    `days`: after how many it expires; None for never. Raises INVALID for a name that can't be and an e-mail that nobody
    has, CONFLICT for somebody deactivated, whose keys are no good.
    """
    problems = Problems()
    problems.check_name(name, "name")
    problems.refuse()

    def make(connection: Connection) -> tuple[Person, str]:
        writer = lock(connection, [INSTANCE], clock)
        user_id = person_id_by_email(connection, email)
        if user_id is None:
            raise invalid(f"nobody has this e-mail: `{email}`; people are there once invited", "email")
        person = people_by_id(connection, [user_id], writer.revision(INSTANCE) - 1)[user_id]
        if not person.is_active:
            raise conflict(f"{person.name} is deactivated: a key would be no good")
        expires_at = None if days is None else writer.instant + days * DAY
        made = insert_key(writer, pepper, user_id, user_id, Wanted(name, None, None, expires_at))
        writer.commit(Record("createApiKey", target_id=made.id, target_name=name))
        return person, made.secret

    return await database.write(make)
