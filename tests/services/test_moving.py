"""Teams and projects move within bounds, and nobody walks out of a restriction with them (rule.md, 1, 5 and 10)."""

import pytest

from app.policy.kinds import Kind
from tests.fixtures.client import unknown
from tests.services.guild import Guild
from tests.services.yard import DEEPEST, deep

MOVE_TEAM, MOVE_PROJECT = "moveTeam", "moveProject"


async def test_what_is_moved_is_there_with_all_that_is_in_it(yard: Guild) -> None:
    core, ops, sub, api = (yard.id(path) for path in ("core", "ops", "core/sub", "core/sub/api"))
    moved = await yard.do("ada", MOVE_TEAM, "team { path } revision", teamId=sub, parentId=ops)
    assert moved["team"] == {"path": "acme/ops/sub"}
    assert await yard.record() == (moved["revision"], MOVE_TEAM, yard.id("ada"), sub)
    assert (await yard.ask("ada", "query($id: ID!) { project(id: $id) { path } }", id=api))["project"] == {
        "path": "acme/ops/sub/api"
    }
    again = await yard.do("ada", MOVE_TEAM, teamId=sub, parentId=ops)
    assert again["revision"] == moved["revision"], "it is there already"
    back = await yard.do("ada", MOVE_PROJECT, "project { path }", projectId=api, parentId=core)
    assert back["project"] == {"path": "acme/core/api"}


async def test_what_is_hidden_comes_before_what_is_forbidden(yard: Guild) -> None:
    core, vault, lab = yard.id("core"), yard.id("vault"), yard.id("lab")
    for parent in (vault, unknown(Kind.TEAM), yard.id("core/web")):
        assert await yard.refused("mia", MOVE_TEAM, teamId=yard.id("ops"), parentId=parent) == "NOT_FOUND"
        assert await yard.refused("mia", MOVE_PROJECT, projectId=lab, parentId=parent) == "NOT_FOUND"
    assert await yard.refused("mia", MOVE_TEAM, teamId=yard.id("ops"), parentId=core) == "FORBIDDEN"
    assert await yard.refused("mia", MOVE_PROJECT, projectId=lab, parentId=core) == "FORBIDDEN"


async def test_a_team_is_moved_neither_below_itself_nor_too_deep(yard: Guild) -> None:
    core, ops = yard.id("core"), yard.id("ops")
    for parent in (core, yard.id("core/sub")):
        assert await yard.refused("ada", MOVE_TEAM, teamId=core, parentId=parent) == "INVALID"
    for team, below in ((ops, DEEPEST), (core, DEEPEST - 1)):  # core has a team below it
        assert await yard.refused("ada", MOVE_TEAM, teamId=team, parentId=yard.id(deep(below))) == "INVALID"
        assert await yard.do("ada", MOVE_TEAM, teamId=team, parentId=yard.id(deep(below - 1)))


async def test_a_slug_that_is_taken_there_is_a_conflict_even_if_hidden(yard: Guild) -> None:
    for mutation, made in (("createTeam", {"name": "Sub", "slug": "sub"}), ("createProject", {"slug": "lab"})):
        more = {"name": "Lab", "kind": "APP"} if mutation == "createProject" else {}
        await yard.do("ada", mutation, parentId=yard.id("ops"), **made, **more)
    assert await yard.refused("ada", MOVE_TEAM, teamId=yard.id("core/sub"), parentId=yard.id("ops")) == "CONFLICT"
    assert await yard.refused("ada", MOVE_PROJECT, projectId=yard.id("lab"), parentId=yard.id("ops")) == "CONFLICT"


async def test_nobody_moves_an_environment_out_of_a_restriction_they_do_not_manage(yard: Guild) -> None:
    away = {"projectId": yard.id("core/web"), "parentId": yard.id("acme")}
    refusal = await yard.refusal("bea", MOVE_PROJECT, **away)
    assert (refusal["code"], refusal["permission"], refusal["resourceId"]) == (
        "FORBIDDEN",
        "ENVIRONMENT_RESTRICT",
        yard.id("core"),
    )
    assert await yard.do("rex", MOVE_PROJECT, **away)
    assert await yard.do("bea", MOVE_PROJECT, projectId=yard.id("core/sub/api"), parentId=yard.id("acme"))


@pytest.mark.parametrize("moved", ["ops/tool", "ops"])
async def test_nobody_moves_an_environment_under_a_restriction_they_do_not_pass(yard: Guild, moved: str) -> None:
    mutation, id = (MOVE_TEAM, "teamId") if moved == "ops" else (MOVE_PROJECT, "projectId")
    under = {id: yard.id(moved), "parentId": yard.id("core")}
    for person in ("bea", "rex"):  # to manage it is not to pass it
        refusal = await yard.refusal(person, mutation, **under)
        assert (refusal["code"], refusal["resourceId"]) == ("FORBIDDEN", yard.id("core"))
    assert await yard.do("ada", mutation, **under)
