"""Who may give which roles: nobody hands on more than they hold, and ADMIN only an ADMIN (rule.md, section 10)."""

from app.policy.management import may_give
from app.policy.roles import BUILT_IN
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.views import View
from app.policy.vocabulary import NOT_IN_CUSTOM_ROLES, BuiltInRole, Permission
from tests.fixtures.world_builder import WorldBuilder

NOW = 1_770_000_000_000_000
LADDER = ("GUEST", "VIEWER", "MEMBER", "MAINTAINER", "ADMIN")


def given_by(*roles: str) -> list[str]:
    """The levels that somebody with these roles on a team may give there."""
    at = WorldBuilder()
    team = at.team("core")
    at.role("Everything", [permission for permission in Permission if permission not in NOT_IN_CUSTOM_ROLES])
    at.people.add("ana")
    at.member("ana", "acme", "GUEST")
    at.member("ana", "core", list(roles))
    view = View(Structure(at.facts()), Subject(at.people.by_name["ana"]), NOW)
    return [name for name in LADDER if may_give(view, team, [BUILT_IN[BuiltInRole[name]]])]


def test_a_level_is_given_by_who_holds_what_it_allows() -> None:
    assert given_by("GUEST") == ["GUEST"]
    assert given_by("ACCESS_MANAGER") == ["GUEST"]
    assert given_by("MEMBER") == ["GUEST", "VIEWER", "MEMBER"]
    assert given_by("MEMBER", "ACCESS_MANAGER") == ["GUEST", "VIEWER", "MEMBER"]
    assert given_by("ADMIN") == list(LADDER)


def test_who_holds_all_that_an_admin_does_hands_on_no_admin() -> None:
    """It would pass into isolated teams and restricted projects, where theirs doesn't."""
    assert given_by("Everything") == ["GUEST", "VIEWER", "MEMBER", "MAINTAINER"]
