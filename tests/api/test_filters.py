"""Filters and searches: each gives exactly those of the whole list that fit, for whoever asks."""

from collections.abc import Callable
from typing import Any

import pytest

from app.db import tables
from app.policy.kinds import Kind
from app.policy.vocabulary import EnvironmentState, ProjectKind, Tier
from app.store.ledger import Record
from tests.fixtures.client import NOW, SECOND, Client, unknown

Data = dict[str, Any]
PEOPLE = ("ada", "max", "mia", "vic", "gus", "lim", "tom", "val", "sue", "root")
ACME = 'organization(slug: "acme")'
CORE = 'team(path: "acme/core")'
WEB = 'project(path: "acme/core/web")'


async def listed(client: Client, person: str, within: str, field: str, arguments: str, select: str) -> list[Data]:
    """The nodes of a connection below `within`; nothing where that is hidden."""
    paging = f"({arguments}, first: 100)" if arguments else "(first: 100)"
    document = f"{{ at: {within} {{ list: {field}{paging} {{ totalCount nodes {{ {select} }} }} }} }}"
    data = await client.ask(person, document)
    found = {"totalCount": 0, "nodes": []} if data["at"] is None else data["at"]["list"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Data] = found["nodes"]
    return nodes


async def check(
    client: Client, within: str, field: str, select: str, filters: dict[str, Callable[[Data], bool]]
) -> dict[str, int]:
    """By filter: how many it found, over everybody; each list is what fits of the list without one."""
    counts = dict.fromkeys(filters, 0)
    for person in PEOPLE:
        everything = await listed(client, person, within, field, "", select)
        for arguments, fits in filters.items():
            found = await listed(client, person, within, field, arguments, select)
            assert found == [node for node in everything if fits(node)], (person, field, arguments)
            counts[arguments] += len(found)
    return counts


def permitted(names: tuple[str, ...]) -> dict[str, Callable[[Data], bool]]:
    return {f"permission: {name}": lambda node, name=name: name in node["viewerPermissions"] for name in names}


ENVIRONMENT_FILTERS: dict[str, Callable[[Data], bool]] = {
    **{f"tier: {tier}": lambda node, tier=tier: node["tier"] == tier for tier in Tier},
    **{f"state: {state}": lambda node, state=state: node["state"] == state for state in EnvironmentState},
    "restricted: true": lambda node: node["restricted"],
    "restricted: false": lambda node: not node["restricted"],
    **permitted(("ENVIRONMENT_VIEW", "ENVIRONMENT_DEPLOY", "ENVIRONMENT_APPROVE", "ENVIRONMENT_BREAK_GLASS")),
    "permission: TEAM_VIEW": lambda node: False,
    'search: "prod"': lambda node: "prod" in node["path"],
    'search: "CORE/WEB"': lambda node: "core/web" in node["path"],
    'search: ""': lambda node: True,
    'search: "%"': lambda node: False,
    'search: "*"': lambda node: False,
    "tier: PRODUCTION, restricted: true": lambda node: node["tier"] == "PRODUCTION" and node["restricted"],
    'search: "prod", permission: ENVIRONMENT_DEPLOY': lambda node: (
        "prod" in node["path"] and "ENVIRONMENT_DEPLOY" in node["viewerPermissions"]
    ),
}
NAMED: dict[str, Callable[[Data], bool]] = {
    'name: "production"': lambda node: node["name"] == "production",
    'name: "Production"': lambda node: False,
    'name: "prod"': lambda node: False,
    'name: ""': lambda node: False,
}
ENVIRONMENT = "id name path tier state restricted viewerPermissions"


@pytest.mark.parametrize(("within", "filters"), [(ACME, NAMED), (CORE, NAMED), (WEB, {})], ids=["acme", "core", "web"])
async def test_environments(client: Client, within: str, filters: dict[str, Callable[[Data], bool]]) -> None:
    await client.set(tables.Environment, client.id("core/web/dev"), state="STOPPED")
    counts = await check(client, within, "environments", ENVIRONMENT, {**ENVIRONMENT_FILTERS, **filters})
    empty = {name for name, count in counts.items() if not count}
    nothing = {'search: "%"', 'search: "*"', "permission: TEAM_VIEW", *[n for n in filters if "production" not in n]}
    assert empty == nothing | {"tier: TESTING", "tier: OTHER"}


async def test_projects(client: Client) -> None:
    filters: dict[str, Callable[[Data], bool]] = {
        **{f"kind: {kind}": lambda node, kind=kind: node["kind"] == kind for kind in ProjectKind},
        "restricted: true": lambda node: node["restricted"],
        "restricted: false": lambda node: not node["restricted"],
        **permitted(("PROJECT_VIEW", "PROJECT_PUSH", "PROJECT_RESTRICT", "ENVIRONMENT_RESTRICT")),
        "permission: ENVIRONMENT_DEPLOY": lambda node: False,
        'search: "CORE/"': lambda node: "core/" in node["path"],
        'search: "of pay"': lambda node: "of pay" in node["name"].lower(),
        'kind: APP, search: "e"': lambda node: node["kind"] == "APP" and "e" in node["path"] + node["name"].lower(),
    }
    await client.set(tables.Project, client.id("core/pay/api"), name="API of Pay")
    counts = await check(client, ACME, "projects", "id name path kind restricted viewerPermissions", filters)
    assert {name for name, count in counts.items() if not count} == {
        "kind: CHAIN",
        "kind: GENERATIVE",
        "kind: PREDICTIVE",
        "permission: ENVIRONMENT_DEPLOY",
    }


async def test_projects_of_a_team_are_those_below_it_too(client: Client) -> None:
    await check(client, CORE, "projects", "id path", {'search: "pay"': lambda node: "pay" in node["path"]})
    assert [node["path"] for node in await listed(client, "ada", CORE, "projects", "", "path")] == [
        "acme/core/pay/api",
        "acme/core/web",
    ]


async def test_teams(client: Client) -> None:
    acme, core = client.organization_id, client.id("core")
    await client.set(tables.Team, client.id("core/pay"), name="Zahlung")
    filters: dict[str, Callable[[Data], bool]] = {
        f'parentId: "{acme}"': lambda node: node["path"].count("/") == 1,
        f'parentId: "{core}"': lambda node: node["path"].startswith("acme/core/"),
        f'parentId: "{client.id("core/web")}"': lambda node: False,
        f'parentId: "{unknown(Kind.TEAM)}"': lambda node: False,
        'search: "zahl"': lambda node: node["name"] == "Zahlung",
        'search: "core"': lambda node: "core" in node["path"],
        f'search: "core", parentId: "{acme}"': lambda node: node["path"] == "acme/core",
    }
    counts = await check(client, ACME, "teams", "id path name", filters)
    assert sum(1 for count in counts.values() if not count) == 2


async def test_what_lies_below_a_hidden_team_is_found_by_no_id_of_it(client: Client) -> None:
    """A hidden parent is answered like one that never existed, also where something below it is seen."""
    await client.add(tables.Membership, subject_id=client.id("gus"), node_id=client.id("core/pay"), role_ids=VIEWER)
    below = "teams(parentId: $id) { totalCount nodes { id } } all: teams { totalCount }"
    document = f"query($id: ID!) {{ {ACME} {{ {below} }} }}"
    assert (await client.ask("gus", f"{{ {CORE} {{ id }} }}")) == {"team": None}
    hidden, never = [await client.ask("gus", document, id=id) for id in (client.id("core"), unknown(Kind.TEAM))]
    assert hidden["organization"]["all"]["totalCount"] == 1
    assert hidden == never


VIEWER = ["rol_000000000000000000000020"]


async def test_members(client: Client) -> None:
    select = "subject { __typename ... on User { name email } ... on Team { name path } }"
    everything = await listed(client, "ada", ACME, "members", "", select)
    names = [node["subject"]["name"] for node in everything]
    assert names == sorted(names)
    for text, found in (("AD", ["ada"]), ("@draft", [n for n in names if n != "robot"]), ("nobody", []), ("", names)):
        answer = await listed(client, "ada", ACME, "members", f'search: "{text}"', select)
        assert [node["subject"]["name"] for node in answer] == found, text
    teams = await listed(client, "ada", CORE, "members", 'search: "acme/VAULT"', select)
    assert [node["subject"]["path"] for node in teams] == ["acme/vault"]


async def test_records_of_the_audit(client: Client) -> None:
    lab, mia = client.id("lab"), client.id("mia")
    for second, (action, actor) in enumerate(
        (("updateProject", "mia"), ("updateProject", "ada"), ("moveProject", "mia"))
    ):
        client.set_clock(NOW + second * SECOND)
        record = Record(action, actor_id=client.id(actor), target_id=lab if second else client.id("secret"))
        await client.commit(lambda writer, name=action + actor: writer.set(tables.Project, lab, name=name), record)
    select = "id action targetId at actor { id }"
    everything = await listed(client, "ada", ACME, "audit", "", select)
    filters: dict[str, Callable[[Data], bool]] = {
        f'actorId: "{mia}"': lambda node: node["actor"] == {"id": mia},
        f'targetId: "{lab}"': lambda node: node["targetId"] == lab,
        'action: "updateProject"': lambda node: node["action"] == "updateProject",
        'since: "2026-01-15T12:00:01Z"': lambda node: node["at"] >= "2026-01-15T12:00:01Z",
        'until: "2026-01-15T12:00:01Z"': lambda node: node["at"] < "2026-01-15T12:00:01Z",
        'since: "2026-01-15T12:00:00Z", until: "2026-01-15T12:00:02Z"': lambda node: (
            "2026-01-15T12:00:00Z" <= node["at"] < "2026-01-15T12:00:02Z"
        ),
        f'actorId: "{mia}", action: "updateProject"': lambda node: (
            node["actor"] == {"id": mia} and node["action"] == "updateProject"
        ),
    }
    for arguments, fits in filters.items():
        found = await listed(client, "ada", ACME, "audit", arguments, select)
        assert found == [node for node in everything if fits(node)], arguments
        assert 0 < len(found) < len(everything), arguments


async def test_names_of_environments(client: Client) -> None:
    nodes = "nodes { name environmentCount restriction { id } }"
    document = f"{{ {ACME} {{ environmentNames%s {{ totalCount {nodes} }} }} }}"
    everything = (await client.ask("ada", document % ""))["organization"]["environmentNames"]["nodes"]
    assert [(node["name"], node["environmentCount"]) for node in everything] == [
        ("dev", 2),
        ("production", 4),
        ("staging", 1),
    ]
    assert [node["restriction"] is not None for node in everything] == [False, True, False]
    found = (await client.ask("ada", document % '(search: "D")'))["organization"]["environmentNames"]
    assert ([node["name"] for node in found["nodes"]], found["totalCount"]) == (["dev", "production"], 2)


async def test_restrictions_of_a_node_and_inherited_ones(client: Client) -> None:
    select = "id scope { __typename ... on Organization { id } ... on Team { id } ... on Project { id } }"
    for within, path in ((CORE, "core"), (WEB, "core/web")):
        for person in ("ada", "mia"):
            every = await listed(client, person, within, "restrictions", "", select)
            own = await listed(client, person, within, "restrictions", "inherited: false", select)
            inherited = await listed(client, person, within, "restrictions", "inherited: true", select)
            assert own == [node for node in every if node["scope"]["id"] == client.id(path)]
            assert inherited == [node for node in every if node["scope"]["id"] != client.id(path)]
            assert own
            assert inherited


async def test_choices(client: Client) -> None:
    document = (
        f"query($user: ID!, $search: String) {{ {ACME} {{ membership(userId: $user) {{ environmentAccess {{"
        " choices(search: $search) { totalCount nodes { name environments { name allowed } } } } } } }"
    )

    async def chosen(search: str | None) -> dict[str, list[str]]:
        data = await client.ask("ada", document, user=client.id("lim"), search=search)
        nodes = data["organization"]["membership"]["environmentAccess"]["choices"]["nodes"]
        return {node["name"]: [each["name"] for each in node["environments"]] for node in nodes}

    assert await chosen(None) == {
        "api": ["production"],
        "keys": ["production"],
        "lab": ["dev"],
        "secret": ["production"],
        "web": ["dev", "production", "staging"],
    }
    assert await chosen("STAG") == {"web": ["staging"]}
    assert await chosen("core/") == {"api": ["production"], "web": ["dev", "production", "staging"]}
    assert await chosen("nothing") == {}


async def test_everything_a_filter_may_be_is_also_left_out_by_null(client: Client) -> None:
    nulls = "search: null, tier: null, name: null, state: null, restricted: null, permission: null"
    every = await listed(client, "ada", ACME, "environments", "", "id")
    assert await listed(client, "ada", ACME, "environments", nulls, "id") == every
    for arguments in ("tier: NOWHERE", "restricted: 1", 'state: "AVAILABLE"', "permission: DEPLOY", "search: 5"):
        error = await client.refused("ada", f"{{ {ACME} {{ environments({arguments}) {{ totalCount }} }} }}")
        assert error["extensions"]["code"] == "INVALID"
