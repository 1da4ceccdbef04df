"""Ids: random, with a prefix that says what kind of thing they are of, and nothing else to be read from them."""

import base64
import re
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from app.db.tables import Identity, table_of
from app.policy.kinds import Kind

_RFC4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = b"0123456789abcdefghjkmnpqrstvwxyz"
_TO_CROCKFORD = bytes.maketrans(_RFC4648, _CROCKFORD)
RANDOM_BYTES = 15  # 24 characters of base32, without padding

_SHAPE = re.compile(rf"([a-z]{{3}})_[{_CROCKFORD.decode()}]{{24}}")
# A row that is computed, not stored: an ADMIN's in a restriction's list has the two ids' random parts in its own.
_COMPUTED_GRANT = re.compile(rf"({Kind.GRANT})_[{_CROCKFORD.decode()}]{{48}}")
_KINDS = {kind.value: kind for kind in Kind}
_LINES = re.compile(rf"(?:(?:{'|'.join(_KINDS)})_[{_CROCKFORD.decode()}]{{24}}\n)*")
_LINE = 29
_CHUNK = 1_000


def new_id(kind: Kind, random: bytes | None = None) -> str:
    """An id that nothing has: `<prefix>_` and 24 characters of lower-case Crockford base32, 120 random bits.

    `random`: the RANDOM_BYTES bytes to make it of, where somebody has drawn them already.
    """
    drawn = secrets.token_bytes(RANDOM_BYTES) if random is None else random
    return f"{kind}_{base64.b32encode(drawn).translate(_TO_CROCKFORD).decode()}"


def kind_of(id: str) -> Kind | None:
    """What an id is of, by its form alone; None for what could not be one of ours."""
    shape = _SHAPE.fullmatch(id) or _COMPUTED_GRANT.fullmatch(id)
    return None if shape is None else _KINDS.get(shape[1])


def are_ids(ids: Sequence[str]) -> bool:
    """Whether all could be ids of what is stored, by their form alone: asked of many at once for less."""
    text = "\n".join((*ids, ""))
    return len(text) == len(ids) * _LINE and _LINES.fullmatch(text) is not None


def ledgers_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The ledger of each thing that there is or ever was; unknown ids are left out."""
    identities = table_of(Identity)
    query = select(identities.c.id, identities.c.ledger_id)
    wanted = sorted(set(ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(query.where(identities.c.id.in_(wanted[start : start + _CHUNK])))
        found.update((row.id, row.ledger_id) for row in rows)
    return found
