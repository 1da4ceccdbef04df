"""Every world over GraphQL: everybody asks by their own key, and is shown and told what the rule says."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from app.policy.rule import decide
from app.policy.vocabulary import VIEW_PERMISSION, ErrorCode, Permission
from tests.fixtures.world import NOBODY, World, files, load
from tests.fixtures.world_expectations import Expectation
from tests.fixtures.world_people import made_id
from tests.fixtures.world_server import Answer, WorldServer, serving

CHECKS = """
query Checks($inputs: [CheckInput!]!, $hidden: [CheckInput!]!) {
  checks(inputs: $inputs) { allowed code reasons { gate passed } }
  hidden: checks(inputs: $hidden) {
    allowed code permission resourceId subjectId revision validUntil
    reasons { gate passed message source { id } }
  }
}
"""

SHOWN = """
query Shown($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on Organization { viewerPermissions }
    ... on Team { viewerPermissions }
    ... on Project { viewerPermissions }
    ... on Environment { viewerPermissions }
  }
}
"""

LISTED = """
query Listed {
  organizations(first: 5) {
    nodes {
      id
      teams(first: 25) { totalCount nodes { id } }
      projects(first: 25) { totalCount nodes { id environments(first: 25) { totalCount nodes { id } } } }
      environments(first: 50) { totalCount nodes { id } }
    }
  }
}
"""

_load = cache(load)
_every_world = pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)


@_every_world
async def test_everybody_is_shown_and_told_what_the_rule_says(path: Path, database_url: str) -> None:
    world = _load(path)
    complaints: list[str] = []
    async with serving(world, database_url) as server:
        for at in world.instants():
            server.set_clock(at)
            for person in (*world.subjects, NOBODY):
                about = f"  {person} at {at} µs"
                if _is_authenticated(world, person, at):
                    complaints += [f"{about}: {one}" for one in await _shown(world, server, person, at)]
                    complaints += [f"{about}: {one}" for one in await _told(world, server, person, at)]
                else:
                    complaints += [f"{about}: {one}" for one in await _refused(server, person)]
    assert not complaints, "\n".join((f"{path.name}: {world.description}", *complaints))


def _is_authenticated(world: World, person: str, at: int) -> bool:
    decision = decide(world.facts, world.subject(person), Permission.ORGANIZATION_VIEW, world.facts.organization.id, at)
    return decision.code is not ErrorCode.UNAUTHENTICATED


def _permissions(world: World, person: str, at: int) -> dict[str, set[Permission]]:
    """By path of everything that is to be seen: what the person may do with it."""
    found = {}
    for path, resource_id in world.ids.items():
        facts = world.facts_of(path)
        held = {p for p in Permission if decide(facts, world.subject(person), p, resource_id, at)}
        if held & set(VIEW_PERMISSION.values()):
            found[path] = held
    return found


async def _refused(server: WorldServer, person: str) -> list[str]:
    """A bad credential is 401; without one, what needs one is null with an error."""
    response = await server.send(person, LISTED)
    if person == NOBODY:
        errors = response.json().get("errors", [])
        right = [error["extensions"]["code"] for error in errors] == ["UNAUTHENTICATED"]
        return [] if right else [f"asked without a credential: {response.text}"]
    return [] if response.status_code == httpx.codes.UNAUTHORIZED else [f"let in: {response.text}"]


async def _shown(world: World, server: WorldServer, person: str, at: int) -> list[str]:
    """By id and in lists, exactly what is to be seen; and of that, exactly what may be done."""
    expected = _permissions(world, person, at)
    paths = {resource_id: path for path, resource_id in world.ids.items()}
    nodes = (await server.ask(person, SHOWN, ids=[*paths]))["nodes"]
    shown = {paths[node["id"]]: set(node["viewerPermissions"]) for node in nodes if node is not None}
    complaints = _difference("shown by id", set(shown), set(expected))
    for path in shown.keys() & expected.keys():
        complaints += _difference(f"may do with {path}", shown[path], {p.value for p in expected[path]})
    organizations = (await server.ask(person, LISTED))["organizations"]["nodes"]
    reachable = {path for path in expected if world.facts_of(path).organization.name in expected}
    complaints += _difference("listed", {paths[found] for found in _listed(organizations)}, reachable)
    return complaints


def _listed(organizations: list[Answer]) -> Iterator[str]:
    for organization in organizations:
        yield organization["id"]
        for kind in ("teams", "projects", "environments"):
            assert organization[kind]["totalCount"] == len(organization[kind]["nodes"])
            yield from (node["id"] for node in organization[kind]["nodes"])
        by_project = [each["id"] for p in organization["projects"]["nodes"] for each in p["environments"]["nodes"]]
        assert sorted(by_project) == sorted(each["id"] for each in organization["environments"]["nodes"])


def _difference(what: str, found: set[str], expected: set[str]) -> list[str]:
    if found == expected:
        return []
    return [f"{what}: too much {sorted(found - expected)}, too little {sorted(expected - found)}"]


async def _told(world: World, server: WorldServer, person: str, at: int) -> list[str]:
    """The answers to what the file expects; of the hidden, that of an id that never existed."""
    asked = [each for each in world.expectations if each.person == person and each.at == at]
    open_ones = [each for each in asked if each.code is not ErrorCode.NOT_FOUND]
    hidden_ones = [each for each in asked if each.code is ErrorCode.NOT_FOUND]
    nowhere = {"permission": Permission.ENVIRONMENT_VIEW.value, "resourceId": made_id("env", "never")}
    inputs, hidden = _inputs(world, open_ones), _inputs(world, hidden_ones)
    answers = await server.ask(person, CHECKS, inputs=inputs, hidden=[*hidden, nowhere])
    never = answers["hidden"].pop()
    assert (never["code"], never["revision"], never["validUntil"]) == ("NOT_FOUND", 0, None)
    assert [(reason["gate"], reason["source"]) for reason in never["reasons"]] == [("BELONGING", None)]
    complaints = []
    for expected, answer in zip(open_ones, answers["checks"], strict=True):
        if answer["allowed"] is not expected.allowed or answer["code"] != expected.code:
            complaints.append(f"{_question(expected)}: expected {expected.code or 'allowed'}, found {answer}")
        elif not _says_why(answer, expected):
            complaints.append(f"{_question(expected)}: expected because of {expected.because}, found {answer}")
    for expected, answer in zip(hidden_ones, answers["hidden"], strict=True):
        if answer != never | {"permission": answer["permission"], "resourceId": answer["resourceId"]}:
            complaints.append(f"{_question(expected)}: not answered like what never existed: {answer}")
    return complaints


def _inputs(world: World, asked: list[Expectation]) -> list[Answer]:
    return [{"permission": each.permission.value, "resourceId": world.id(each.path)} for each in asked]


def _question(expected: Expectation) -> str:
    return f"{expected.permission} of {expected.path}"


def _says_why(answer: Answer, expected: Expectation) -> bool:
    told = {reason["gate"] for reason in answer["reasons"] if reason["passed"] is expected.allowed}
    return expected.because is None or expected.because.value in told
