"""Until when a view holds: the next instant at which anything of its organization, or its key, begins or ends."""

from dataclasses import replace

import pytest

from app.policy.structure import Structure
from app.policy.subject import KeyScope, Subject
from app.policy.views import View
from tests.fixtures.client import NOW, SECOND, Draft


def draft() -> Draft:
    made = Draft()
    made.staff()
    made.person("brief")
    made.acme.member("brief", "acme", "GUEST", starts_at=NOW + 5 * SECOND, expires_at=NOW + 9 * SECOND)
    return made


@pytest.mark.parametrize(
    ("at", "key_ends", "end"),
    [
        (NOW, None, NOW + 5 * SECOND),
        (NOW, NOW + 2 * SECOND, NOW + 2 * SECOND),
        (NOW, NOW + 7 * SECOND, NOW + 5 * SECOND),
        (NOW + 5 * SECOND, NOW + 7 * SECOND, NOW + 7 * SECOND),
        (NOW + 5 * SECOND, NOW + 5 * SECOND, NOW + 9 * SECOND),
        (NOW + 9 * SECOND, None, None),
    ],
)
def test_a_view_ends_with_the_first_of_all(at: int, key_ends: int | None, end: int | None) -> None:
    world = draft().world()
    subject = world.subjects["ada"]
    if key_ends is not None:
        subject = Subject(subject.person, KeyScope("key", expires_at=key_ends))
    assert View(Structure(world.facts), subject, at).ends_at == end
    nobody = replace(subject, key=None)
    assert View(Structure(world.facts), nobody, NOW + 9 * SECOND).ends_at is None
