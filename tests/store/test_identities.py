"""Ids say what they are of, and what could not be one of ours is told without asking the store."""

import pytest

from app.db.engine import Database
from app.policy.kinds import Kind
from app.store.identities import kind_of, ledgers_by_id, new_id
from app.store.ledger import INSTANCE
from tests.store.ledgers import new_organization

TAIL = "0123456789abcdefghjkmnpq"


@pytest.mark.parametrize("kind", list(Kind))
def test_an_id_tells_its_kind(kind: Kind) -> None:
    made = new_id(kind)
    assert kind_of(made) is kind
    assert len(made) == 28
    assert made != new_id(kind)


def test_every_prefix_is_three_letters() -> None:
    assert all(len(kind) == 3 and kind.isalpha() and kind.islower() for kind in Kind)


def test_ids_use_the_whole_alphabet() -> None:
    used = set("".join(new_id(Kind.TEAM)[4:] for _ in range(300)))
    assert used == set("0123456789abcdefghjkmnpqrstvwxyz")


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        (f"tea_{TAIL}", Kind.TEAM),
        (f"xyz_{TAIL}", None),
        (f"TEA_{TAIL}", None),
        (f"tea-{TAIL}", None),
        (f"tea_{TAIL.upper()}", None),
        (f"tea_{TAIL[:-1]}", None),
        (f"tea_{TAIL}r", None),
        (f"tea_{TAIL}\n", None),
        (f" tea_{TAIL}", None),
        (f"tea_{TAIL[:-1]}i", None),
        (f"tea_{TAIL[:-1]}٣", None),
        ("tea_", None),
        ("", None),
        (f"tea_{TAIL}" * 1000, None),
        (TAIL, None),
    ],
)
def test_the_form_of_an_id(id: str, kind: Kind | None) -> None:
    assert kind_of(id) is kind


async def test_the_ledgers_of_things(database: Database) -> None:
    org, other = await new_organization(database), await new_organization(database)
    asked = [org, other, new_id(Kind.TEAM), INSTANCE, *(str(number) for number in range(2_500))]
    assert await database.read(lambda connection: ledgers_by_id(connection, asked)) == {org: org, other: other}
    assert await database.read(lambda connection: ledgers_by_id(connection, [])) == {}
