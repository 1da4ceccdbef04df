"""Pages: every node exactly once whatever their size and direction, and cursors that outlive what they point at."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.db import tables
from app.store.ledger import Record, Writer
from tests.fixtures.client import Client, Draft, open_client
from tests.fixtures.world_builder import Named

PAGE = """
  totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { %s } }
  nodes { %s }
"""


@dataclass(frozen=True)
class List:
    """A connection: the document it stands in, what tells its nodes apart, and how many there are in `many`."""

    document: str
    key: str
    count: int

    def asking(self, *arguments: str) -> str:
        paging = ", ".join(f"{name}: ${name}" for name in ("first", "after", "last", "before"))
        variables = "$first: Int, $after: String, $last: Int, $before: String"
        given = ", ".join((paging, *arguments))
        return f"query({variables}) {self.document}" % f"({given}) {{ {PAGE % (self.key, self.key)} }}"


ACME = '{ organization(slug: "acme") { %s } }'
WEB = '{ project(path: "acme/web") { %s } }'
LISTS = {
    "organizations": List("{ organizations%s }", "id", 1),
    "teams": List(ACME % "teams%s", "id", 9),
    "projects": List(ACME % "projects%s", "id", 4),
    "environments": List(ACME % "environments%s", "id", 23),
    "environments of a project": List(WEB % "environments%s", "id", 20),
    "members": List(ACME % "members%s", "id", 12),
    "restrictions": List(ACME % "restrictions%s", "id", 6),
    "names": List(ACME % "environmentNames%s", "name", 20),
    "audit": List(ACME % "audit%s", "id", 9),
    "deployments": List(WEB % "deployments%s", "id", 9),
    "deployments that wait": List(WEB % "deployments%s", "id", 9),
    "subjects": List(ACME % "subjects%s", "id", 12),
    "my memberships": List("{ viewer { memberships%s } }", "id", 10),
    "choices": List(
        '{ organization(slug: "acme") { membership(userId: "<lim>") { environmentAccess { choices%s } } } }',
        "projectId",
        3,
    ),
}
MORE = {"deployments that wait": "status: READY", "subjects": "permission: ORGANIZATION_VIEW"}
"""Arguments that a list needs besides."""


def many() -> Draft:
    """Twenty environments with colliding names of all cases, people, teams, restrictions; all lists are of several."""
    draft = Draft(lists_enforced=True)
    draft.person("ada", "ADMIN")
    for number in range(10):
        draft.person(f"p{number}", "VIEWER")
    draft.person("lim", "MEMBER")
    draft.acme.limit("lim", [])
    for number in range(9):
        draft.team(f"t{number}", {"ada": "ADMIN"})
    names = [f"{prefix}{number}" for prefix in ("A", "a", "Ä", "ä", "ß") for number in range(4)]
    draft.project("web", *names)
    draft.project("t0/web", "A0", "a0")
    draft.project("t1/api", "A0")
    draft.project("t2/none")
    for number in range(5):
        draft.acme.restrict("acme", name=f"a{number}*", grants=[Named(user="ada")])
    draft.acme.restrict("web", environment="web/a1")
    return draft


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    async with open_client(many(), database_url) as opened:
        await deploy(opened, 3)
        await deploy(opened, 3)
        await deploy(opened, 3)
        for number in range(4):
            await opened.set(tables.Project, opened.id("web"), name=f"web {number}")
        yield opened


async def deploy(client: Client, count: int) -> None:
    """Several deployments in one revision, so at one instant."""

    def add(writer: Writer) -> None:
        placed = {"project_id": client.id("web"), "environment_id": client.id("web/A0"), "created_by": client.id("ada")}
        for _ in range(count):
            writer.add(tables.Deployment, client.organization_id, ref="main", status="CREATED", **placed)

    await client.commit(add, Record("createDeployment"))


class Pages:
    """One list as ada pages through it."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._list = LISTS[name]
        more = (MORE[name],) if name in MORE else ()
        self.document = self._list.asking(*more).replace("<lim>", client.id("lim"))

    async def page(self, **asked: Any) -> dict[str, Any]:
        """One page: the keys of its nodes, their cursors, and the rest as it is."""
        found: Any = await self._client.ask("ada", self.document, **asked)
        while "pageInfo" not in found:
            (found,) = found.values()
        keys = [node[self._list.key] for node in found["nodes"]]
        assert keys == [edge["node"][self._list.key] for edge in found["edges"]]
        cursors = [edge["cursor"] for edge in found["edges"]]
        info = found["pageInfo"]
        assert [info["startCursor"], info["endCursor"]] == ([cursors[0], cursors[-1]] if cursors else [None, None])
        return {"keys": keys, "cursors": cursors, "total": found["totalCount"], **info}

    async def everything(self) -> tuple[list[str], list[str]]:
        """All keys with their cursors."""
        page = await self.page(first=100)
        assert not page["hasNextPage"]
        assert not page["hasPreviousPage"]
        return page["keys"], page["cursors"]

    async def refused(self, **asked: Any) -> dict[str, Any]:
        return await self._client.refused("ada", self.document, **asked)


async def test_a_list_holds_each_node_once_and_counts_them(client: Client) -> None:
    for name, one in LISTS.items():
        keys, cursors = await Pages(client, name).everything()
        assert len(keys) == len(set(keys)) == one.count, name
        assert len(set(cursors)) == len(cursors), name


async def test_pages_of_any_size_give_every_node_once_both_ways(client: Client) -> None:
    for name in LISTS:
        pages = Pages(client, name)
        keys, _ = await pages.everything()
        for size in (1, 2, 7, 100):
            assert await _walked(pages, len(keys), "first", size) == keys, name
            assert await _walked(pages, len(keys), "last", size) == keys, name


async def _walked(pages: Pages, total: int, way: str, size: int) -> list[str]:
    """All keys, page after page from one end; no page but the last is short."""
    going_on, cursor, beyond = {
        "first": ("hasNextPage", "endCursor", "after"),
        "last": ("hasPreviousPage", "startCursor", "before"),
    }[way]
    found: list[str] = []
    asked: dict[str, Any] = {way: size}
    while True:
        page = await pages.page(**asked)
        assert page["total"] == total
        assert page["keys"], "there is more, said the page before"
        assert len(page["keys"]) == min(size, total - len(found))
        found = found + page["keys"] if way == "first" else page["keys"] + found
        if not page[going_on]:
            return found
        asked[beyond] = page[cursor]


async def test_a_page_that_holds_all_does_not_go_on(client: Client) -> None:
    for name, one in LISTS.items():
        for way in ("first", "last"):
            for size, goes_on in ((one.count, False), (one.count - 1, True)):
                page = await Pages(client, name).page(**{way: size})
                assert (page["hasNextPage"], page["hasPreviousPage"]) == (
                    (goes_on, False) if way == "first" else (False, goes_on)
                ), (name, way, size)


async def test_after_and_before_narrow_to_what_is_in_between(client: Client) -> None:
    for name in LISTS:
        pages = Pages(client, name)
        keys, cursors = await pages.everything()
        first, last = cursors[0], cursors[-1]
        between = await pages.page(after=first, before=last)
        assert (between["keys"], between["total"]) == (keys[1:-1], len(keys)), name
        assert (await pages.page(after=last))["keys"] == [], name
        assert (await pages.page(before=first))["keys"] == [], name
        assert (await pages.page(after=last, before=first))["keys"] == [], name
        assert (await pages.page(last=2, before=last))["keys"] == keys[:-1][-2:], name


async def test_a_page_is_of_25_when_nothing_is_asked_and_may_be_of_none(client: Client) -> None:
    for number in range(10):
        named = {"slug": f"more{number}", "name": "more"}
        await client.add(tables.Team, parent_id=client.organization_id, **named)
    teams = Pages(client, "teams")
    for number in range(10):
        await client.add(tables.Team, parent_id=client.organization_id, slug=f"yet{number}", name="yet")
    assert [len((await teams.page(**asked))["keys"]) for asked in ({}, {"first": 100})] == [25, 29]
    for asked in ({"first": 0}, {"last": 0}):
        page = await teams.page(**asked)
        assert (page["keys"], page["total"]) == ([], 29)


async def test_names_are_in_order_whatever_their_case(client: Client) -> None:
    keys, _ = await Pages(client, "names").everything()
    assert keys == sorted(keys, key=lambda name: (name.casefold(), name))
    assert keys[:2] == ["A0", "a0"]


async def test_equal_names_are_in_order_of_their_ids(client: Client) -> None:
    for number in range(6):
        await client.add(tables.Team, parent_id=client.organization_id, slug=f"same{number}", name="Same")
    data = await client.ask(
        "ada", '{ organization(slug: "acme") { teams(search: "same", first: 9) { nodes { id } } } }'
    )
    ids = [node["id"] for node in data["organization"]["teams"]["nodes"]]
    assert len(ids) == 6
    assert ids == sorted(ids)


@pytest.mark.parametrize("name", ["audit", "deployments", "deployments that wait"])
async def test_what_happens_is_listed_newest_first(client: Client, name: str) -> None:
    before, _ = await Pages(client, name).everything()
    await deploy(client, 1)
    after, _ = await Pages(client, name).everything()
    assert after[1:] == before


@pytest.mark.parametrize("name", ["teams", "environments of a project", "members", "deployments", "audit"])
async def test_cursors_stand_when_things_come_and_go_in_between(client: Client, name: str) -> None:
    """Of what was there all the time, going on gives each once: nothing is skipped, nothing comes twice."""
    pages = Pages(client, name)
    keys, _ = await pages.everything()
    found: list[str] = []
    asked: dict[str, Any] = {"first": 2}
    for round in range(20):
        page = await pages.page(**asked)
        found += page["keys"]
        if not page["hasNextPage"]:
            break
        asked["after"] = page["endCursor"]
        await _stir(client, name, page["keys"][-1], round)
    stayed = [key for key in keys if key in (await pages.everything())[0]]
    assert [key for key in found if key in stayed] == stayed
    assert len(found) == len(set(found))


async def _stir(client: Client, name: str, last: str, round: int) -> None:
    """End what the cursor points at, and add something that may come before or after it."""
    named = {"slug": f"new{round}", "name": "0" if round % 2 else "zzz"}
    said = {"name": f"{'0' if round % 2 else 'zzz'}{round}", "tier": "OTHER", "tier_source": "GUESSED"}
    web, ada = client.id("web"), client.id("ada")
    if name == "teams":
        if last not in [client.id(f"t{number}") for number in range(3)]:  # what is below them would be in the air
            await client.end(tables.Team, last)
        await client.add(tables.Team, parent_id=client.organization_id, **named)
    elif name == "environments of a project":
        if last != client.id("web/A0"):
            await client.end(tables.Environment, last)
        await client.add(tables.Environment, project_id=web, **said)
    elif name == "members":
        if last != client.membership("ada"):
            await client.end(tables.Membership, last)
        await client.set(tables.Organization, client.organization_id, name=f"acme {round}")
    elif name == "deployments":
        await client.end(tables.Deployment, last)
        await client.add(tables.Deployment, project_id=web, ref="main", status="CREATED", created_by=ada)
    else:
        await client.set(tables.Organization, client.organization_id, name=f"acme {round}")


# What is no page.

BIG = 1 << 64


def cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


NO_PAGES: list[tuple[dict[str, Any], str]] = [
    ({"first": 101}, "first"),
    ({"first": -1}, "first"),
    ({"last": 101}, "last"),
    ({"last": -1}, "last"),
    ({"first": 1, "last": 1}, "first"),
    ({"first": 0, "last": 0}, "first"),
    ({"before": "!"}, "before"),
    ({"before": "é"}, "before"),
    *(
        ({"after": wrong}, "after")
        for wrong in (
            "",
            "nonsense",
            "W" * 3_000,
            base64.urlsafe_b64encode(b"[" * 1_400).decode(),
            base64.urlsafe_b64encode(b"\xff\xfe").decode(),
            *map(cursor, ("x", 5, None, [], ["x"], ["x", "y", "z"], {"0": "x", "1": "y"}, ["x", 1], [None, None])),
            *map(cursor, ([1.5, "x"], [BIG, "x"], [-BIG, "x"], [[1], "x"], [True, "x"], ["x", ["y"]])),
        )
    ),
]


async def test_what_is_no_page_is_invalid(client: Client) -> None:
    for name in ("teams", "audit", "deployments that wait"):
        for asked, argument in NO_PAGES:
            error = await Pages(client, name).refused(**asked)
            assert error["extensions"]["code"] == "INVALID", (name, asked)
            assert [problem["path"] for problem in error["extensions"]["problems"]] == [[argument]]
            assert error["path"]
            assert f"`{argument}`" in error["message"]


async def test_every_list_refuses_what_is_no_page(client: Client) -> None:
    for name in LISTS:
        for asked in ({"first": 101}, {"last": -1}, {"first": 1, "last": 1}, {"before": "nonsense"}):
            assert (await Pages(client, name).refused(**asked))["extensions"]["code"] == "INVALID", (name, asked)


NUMBERS = [5, -5, (1 << 63) - 1, -(1 << 63) + 1, 1 << 63]
IDS = ["dep_" + "0" * 24, "x", "", "\0", "\ud800", "'; --", "x" * 900]


@pytest.mark.parametrize("name", ["teams", "audit", "deployments"])
async def test_a_made_up_cursor_is_a_cursor_or_invalid_and_never_a_defect(client: Client, name: str) -> None:
    """Whatever a cursor holds: a list in order of names takes none of instants and the other way round."""
    pages = Pages(client, name)
    by_instant = name != "teams"
    for first in ["name", "\ud800", "\0", True, *NUMBERS]:
        for id in IDS:
            for asked in ({"after": cursor([first, id])}, {"last": 2, "before": cursor([first, id])}):
                answer = await client.answer("ada", pages.document, **asked)
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                assert codes <= {"INVALID"}, (answer, first, id)
                if isinstance(first, bool | str) is by_instant or isinstance(first, bool):
                    assert codes == {"INVALID"}, (answer, first, id)


async def test_a_cursor_of_one_list_is_none_of_a_list_in_another_order(client: Client) -> None:
    (_, names), (_, instants) = await Pages(client, "teams").everything(), await Pages(client, "audit").everything()
    for name, wrong in (("audit", names[0]), ("deployments", names[0]), ("teams", instants[0]), ("names", instants[0])):
        for argument in ("after", "before"):
            error = await Pages(client, name).refused(**{argument: wrong})
            assert error["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize("asked", ['first: "1"', "first: 1.5", "first: 5000000000", "after: 5", "after: true"])
async def test_an_argument_of_another_type_is_invalid(client: Client, asked: str) -> None:
    error = await client.refused("ada", ACME % f"teams({asked}) {{ totalCount }}")
    assert error["extensions"]["code"] == "INVALID"


async def test_null_is_as_good_as_left_out(client: Client) -> None:
    pages = Pages(client, "teams")
    assert await pages.page(first=None, after=None, last=None, before=None) == await pages.page()
    assert (await pages.page(first=None, last=2))["keys"] == (await pages.everything())[0][-2:]
