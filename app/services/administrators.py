"""The first instance administrator of a production store, and their key."""

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
from app.store.ledger import INSTANCE, Record, lock
from app.store.people import person_id_by_email

FIRST_KEY = Wanted("first key", permissions=None, resource_id=None, expires_at=None)


async def create_first_administrator(
    database: Database, pepper: bytes, clock: Callable[[], int], *, name: str, email: str
) -> str:
    """Create an instance administrator with a key; gives the key's secret, which is kept nowhere.

    Raises INVALID for a name or e-mail that can't be, CONFLICT where there is an instance administrator already, active
    or not, and for an e-mail that somebody has.
    """
    problems = Problems()
    problems.check_name(name, "name")
    if not is_email(email):
        problems.add(f"`{email}` is not an e-mail", "email")
    problems.refuse()

    def create(connection: Connection) -> str:
        writer = lock(connection, [INSTANCE], clock)
        if has_instance_admin(connection):
            raise conflict("there is an instance administrator already: this makes the first one alone")
        if person_id_by_email(connection, email) is not None:
            raise conflict(f"somebody has this e-mail: `{email}`")
        user_id = writer.add(
            tables.User,
            INSTANCE,
            name=name,
            email=email,
            email_folded=folded(email),
            is_service_account=False,
            is_active=True,
            is_instance_admin=True,
        )
        made = insert_key(writer, pepper, user_id, user_id, FIRST_KEY)
        writer.commit(Record("createAdministrator", target_id=user_id, target_name=name))
        return made.secret

    return await database.write(create)
