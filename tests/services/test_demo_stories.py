"""What the demo shows: the tables of the four pages come out, and whom one asks as makes a difference everywhere."""

from collections.abc import AsyncIterator
from itertools import combinations
from typing import Any

import pytest

from app.policy.vocabulary import DeploymentStatus
from app.services.demo.load import STORIES, load_demo
from app.services.demo.people import demo_people
from tests.conformance.house import Caller, open_house

Data = dict[str, Any]
Demo = dict[str, Caller]

LOOKS = ["ENVIRONMENT_VIEW", "ENVIRONMENT_VIEW_METRICS", "ENVIRONMENT_INVOKE", "ENVIRONMENT_VIEW_LOGS"]
CHANGES = ["ENVIRONMENT_UPDATE_DEPLOYMENT", "ENVIRONMENT_SCALE", "ENVIRONMENT_PROMOTE", "ENVIRONMENT_UPDATE_SETTINGS"]
CHECKOUT = "acme-platform/product/shop/checkout"


@pytest.fixture
async def demo(database_url: str) -> AsyncIterator[Demo]:
    """Everybody of the demo, by name."""
    async with open_house(database_url) as house:
        await load_demo(house.instance.database, house.instance.pepper, house.instance.clock)
        people = demo_people(house.instance.pepper)
        yield {person.name: house.caller(person.name, "", person.key) for person in people}


async def _environments(caller: Caller, project: str) -> dict[str, list[str]]:
    """What somebody may do in each environment of a project that they see, by name; {} where they don't see it."""
    document = """query($path: String!) { project(path: $path) {
        environments { nodes { name viewerPermissions } }
    } }"""
    found = (await caller.ask(document, path=project))["project"]
    return {each["name"]: each["viewerPermissions"] for each in found["environments"]["nodes"]} if found else {}


async def _project(caller: Caller, path: str) -> list[str]:
    """What somebody may do on a project; nothing where they don't see it."""
    document = "query($path: String!) { project(path: $path) { viewerPermissions } }"
    found = (await caller.ask(document, path=path))["project"]
    return found["viewerPermissions"] if found else []


@pytest.mark.requirement("BAS-12", "BAS-13", "BAS-14", "BAS-15", "BAS-16", "BAS-17", "BAS-18", "BAS-19")
async def test_the_table_of_baseten_comes_out(demo):
    for name, may_change in {"Alice": True, "Carol": True, "Dave": True, "Bob": False}.items():
        production = (await _environments(demo[name], "acme-models/vision/detector"))["production"]
        assert set(LOOKS) <= set(production)
        assert [permission in production for permission in CHANGES] == [may_change] * 4, name


async def test_a_service_calls_the_models_of_its_team_and_nothing_else(demo):
    found = await _environments(demo["Inference"], "acme-models/vision/detector")
    assert found["production"] == found["development"] == ["ENVIRONMENT_VIEW", "ENVIRONMENT_INVOKE"]
    assert await _environments(demo["Inference"], "acme-models/language/writer") == {}


async def test_teams_of_acme_models_do_not_see_each_other(demo):
    assert await _environments(demo["Eve"], "acme-models/vision/detector") == {}
    assert await _environments(demo["Alice"], "acme-models/language/writer") == {}
    assert await _environments(demo["Olivia"], "acme-models/vision/detector") == {}
    assert set(await _environments(demo["Eve"], "acme-models/language/writer")) == {"production"}


DEPLOYS = {
    "Alice": {"development", "testing"},
    "Bob": {"development", "testing", "load-test"},
    "Carol": {"production"},
    "Dave": {"development", "testing", "load-test"},
    "Eve": set(),
    "Olivia": {"development", "testing", "load-test", "staging", "production"},
    "Pipeline": {"development", "testing"},
}
"""Where everybody may deploy Checkout: developers below, operators above, as in GitLab's table; and the rules' own."""


@pytest.mark.requirement("GL-52", "GL-53", "GL-54", "GL-55", "GL-35", "GL-65", "GL-66")
async def test_the_table_of_gitlab_comes_out(demo):
    may = {}
    for name in DEPLOYS:
        found = await _environments(demo[name], CHECKOUT)
        assert set(found) == {"development", "testing", "load-test", "staging", "production"}
        may[name] = {environment for environment, permissions in found.items() if "ENVIRONMENT_DEPLOY" in permissions}
    assert may == DEPLOYS


async def test_deployments_wait_for_olivia_and_are_carols_to_run(demo):
    document = "{ viewer { pendingApprovals { nodes { ref status environment { path } } } } }"
    waiting = {"ref": "v4.2", "status": "BLOCKED", "environment": {"path": f"{CHECKOUT}/production"}}
    for name in ("Olivia", "Carol", "Dave", "Grace"):
        found = (await demo[name].ask(document))["viewer"]["pendingApprovals"]["nodes"]
        assert found == ([waiting] if name == "Olivia" else [])
    document = """{ project(path: "acme-platform/product/search") {
        environment(name: "gprd") { deployments { nodes { ref status viewerCanRun
            approvalSummary { status approvals { decision comment user { name } } }
        } } }
    } }"""
    found = (await demo["Carol"].ask(document))["project"]["environment"]["deployments"]["nodes"]
    assert [(each["ref"], each["status"], each["viewerCanRun"]) for each in found] == [
        ("v7", "READY", True),
        ("v6", "REJECTED", False),
    ]
    rejection = {"decision": "REJECTED", "comment": "not before the holidays", "user": {"name": "Olivia"}}
    assert found[1]["approvalSummary"] == {"status": "REJECTED", "approvals": [rejection]}


SEES = {
    "Alice": {"backoffice/production", "backoffice/staging", "mailer/production"}
    | {"storefront/production", "storefront/staging"},
    "Bob": {"storefront/staging"},
    "Carol": {"backoffice/production", "backoffice/staging"},
    "Dave": {"storefront/production", "storefront/staging"},
    "Olivia": {"mailer/production"},
    "Deployer": {"storefront/production", "storefront/staging"},
}


@pytest.mark.requirement("QV-1", "QV-10", "QV-11", "QV-23")
async def test_lists_of_quave_show_what_is_on_them(demo):
    document = """{ organization(slug: "acme-apps") {
        environments { totalCount nodes { name project { slug } } }
        projects { nodes { slug } }
    } }"""
    for name, seen in SEES.items():
        found = (await demo[name].ask(document))["organization"]
        nodes = found["environments"]["nodes"]
        assert {f"{each['project']['slug']}/{each['name']}" for each in nodes} == seen, name
        assert found["environments"]["totalCount"] == len(seen)
        assert {each["slug"] for each in found["projects"]["nodes"]} == {path.partition("/")[0] for path in seen}


VIEWS, EDITS, ADMINISTERS = "PROJECT_DATA_VIEW", "PROJECT_DATA_WRITE", "PROJECT_ACCESS_MANAGE"
ARIZE = [
    ("Alice", "assistant", [True, True, False]),
    ("Bob", "payroll-chat", [False, False, False]),
    ("Carol", "payroll-chat", [True, False, False]),
    ("Dave", "payroll-chat", [True, True, True]),
    ("Eve", "assistant", [True, True, False]),
    ("Eve", "churn", [True, False, False]),
    ("Olivia", "payroll-chat", [True, True, True]),
    ("Olivia", "assistant", [False, False, False]),
]


@pytest.mark.requirement("AZ-46", "AZ-47", "AZ-48", "AZ-49", "AZ-50")
async def test_the_table_of_arize_comes_out(demo):
    for name, project, expected in ARIZE:
        found = await _project(demo[name], f"acme-observe/space/{project}")
        assert [permission in found for permission in (VIEWS, EDITS, ADMINISTERS)] == expected, (name, project)
        # Who administers a project without administering the space can't restrict it.
        assert ("PROJECT_RESTRICT" in found) is (name == "Dave")


async def test_whom_one_asks_as_makes_a_difference_in_every_organization(demo):
    document = """query($slug: String!) { organization(slug: $slug) {
        viewerPermissions
        teams { nodes { path viewerPermissions } }
        projects { nodes { path viewerPermissions } }
        environments { nodes { path viewerPermissions } }
    } }"""
    names = ["Alice", "Bob", "Carol", "Dave", "Eve", "Olivia"]
    for slug in STORIES:
        answers = {name: (await demo[name].ask(document, slug=slug))["organization"] for name in names}
        assert all(answers.values())
        assert [pair for pair in combinations(names, 2) if answers[pair[0]] == answers[pair[1]]] == []


async def test_every_state_of_a_deployment_is_there(demo):
    document = """query($slug: String!) { organization(slug: $slug) {
        projects { nodes { deployments { nodes { status } } } }
    } }"""
    seen = set()
    for slug in STORIES:
        for project in (await demo["Grace"].ask(document, slug=slug))["organization"]["projects"]["nodes"]:
            seen |= {each["status"] for each in project["deployments"]["nodes"]}
    assert seen == set(DeploymentStatus)
