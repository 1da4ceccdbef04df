"""Whom a restriction's list names beside its grants: the ADMINs of its scope who pass without one (BAS-35)."""

import pytest

from app.policy.implicit import implicit_admins
from tests.fixtures.world_builder import Named, WorldBuilder

NOW = 1_770_000_000_000_000


def listed(*, admin_bypass: bool) -> set[str]:
    """Of several ADMINs of the organization or of the scope, the team core, those who are listed."""
    at = WorldBuilder()
    at.team("core")
    at.people.add("off", deactivated=True)
    at.people.add("root", instance_admin=True)
    for name in ("ada", "mia", "tom", "left"):
        at.people.add(name)
    for name, role in {"ada": "ADMIN", "off": "ADMIN", "root": "ADMIN", "mia": "MEMBER", "tom": "GUEST"}.items():
        at.member(name, "acme", role)
    at.member("left", "acme", "GUEST", expires_at=NOW)
    for name in ("tom", "left"):
        at.member(name, "core", "ADMIN")
    restriction = at.restrict("core", name="prod", admin_bypass=admin_bypass, grants=[Named(user="mia")])
    names = {person.id: name for name, person in at.people.by_name.items()}
    return {names[row.user_id or ""] for row in implicit_admins(at.facts(), restriction, NOW)}


@pytest.mark.requirement("BAS-35")
def test_active_admins_who_belong_are_listed_and_administrators_of_the_instance_are_not() -> None:
    assert listed(admin_bypass=True) == {"ada", "tom"}


def test_where_admins_do_not_pass_none_is_listed() -> None:
    assert listed(admin_bypass=False) == set()
