"""The first instance administrator of a production store, and their key."""

from collections.abc import Callable

from app.db import tables
from app.db.engine import Connection, Database
from app.db.text import folded
from app.errors import conflict
from app.policy.emails import is_email
from app.services.keys import hash_key, make_key, shown_prefix
from app.services.problems import Problems
from app.store.emptiness import has_instance_admin
from app.store.ledger import INSTANCE, Record, lock
from app.store.people import person_id_by_email


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
    key = make_key()

    def create(connection: Connection) -> None:
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
        writer.add(
            tables.ApiKey,
            INSTANCE,
            user_id=user_id,
            name="first key",
            prefix=shown_prefix(key),
            key_hash=hash_key(pepper, key),
            created_by=user_id,
        )
        writer.commit(Record("createAdministrator", target_id=user_id, target_name=name))

    await database.write(create)
    return key
