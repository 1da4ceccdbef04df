"""Whom one adds to a node, with which roles, and who may (rule.md, sections 2, 3 and 10)."""

from typing import Any

import pytest

from app.policy.kinds import Kind
from tests.fixtures.client import NOW, SECOND, unknown
from tests.services.guild import DAY, Guild, roles

ADD = "addMembership"
SHOWN = "membership { id roles { key } startsAt expiresAt subject { ... on User { name email } } } revision"


def _new(guild: Guild, node: str, member: dict[str, str], *names: str, **more: Any) -> dict[str, Any]:
    return {"resourceId": guild.id(node), "member": member, "roleIds": roles(*names or ("VIEWER",)), **more}


def _user(guild: Guild, name: str) -> dict[str, str]:
    return {"userId": guild.id(name)}


async def test_who_manages_members_adds_one_and_others_do_not(guild: Guild) -> None:
    wanted = _new(guild, "core/sub", _user(guild, "vic"), "VIEWER", "VIEWER", "MEMBER")
    done = await guild.do("ada", ADD, SHOWN, **wanted)
    assert [role["key"] for role in done["membership"]["roles"]] == ["VIEWER", "MEMBER"]
    assert await guild.record() == (done["revision"], ADD, guild.id("ada"), done["membership"]["id"])

    wanted = _new(guild, "core", _user(guild, "vic"))
    refusal = await guild.refusal("mia", ADD, **wanted)
    assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "MEMBERS_MANAGE")
    assert refusal["resourceId"] == guild.id("core")
    await guild.do("tam", ADD, **wanted)

    wanted = _new(guild, "core/web", _user(guild, "vic"))
    refusal = await guild.refusal("moe", ADD, **wanted)
    assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "PROJECT_ACCESS_MANAGE")
    await guild.do("pat", ADD, **wanted)


async def test_a_hidden_node_is_answered_like_none(guild: Guild) -> None:
    answers = []
    for resource_id in (guild.id("vault"), unknown(Kind.TEAM), guild.id("globex"), guild.id("core/web/dev")):
        wanted = _new(guild, "core", _user(guild, "vic"), "ADMIN") | {"resourceId": resource_id}
        answers.append(await guild.refusal("amy", ADD, **wanted))
    assert answers == [answers[0]] * 4
    assert answers[0]["code"] == "NOT_FOUND"


async def test_the_shape_is_asked_before_anything_else(guild: Guild) -> None:
    wrong = _new(guild, "vault", {"email": "nobody"}, startsAt="2026-01-02T00:00:00Z", expiresAt="2026-01-02T00:00:00Z")
    problems = await guild.problems("gus", ADD, **wrong | {"roleIds": []})
    assert problems == [
        (["input", "roleIds"], "INVALID"),
        (["input", "expiresAt"], "INVALID"),
        (["input", "member", "email"], "INVALID"),
    ]


@pytest.mark.parametrize("node", ["acme", "core", "core/web"])
async def test_somebody_unseen_is_refused_like_an_unknown_id(guild: Guild, node: str) -> None:
    answers = [
        await guild.refusal("ada", ADD, **_new(guild, node, {"userId": id}))
        for id in (guild.id("zoe"), guild.id("root"), guild.id("drone"), unknown(Kind.USER))
    ]
    assert answers == [answers[0]] * 4
    assert [problem["path"] for problem in answers[0]["problems"]] == [["input", "member", "userId"]]
    assert answers[0]["code"] == "INVALID"


async def test_a_team_unseen_is_refused_like_an_unknown_id(guild: Guild) -> None:
    answers = [
        await guild.refusal("tam", ADD, **_new(guild, "core", {"teamId": id}))
        for id in (guild.id("vault"), guild.id("globex/staff"), unknown(Kind.TEAM), guild.id("core/web"))
    ]
    assert answers == [answers[0]] * 4
    assert [problem["path"] for problem in answers[0]["problems"]] == [["input", "member", "teamId"]]


async def test_everything_wrong_is_told_at_once(guild: Guild) -> None:
    wanted = _new(guild, "core", {"userId": unknown(Kind.USER)}, "VIEWER", "Foreign")
    problems = await guild.problems("ada", ADD, **wanted)
    assert sorted(problems) == [
        (["input", "member", "userId"], "INVALID"),
        (["input", "roleIds", 1], "INVALID"),
    ]


@pytest.mark.parametrize(
    ("node", "member"),
    [
        ("core", {"userId": "exa"}),
        ("core/web", {"userId": "exa"}),
        ("core", {"userId": "off"}),
        ("core", {"teamId": "core"}),
        ("acme", {"teamId": "core"}),
    ],
)
async def test_who_can_not_have_a_membership_there(guild: Guild, node: str, member: dict[str, str]) -> None:
    ((field, name),) = member.items()
    problems = await guild.problems("ada", ADD, **_new(guild, node, {field: guild.id(name)}))
    assert problems == [(["input", "member", field], "INELIGIBLE_SUBJECT")]


@pytest.mark.requirement("GL-6", "GL-31")
async def test_a_team_is_invited_by_a_direct_member_or_an_admin_of_it(guild: Guild) -> None:
    ops = {"teamId": guild.id("ops")}
    assert await guild.refused("tam", ADD, **_new(guild, "core", ops)) == "INVALID"
    await guild.do("ada", ADD, resourceId=guild.id("ops"), member=_user(guild, "gus"), roleIds=roles("GUEST"))
    await guild.do("ada", ADD, resourceId=guild.id("core"), member=_user(guild, "vic"), roleIds=roles("ADMIN"))
    assert await guild.refused("vic", ADD, **_new(guild, "core", ops)) == "INELIGIBLE_SUBJECT"
    await guild.do("moe", ADD, **_new(guild, "core", ops))
    await guild.do("ada", ADD, **_new(guild, "core/web", ops))
    assert {"ops"} & set(await guild.members("core")) & set(await guild.members("core/web")) == {"ops"}


async def test_an_e_mail_that_nobody_has_makes_a_person(guild: Guild) -> None:
    email = {"email": "Nina.Neu@draft.example"}
    done = await guild.do("ada", ADD, SHOWN, **_new(guild, "acme", email))
    assert done["membership"]["subject"] == {"name": "Nina.Neu", "email": email["email"]}
    assert (await guild.record())[:2] == (done["revision"], ADD)
    again = _new(guild, "acme", {"email": email["email"].upper()})
    assert await guild.problems("ada", ADD, **again) == [(["input", "member"], "CONFLICT")]
    assert await guild.refused("ada", ADD, **_new(guild, "acme", {"email": "x@y.example"}, "Foreign")) == "INVALID"
    assert await guild.refused("amy", ADD, **_new(guild, "acme", {"email": "x@y.example"})) == "PRIVILEGE_ESCALATION"


async def test_an_e_mail_finds_strangers_for_an_organization_alone(guild: Guild) -> None:
    for name in ("zoe", "root"):
        done = await guild.do("ada", ADD, SHOWN, **_new(guild, "acme", {"email": guild.email(name).upper()}))
        assert done["membership"]["subject"]["name"] == name


@pytest.mark.parametrize("node", ["core", "core/web"])
async def test_below_it_an_unseen_person_is_answered_like_nobody(guild: Guild, node: str) -> None:
    emails = (guild.email("zoe"), guild.email("root"), "nobody@draft.example")
    answers = [await guild.refusal("ada", ADD, **_new(guild, node, {"email": email})) for email in emails]
    assert answers == [answers[0]] * 3
    assert [problem["path"] for problem in answers[0]["problems"]] == [["input", "member", "email"]]
    await guild.do("ada", ADD, **_new(guild, node, {"email": guild.email("vic")}))
    expired = await guild.problems("ada", ADD, **_new(guild, node, {"email": guild.email("exa")}))
    assert expired == [(["input", "member", "email"], "INELIGIBLE_SUBJECT")]


async def test_who_sees_nobody_invites_by_e_mail(guild: Guild) -> None:
    assert await guild.refused("kim", ADD, **_new(guild, "acme", _user(guild, "zoe"), "GUEST")) == "INVALID"
    taken = _new(guild, "acme", {"email": guild.email("vic")}, "GUEST")
    assert await guild.refused("kim", ADD, **taken) == "CONFLICT"
    await guild.do("kim", ADD, **_new(guild, "acme", {"email": guild.email("zoe")}, "GUEST"))
    assert await guild.may("zoe", "ORGANIZATION_VIEW", "acme")


async def test_a_deactivated_person_is_not_invited(guild: Guild) -> None:
    await guild.do("ada", "removeMembership", membershipId=guild.membership("off"))
    off = _new(guild, "acme", {"email": guild.email("off")})
    assert await guild.problems("ada", ADD, **off) == [(["input", "member", "email"], "INELIGIBLE_SUBJECT")]


@pytest.mark.requirement("AZ-28")
async def test_a_standing_membership_is_a_conflict_and_an_expired_one_gives_way(guild: Guild) -> None:
    bob = _new(guild, "core", _user(guild, "bob"))
    assert await guild.problems("ada", ADD, **bob) == [(["input", "member"], "CONFLICT")]
    before, _, _, _ = await guild.record()
    old = guild.membership("gus", "core")
    done = await guild.do("ada", ADD, SHOWN, **_new(guild, "core", _user(guild, "gus"), "MEMBER"))
    assert done["revision"] == before + 1
    assert (await guild.members("core"))["gus"] == (done["membership"]["id"], ["Member"])
    assert done["membership"]["id"] != old
    assert (await guild.ask("ada", "query($id: ID!) { node(id: $id) { id } }", id=old))["node"] is None


@pytest.mark.parametrize("member", ["userId", "email"])
async def test_who_comes_back_to_an_organization_is_new_there(guild: Guild, member: str) -> None:
    """The end of a membership of the organization ends the others, the list and the grants (section 2)."""
    whom = {"userId": guild.id("exa"), "email": guild.email("exa")}
    done = await guild.do("ada", ADD, SHOWN, **_new(guild, "acme", {member: whom[member]}, "MEMBER"))
    shown = (
        "query($id: ID!) { node(id: $id) { ... on Membership { environmentAccess { mode environments { name } } } } }"
    )
    access = (await guild.ask("ada", shown, id=done["membership"]["id"]))["node"]["environmentAccess"]
    assert access == {"mode": "FULL", "environments": []}
    assert "exa" not in await guild.members("core")
    assert not await guild.may("exa", "ENVIRONMENT_DEPLOY", "core/web/production")
    assert await guild.may("lim", "ENVIRONMENT_VIEW", "core/web/dev")


async def test_times_are_kept_and_count_from_their_instant(guild: Guild) -> None:
    times = {"startsAt": "2026-01-15T13:00:00+01:00", "expiresAt": "2026-01-16T12:00:00Z"}
    done = await guild.do("ada", ADD, SHOWN, **_new(guild, "vault", _user(guild, "vic"), **times))
    assert done["membership"]["startsAt"] == "2026-01-15T12:00:00Z"
    assert done["membership"]["expiresAt"] == "2026-01-16T12:00:00Z"
    assert await guild.may("vic", "TEAM_VIEW", "vault")
    guild.client.set_clock(NOW + DAY - SECOND)
    assert await guild.may("vic", "TEAM_VIEW", "vault")
    guild.client.set_clock(NOW + DAY)
    assert not await guild.may("vic", "TEAM_VIEW", "vault")


@pytest.mark.parametrize(
    ("by", "node", "role", "code"),
    [
        ("amy", "acme", "GUEST", None),
        ("amy", "acme", "ACCESS_MANAGER", None),
        ("amy", "acme", "VIEWER", "PRIVILEGE_ESCALATION"),
        ("amy", "acme", "AUDITOR", "PRIVILEGE_ESCALATION"),
        ("amy", "acme", "Placer", "PRIVILEGE_ESCALATION"),
        ("moe", "acme", "MEMBER", None),
        ("moe", "acme", "Placer", None),
        ("moe", "acme", "MAINTAINER", "PRIVILEGE_ESCALATION"),
        ("moe", "acme", "ADMIN", "PRIVILEGE_ESCALATION"),
        ("tam", "core", "ADMIN", None),
        ("pat", "core/web", "ADMIN", None),
        ("root", "acme", "ADMIN", None),
        ("root", "vault", "ADMIN", None),
    ],
)
async def test_nobody_hands_on_more_than_they_hold(
    guild: Guild, by: str, node: str, role: str, code: str | None
) -> None:
    member = {"email": "new@draft.example"} if node == "acme" else _user(guild, "vic" if by != "root" else "root")
    if by == "root" and node != "acme":
        await guild.do("root", ADD, **_new(guild, "acme", _user(guild, "root")))
    wanted = _new(guild, node, member, role)
    if code is None:
        await guild.do(by, ADD, **wanted)
    else:
        assert await guild.problems(by, ADD, **wanted) == [(["input", "roleIds"], code)]


async def test_a_team_gets_no_more_than_whoever_invites_it_holds(guild: Guild) -> None:
    ops = {"teamId": guild.id("ops")}
    assert await guild.refused("moe", ADD, **_new(guild, "core", ops, "ADMIN")) == "PRIVILEGE_ESCALATION"
    await guild.do("moe", ADD, **_new(guild, "core", ops, "MEMBER"))
    assert await guild.refused("moe", ADD, **_new(guild, "core/sub", ops, "MAINTAINER")) == "PRIVILEGE_ESCALATION"
    await guild.do("moe", ADD, **_new(guild, "core/sub", ops, "AUDITOR"))  # all it would add is asked of organizations


async def test_a_key_that_is_narrowed_adds_only_with_the_permission_listed(guild: Guild) -> None:
    wanted = _new(guild, "core", _user(guild, "vic"))
    await guild.do("ada-members", ADD, **wanted)
    refusal = await guild.refusal("ada-members", ADD, **_new(guild, "core/web", _user(guild, "vic")))
    assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "PROJECT_ACCESS_MANAGE")


async def test_a_refusal_is_noted(guild: Guild) -> None:
    assert await guild.refused("mia", ADD, **_new(guild, "core", _user(guild, "vic"))) == "FORBIDDEN"
    await guild.client.instance.denials.write()
    denials = "query($id: ID!) { organization(id: $id) { denials { nodes { action code targetId } } } }"
    nodes = (await guild.ask("ada", denials, id=guild.id("acme")))["organization"]["denials"]["nodes"]
    assert nodes[-1] == {"action": ADD, "code": "FORBIDDEN", "targetId": guild.id("core")}
