"""Decisions about an environment by its name, there or not (rule.md, sections 4 "Hidden" and 5)."""

import pytest

from app.policy.creation import decide_named
from app.policy.decision import Decision
from app.policy.subject import Subject
from app.policy.vocabulary import ErrorCode, Gate, Permission
from tests.fixtures.world_builder import Named, WorldBuilder

NOW = 1_770_000_000_000_000
CREATE, DEPLOY = Permission.ENVIRONMENT_CREATE, Permission.ENVIRONMENT_DEPLOY


@pytest.fixture
def at() -> WorldBuilder:
    """`maker` may create and not deploy, `placer` deploy and not create, `member` both; `live*` is passed by `lea`."""
    at = WorldBuilder()
    at.project("pay")
    at.environment("pay", "dev")
    at.role("Maker", [Permission.ENVIRONMENT_VIEW, CREATE])
    at.role("Placer", [Permission.ENVIRONMENT_VIEW, DEPLOY])
    for name, role in {"maker": "Maker", "placer": "Placer", "member": "MEMBER", "lea": "MEMBER"}.items():
        at.people.add(name)
        at.member(name, "acme", role)
    at.people.add("root", instance_admin=True)
    at.restrict("pay", name="live*", admin_bypass=False, grants=[Named(user="lea")])
    return at


def decided(at: WorldBuilder, name: str, permission: Permission, environment: str) -> Decision:
    subject = Subject(at.people.by_name[name])
    return decide_named(at.facts(), subject, permission, at.id("pay"), environment, NOW)


def test_deploying_to_a_new_name_needs_a_role_that_creates_and_one_that_deploys(at: WorldBuilder) -> None:
    for name in ("member", "lea", "root"):
        assert decided(at, name, DEPLOY, "new")
    assert decided(at, "maker", CREATE, "new")
    refused = decided(at, "maker", DEPLOY, "new")
    assert (refused.code, refused.reasons[-1].gate) == (ErrorCode.FORBIDDEN, Gate.ROLE)
    assert decided(at, "placer", DEPLOY, "new").code is ErrorCode.FORBIDDEN
    assert decided(at, "placer", DEPLOY, "dev")


def test_every_restriction_that_would_match_must_be_passed(at: WorldBuilder) -> None:
    for permission in (CREATE, DEPLOY):
        assert decided(at, "lea", permission, "live")
        assert decided(at, "root", permission, "live")
        assert decided(at, "member", permission, "live").code is ErrorCode.FORBIDDEN
    at.restrict("acme", name="live-eu", grants=[Named(user="member")])
    assert decided(at, "lea", CREATE, "live-eu").code is ErrorCode.FORBIDDEN
    assert decided(at, "member", CREATE, "live-eu").code is ErrorCode.FORBIDDEN
    assert decided(at, "lea", CREATE, "live-us")


def test_a_name_that_is_taken_is_a_conflict_for_who_could_have_created_it(at: WorldBuilder) -> None:
    assert decided(at, "member", CREATE, "dev").code is ErrorCode.CONFLICT
    assert decided(at, "placer", CREATE, "dev").code is ErrorCode.FORBIDDEN


def test_it_stands_until_the_grant_ends_by_which_the_restriction_is_passed(at: WorldBuilder) -> None:
    at.restrict("acme", name="next*", admin_bypass=False, grants=[Named(user="member", expires_at=NOW + 5)])
    for permission in (CREATE, DEPLOY):
        assert decided(at, "member", permission, "next").valid_until == NOW + 5
        assert decided(at, "member", permission, "new").valid_until is None
        assert decided(at, "lea", permission, "next").valid_until is None


def test_what_others_can_see_later_does_not_end_what_the_asker_is_told(at: WorldBuilder) -> None:
    """A taken name that hides is CONFLICT until its environment is seen, for who asks about themselves alone."""
    at.environment("pay", "shy")
    at.restrict(
        "pay", environment="pay/shy", hides=True, admin_bypass=False, grants=[Named(user="member", starts_at=NOW + 5)]
    )
    subject = Subject(at.people.by_name["member"])
    for sees, until in ((True, NOW + 5), (False, None)):
        found = decide_named(at.facts(), subject, DEPLOY, at.id("pay"), "shy", NOW, asker_sees_it=sees)
        assert (found.code, found.valid_until) == (ErrorCode.CONFLICT, until)
