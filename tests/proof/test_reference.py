"""The reference itself: examples worked out by hand from rule.md, and its tables against the vocabulary's."""

import pytest

from app.policy.subject import KeyScope
from app.policy.vocabulary import (
    ASKED_OF,
    VIEW_PERMISSION,
    BuiltInRole,
    ErrorCode,
    Permission,
    ResourceKind,
    RoleLevel,
    Tier,
)
from tests.proof.reference import permissions_of_the_program
from tests.proof.sketch import ALL, DIRECT, ORG, Sketch
from tests.proof.world import NOW

P = Permission
ALLOWED = None
FORBIDDEN, NOT_FOUND = ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND
INVALID, UNAUTHENTICATED = ErrorCode.INVALID, ErrorCode.UNAUTHENTICATED
VIEWS = frozenset(VIEW_PERMISSION.values())


def test_the_tables_say_of_what_each_permission_is_asked() -> None:
    assert permissions_of_the_program() == {p.value: {k.value for k in kinds} for p, kinds in ASKED_OF.items()}


@pytest.mark.parametrize("role", list(BuiltInRole))
def test_the_tables_give_a_built_in_role_the_same_permissions(role: BuiltInRole) -> None:
    sketch = Sketch()
    sketch.team("team", ORG)
    sketch.project("app", "team", "prod")
    sketch.user("u", "GUEST")
    # a second role makes all visible, so that what the first lacks is FORBIDDEN
    sketch.role("views", *VIEWS)
    sketch.member("u", ORG, role.name, "views")
    reference = sketch.reference("u")
    places = {
        ResourceKind.ORGANIZATION: ORG,
        ResourceKind.TEAM: "team",
        ResourceKind.PROJECT: "app",
        ResourceKind.ENVIRONMENT: "app:prod",
    }
    for permission, kinds in ASKED_OF.items():
        for kind in kinds:
            held = permission in role.permissions | VIEWS
            if permission is P.ENVIRONMENT_RESTRICT and role is BuiltInRole.MAINTAINER:
                held = kind is ResourceKind.PROJECT
            verdict = reference.verdict(0, permission, places[kind])
            assert verdict == (ALLOWED if held else FORBIDDEN), (permission, kind)


def test_no_membership_on_the_organization_is_not_found_whatever_there_is_below() -> None:
    sketch = Sketch()
    sketch.project("app")
    sketch.user("former", "ADMIN", expires_at=NOW)
    sketch.member("former", "app", "ADMIN")
    assert sketch.ask("former", P.PROJECT_VIEW, "app") == NOT_FOUND
    assert sketch.ask("former", P.PROJECT_VIEW, "app", at=NOW - 1) == ALLOWED


def test_a_membership_holds_from_its_start_until_its_end() -> None:
    sketch = Sketch()
    sketch.project("app")
    sketch.user("u", "GUEST")
    sketch.member("u", "app", "MEMBER", starts_at=NOW, expires_at=NOW + 2)
    verdicts = [sketch.ask("u", P.PROJECT_PUSH, "app", at=NOW + delta) for delta in (-1, 0, 1, 2)]
    assert verdicts == [NOT_FOUND, ALLOWED, ALLOWED, NOT_FOUND]


def test_an_isolated_team_lets_only_admin_through() -> None:
    sketch = Sketch()
    sketch.team("open", ORG)
    sketch.team("flat", ORG, isolated=True)
    sketch.project("app", "flat")
    sketch.role("viewer of all", *VIEWS)
    sketch.user("maintainer", "MAINTAINER", "viewer of all")
    sketch.user("admin", "ADMIN")
    assert sketch.ask("maintainer", P.TEAM_VIEW, "open") == ALLOWED
    assert sketch.ask("maintainer", P.TEAM_VIEW, "flat") == NOT_FOUND
    assert sketch.ask("maintainer", P.PROJECT_VIEW, "app") == NOT_FOUND
    assert sketch.ask("admin", P.PROJECT_DELETE, "app") == ALLOWED


@pytest.mark.requirement("AZ-48")
def test_member_plus_project_viewer_is_view_only_where_restricted() -> None:
    for restricted, verdict in ((True, FORBIDDEN), (False, ALLOWED)):
        sketch = Sketch()
        sketch.project("app", ORG, restricted=restricted)
        sketch.user("u", "MEMBER")
        sketch.member("u", "app", "VIEWER")
        sketch.user("other", "MEMBER")
        assert sketch.ask("u", P.PROJECT_VIEW, "app") == ALLOWED
        assert sketch.ask("u", P.PROJECT_PUSH, "app") == verdict
        assert sketch.ask("other", P.PROJECT_VIEW, "app") == (NOT_FOUND if restricted else ALLOWED)


def test_an_invited_team_brings_the_lower_level_and_all_that_has_none() -> None:
    sketch = Sketch()
    sketch.team("guests", ORG, isolated=True)
    sketch.team("chained", ORG, isolated=True)
    sketch.team("above", ORG, isolated=True)
    sketch.project("app", "above")
    sketch.role("pusher", P.PROJECT_PUSH)
    sketch.member("guests", "app", "MAINTAINER", "pusher")
    sketch.member("chained", "guests", "ADMIN")
    for user, level in (("low", "VIEWER"), ("high", "ADMIN"), ("none", "AUDITOR")):
        sketch.user(user, "GUEST")
        sketch.member(user, "guests", level)
    sketch.user("chain", "GUEST")
    sketch.member("chain", "chained", "ADMIN")
    sketch.user("boss", "ADMIN")
    asked = (P.PROJECT_VIEW, P.PROJECT_PUSH, P.PROJECT_DATA_WRITE, P.PROJECT_UPDATE, P.PROJECT_DELETE)
    expected = {
        "low": [ALLOWED, ALLOWED, FORBIDDEN, FORBIDDEN, FORBIDDEN],
        "high": [ALLOWED, ALLOWED, ALLOWED, ALLOWED, FORBIDDEN],
        "none": [NOT_FOUND] * 5,
        "chain": [NOT_FOUND] * 5,
        "boss": [ALLOWED] * 5,
    }
    assert {user: [sketch.ask(user, p, "app") for p in asked] for user in expected} == expected


@pytest.mark.requirement("AZ-11")
def test_a_project_is_restricted_by_who_is_admin_of_its_parent() -> None:
    sketch = Sketch()
    sketch.team("team", ORG)
    sketch.project("app", "team")
    sketch.role("restricter", P.PROJECT_RESTRICT, *VIEWS)
    for user, node, role in (("project admin", "app", "ADMIN"), ("team admin", "team", "ADMIN")):
        sketch.user(user, "GUEST")
        sketch.member(user, node, role)
    sketch.user("below", "GUEST")
    sketch.member("below", "app", "restricter")
    sketch.user("above", "restricter")
    sketch.user("hidden", "GUEST")
    users = ("project admin", "team admin", "below", "above", "hidden")
    verdicts = [sketch.ask(user, P.PROJECT_RESTRICT, "app") for user in users]
    assert verdicts == [FORBIDDEN, ALLOWED, FORBIDDEN, ALLOWED, NOT_FOUND]


def test_environment_view_in_a_custom_role_implies_project_view() -> None:
    sketch = Sketch()
    sketch.project("app", ORG, "prod")
    sketch.role("watcher", P.ENVIRONMENT_VIEW)
    sketch.user("u", "watcher")
    assert sketch.ask("u", P.PROJECT_VIEW, "app") == ALLOWED
    assert sketch.ask("u", P.ENVIRONMENT_VIEW, "app:prod") == ALLOWED
    assert sketch.ask("u", P.PROJECT_DATA_VIEW, "app") == FORBIDDEN


@pytest.mark.requirement("QV-23")
def test_an_access_list_binds_whoever_it_limits() -> None:
    sketch = Sketch(lists_enforced=True)
    sketch.project("app", ORG, "prod", "staging")
    sketch.project("other", ORG, "prod")
    sketch.project("empty")
    sketch.user("admin", "ADMIN", listed=("app:prod",))
    sketch.user("root", "ADMIN", listed=(), instance_admin=True)
    sketch.user("free", "VIEWER")
    shown = {
        user: [id for id in sketch.world().resource_ids if sketch.reference(user).sees(0, id)]
        for user in ("admin", "root", "free")
    }
    everything = [ORG, "app", "other", "empty", "app:prod", "app:staging", "other:prod"]
    assert shown == {"admin": [ORG, "app", "app:prod"], "root": everything, "free": everything}
    sketch.member("admin", "empty", "VIEWER")
    assert sketch.ask("admin", P.PROJECT_DELETE, "empty") == ALLOWED


def test_every_matching_restriction_must_be_passed_for_what_it_gates() -> None:
    sketch = Sketch()
    sketch.team("team", ORG)
    sketch.project("app", "team")
    sketch.environment("app", "prod/eu", Tier.PRODUCTION)
    sketch.user("u", "ADMIN")
    assert sketch.ask("u", P.ENVIRONMENT_DEPLOY, "app:prod/eu") == ALLOWED
    sketch.restrict("team", "prod*", RoleLevel.MEMBER)
    assert sketch.ask("u", P.ENVIRONMENT_DEPLOY, "app:prod/eu") == ALLOWED
    sketch.restrict(ORG, Tier.PRODUCTION, "someone else", enabled=False)
    sketch.restrict("app", "PROD*", "someone else")
    sketch.restrict("app", "prod", "someone else")
    assert sketch.ask("u", P.ENVIRONMENT_DEPLOY, "app:prod/eu") == ALLOWED
    sketch.restrict("app", "app:prod/eu", "someone else")
    assert sketch.ask("u", P.ENVIRONMENT_DEPLOY, "app:prod/eu") == FORBIDDEN
    assert sketch.ask("u", P.ENVIRONMENT_INVOKE, "app:prod/eu") == ALLOWED
    sketch.restrict("app", "*", "someone else", hides=True)
    assert sketch.ask("u", P.ENVIRONMENT_INVOKE, "app:prod/eu") == NOT_FOUND
    assert sketch.ask("u", P.PROJECT_PUSH, "app") == ALLOWED


@pytest.mark.requirement("BAS-35")
def test_admin_bypass_follows_the_role_on_the_scope() -> None:
    sketch = Sketch()
    sketch.team("team", ORG, isolated=True)
    sketch.project("app", "team", "prod")
    sketch.restrict("team", "prod", bypass=True)
    sketch.user("above", "ADMIN")
    sketch.user("below", "GUEST")
    sketch.member("below", "app", "ADMIN")
    assert sketch.ask("above", P.ENVIRONMENT_DEPLOY, "app:prod") == ALLOWED
    assert sketch.ask("below", P.ENVIRONMENT_DEPLOY, "app:prod") == FORBIDDEN


def test_a_grant_counts_from_its_start_until_its_end() -> None:
    sketch = Sketch()
    sketch.project("app", ORG, "prod")
    sketch.user("u", "MEMBER")
    sketch.restrict("app", "prod", "u", starts_at=NOW, expires_at=NOW + 1)
    verdicts = [sketch.ask("u", P.ENVIRONMENT_DEPLOY, "app:prod", at=NOW + delta) for delta in (-1, 0, 1)]
    assert verdicts == [FORBIDDEN, ALLOWED, FORBIDDEN]


@pytest.mark.requirement("GL-35")
def test_a_team_grant_gives_deployment_without_a_role() -> None:
    for who, verdict in ((("ops", DIRECT), ALLOWED), ("u", FORBIDDEN)):
        sketch = Sketch()
        sketch.team("ops", ORG)
        sketch.project("app", ORG, "prod", "staging")
        sketch.user("u", "VIEWER")
        sketch.member("u", "ops", "GUEST")
        sketch.restrict("app", "prod", who)
        assert sketch.ask("u", P.ENVIRONMENT_PROMOTE, "app:prod") == verdict
        assert sketch.ask("u", P.ENVIRONMENT_SCALE, "app:prod") == FORBIDDEN
        assert sketch.ask("u", P.ENVIRONMENT_DEPLOY, "app:staging") == FORBIDDEN


def test_who_is_in_a_team() -> None:
    for isolated, inheritance, expected in (
        (False, DIRECT, {"guest here"}),
        (False, ALL, {"guest here", "viewer", "admin"}),
        (True, ALL, {"guest here", "admin"}),
    ):
        sketch = Sketch()
        sketch.team("parent", ORG)
        sketch.team("ops", "parent", isolated=isolated)
        sketch.project("app", ORG, "prod")
        sketch.role("everything", *(p for p in P if p not in (P.ENVIRONMENT_APPROVE, P.AI_PROVIDERS_MANAGE)))
        for user, role in (("viewer", "VIEWER"), ("admin", "ADMIN"), ("levelless", "everything"), ("guest", "GUEST")):
            sketch.user(user, role)
        sketch.user("guest here", "GUEST")
        sketch.member("guest here", "ops", "GUEST")
        sketch.member("guest here", "app", "VIEWER")
        restriction = sketch.restrict("app", "prod", ("ops", inheritance))
        assert {user for user in sketch.people if sketch.reference(user).passes(0, restriction)} == expected


@pytest.mark.requirement("GL-38", "GL-39", "GL-40")
def test_stopping_needs_push() -> None:
    sketch = Sketch()
    sketch.project("app", ORG, "prod")
    sketch.role("stopper", P.ENVIRONMENT_STOP, *VIEWS)
    sketch.role("pusher", P.PROJECT_PUSH)
    sketch.user("u", "stopper")
    assert sketch.ask("u", P.ENVIRONMENT_STOP, "app:prod") == FORBIDDEN
    sketch.member("u", "app", "pusher")
    assert sketch.ask("u", P.ENVIRONMENT_STOP, "app:prod") == ALLOWED


def test_approving_is_for_people_whom_a_rule_names() -> None:
    sketch = Sketch()
    sketch.team("reviewers", ORG)
    sketch.project("app", ORG, "prod")
    sketch.restrict("app", "prod", "admin", approvers=(("reviewers", DIRECT), RoleLevel.MAINTAINER))
    sketch.user("admin", "ADMIN")
    sketch.user("member", "MEMBER")
    sketch.user("reviewer", "VIEWER")
    sketch.member("reviewer", "reviewers", "VIEWER")
    sketch.user("robot", "ADMIN", service_account=True)
    sketch.user("root", instance_admin=True)
    sketch.user("blind", "GUEST")
    sketch.member("blind", "reviewers", "ADMIN")
    users = ("admin", "member", "reviewer", "robot", "root", "blind")
    verdicts = [sketch.ask(user, P.ENVIRONMENT_APPROVE, "app:prod") for user in users]
    assert verdicts == [ALLOWED, FORBIDDEN, ALLOWED, FORBIDDEN, FORBIDDEN, NOT_FOUND]
    sketch.member("root", ORG, "GUEST")
    assert sketch.ask("root", P.ENVIRONMENT_APPROVE, "app:prod") == ALLOWED


def test_a_key_only_narrows() -> None:
    sketch = Sketch()
    sketch.project("app", ORG, "prod")
    sketch.project("secret", ORG, restricted=True)
    sketch.user("u", "MEMBER")
    sketch.user("root", instance_admin=True)
    reader = KeyScope("key", permissions=VIEWS)
    inside = KeyScope("key", resource_id="app:prod")
    ends = KeyScope("key", expires_at=NOW)
    assert sketch.ask("u", P.PROJECT_PUSH, "app", reader) == FORBIDDEN
    assert sketch.ask("u", P.PROJECT_PUSH, "secret", reader) == NOT_FOUND
    assert sketch.ask("root", P.PROJECT_PUSH, "app", reader) == FORBIDDEN
    assert sketch.ask("u", P.TEAM_VIEW, "app", reader) == INVALID
    assert sketch.ask("u", P.PROJECT_VIEW, "app", inside) == NOT_FOUND
    assert sketch.ask("u", P.ENVIRONMENT_STOP, "app:prod", inside) == ALLOWED
    assert sketch.ask("u", P.PROJECT_VIEW, "app", ends) == UNAUTHENTICATED
    assert sketch.ask("u", P.PROJECT_VIEW, "app", ends, at=NOW - 1) == ALLOWED


def test_what_cannot_be_asked_is_invalid_of_what_is_visible() -> None:
    sketch = Sketch()
    sketch.team("team", ORG)
    sketch.user("u", "GUEST")
    sketch.user("root", instance_admin=True)
    sketch.user("gone", "ADMIN", active=False)
    assert sketch.ask("u", P.TEAM_VIEW, ORG) == INVALID
    assert sketch.ask("u", P.PROJECT_VIEW, "team") == NOT_FOUND
    assert sketch.ask("root", P.PROJECT_VIEW, "team") == INVALID
    assert sketch.ask("gone", P.PROJECT_VIEW, "team") == UNAUTHENTICATED


def test_who_sees_people_and_memberships() -> None:
    sketch = Sketch()
    sketch.team("team", ORG)
    sketch.user("asker", "GUEST")
    sketch.member("asker", "team", "VIEWER")
    sketch.user("manager", "AUDITOR")
    sketch.user("viewer", "VIEWER")
    sketch.user("guest", "GUEST")
    sketch.user("sitting", "GUEST")
    sketch.member("sitting", "team", "GUEST")
    asker, manager = sketch.reference("asker"), sketch.reference("manager")
    everybody = {"asker", "manager", "viewer", "guest", "sitting"}
    assert {p for p in everybody if asker.sees_person(0, p)} == {"asker", "viewer", "sitting"}
    assert {p for p in everybody if manager.sees_person(0, p)} == everybody
    seen = {id for id in sketch.memberships if asker.sees_membership(0, id)}
    assert seen == {f"asker@{ORG}", "asker@team", "sitting@team"}


def test_who_sees_restrictions_and_their_grants() -> None:
    sketch = Sketch()
    sketch.team("team", ORG)
    sketch.project("app", "team", "prod")
    sketch.user("named", "GUEST")
    sketch.member("named", "app", "VIEWER")
    sketch.user("viewer", "VIEWER")
    sketch.user("admin", "ADMIN")
    plain = sketch.restrict(ORG, "prod", "named", RoleLevel.VIEWER)
    hiding = sketch.restrict("team", "prod", "named", hides=True)
    users = ("named", "viewer", "admin")
    assert [sketch.reference(user).sees_restriction(0, plain) for user in users] == [True, True, True]
    assert [sketch.reference(user).sees_restriction(0, hiding) for user in users] == [True, False, True]
    assert [sketch.reference(user).reads_grants(0, hiding) for user in users] == [False, False, True]
