"""Instance administrators of a production store, and their first keys."""

from collections.abc import Callable

from app.db import tables
from app.db.engine import Connection, Database
from app.db.text import folded
from app.errors import conflict
from app.policy.emails import is_email
from app.services.api_keys import insert_key
from app.services.key_scopes import Wanted
from app.services.problems import Problems
from app.store.emptiness import has_instance_admin
from app.store.ledger import INSTANCE, Record, Writer, lock
from app.store.people import people_by_id, person_id_by_email

FIRST_KEY = Wanted("first key", permissions=None, resource_id=None, expires_at=None)


async def create_administrator(
    database: Database, pepper: bytes, clock: Callable[[], int], *, name: str, email: str, is_another: bool = False
) -> str:
    """Create an instance administrator with a key; gives the key's secret, which is kept nowhere.

    `is_another`: though there may be one; and who has this e-mail becomes one, under the name they have. Raises INVALID
    for a name or e-mail that can't be; CONFLICT for somebody deactivated and, unless `is_another`, where there is an
    instance administrator, active or not, and for an e-mail that somebody has.
    """
    problems = Problems()
    problems.check_name(name, "name")
    if not is_email(email):
        problems.add(f"`{email}` is not an e-mail", "email")
    problems.refuse()

    def create(connection: Connection) -> str:
        writer = lock(connection, [INSTANCE], clock)
        if not is_another and has_instance_admin(connection):
            raise conflict(
                "there is an instance administrator already: `--another` makes another one, `bailiwick create-key` a "
                "key for one who has lost theirs"
            )
        user_id = person_id_by_email(connection, email)
        if user_id is None:
            user_id = _add(writer, name, email)
        elif is_another:
            _promote(connection, writer, user_id)
        else:
            raise conflict(f"somebody has this e-mail: `{email}`")
        made = insert_key(writer, pepper, user_id, user_id, FIRST_KEY)
        writer.commit(Record("createAdministrator", target_id=user_id, target_name=name))
        return made.secret

    return await database.write(create)


def _add(writer: Writer, name: str, email: str) -> str:
    return writer.add(
        tables.User,
        INSTANCE,
        name=name,
        email=email,
        email_folded=folded(email),
        is_service_account=False,
        is_active=True,
        is_instance_admin=True,
    )


def _promote(connection: Connection, writer: Writer, user_id: str) -> None:
    person = people_by_id(connection, [user_id], writer.revision(INSTANCE) - 1)[user_id]
    if not person.is_active:
        raise conflict(f"{person.name} is deactivated: an instance administrator can activate them")
    writer.set(tables.User, user_id, is_instance_admin=True)
