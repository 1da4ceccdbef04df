"""Quave: what is not on a limited member's list is not there, wherever they look and whatever they try."""

import pytest

from tests.conformance.house import Caller, Data, House
from tests.conformance.quave import Account, deploy, open_account, token_of

UNKNOWN = "env_" + "0" * 24
READING = ("ENVIRONMENT_VIEW", "ENVIRONMENT_VIEW_LOGS", "ENVIRONMENT_VIEW_METRICS", "ENVIRONMENT_INVOKE")
CHANGING = ("ENVIRONMENT_DEPLOY", "ENVIRONMENT_UPDATE_SETTINGS", "ENVIRONMENT_SCALE", "ENVIRONMENT_TERMINAL")


@pytest.fixture
async def account(house: House) -> Account:
    """Lists are enforced, and Max is limited to the shop's development."""
    opened = await open_account(house)
    await opened.switch(True)
    await opened.limit(opened.max, opened.shop_dev)
    return opened


@pytest.mark.requirement("QV-1", "QV-2", "QV-10", "QV-25", "QV-30", "QV-31", "QV-32")
async def test_one_answer_for_every_program(house: House, account: Account) -> None:
    a = account
    for caller in (a.max, await token_of(house, a.max)):
        assert await a.sees(caller) == ["shop/dev"]
        for permission in (*READING, *CHANGING):
            assert await caller.may(permission, a.shop_dev)
            for hidden in (a.shop_prod, a.mail_prod):
                assert await caller.code(permission, hidden) == "NOT_FOUND"
        await caller.do("updateAutoscaling", target={"environmentId": a.shop_dev}, minReplica=1)
        scale = {"target": {"environmentId": a.mail_prod}, "minReplica": 1}
        assert await caller.refused("updateAutoscaling", **scale) == "NOT_FOUND"
        there = {"projectId": a.mail, "ref": "main", "environmentName": "prod"}
        assert await caller.refused("createDeployment", **there) == "NOT_FOUND"
    await a.finn.do("updateAutoscaling", target={"environmentId": a.mail_prod}, minReplica=1)


@pytest.mark.requirement("QV-26", "QV-28")
async def test_overviews_counts_and_searches_leave_it_out(account: Account) -> None:
    a = account
    await deploy(a.finn, a.shop, "prod")
    await deploy(a.finn, a.shop, "dev")
    asked = """query($id: ID!, $shop: ID!) {
        organization(id: $id) {
            environments { totalCount } prod: environments(search: "prod") { totalCount nodes { name } }
            named: environments(name: "prod") { totalCount }
            projects { totalCount } mail: projects(search: "mail") { totalCount nodes { slug } }
            environmentNames { totalCount nodes { name } }
        }
        project(id: $shop) {
            hidden: environment(name: "prod") { id }
            deployments { totalCount nodes { environment { name } } }
        }
        path: project(path: "acme/mail") { id }
    }"""
    limited, full = [await person.ask(asked, id=a.organization, shop=a.shop) for person in (a.max, a.finn)]
    assert limited == {
        "organization": {
            "environments": {"totalCount": 1},
            "prod": {"totalCount": 0, "nodes": []},
            "named": {"totalCount": 0},
            "projects": {"totalCount": 1},
            "mail": {"totalCount": 0, "nodes": []},
            "environmentNames": {"totalCount": 1, "nodes": [{"name": "dev"}]},
        },
        "project": {
            "hidden": None,
            "deployments": {"totalCount": 1, "nodes": [{"environment": {"name": "dev"}}]},
        },
        "path": None,
    }
    counts = {name: found["totalCount"] for name, found in full["organization"].items()}
    expected = {"environments": 3, "prod": 2, "named": 2, "projects": 2, "mail": 1, "environmentNames": 2}
    assert counts == expected
    assert full["project"]["deployments"]["totalCount"] == 2
    assert full["project"]["hidden"] is not None
    assert full["path"] == {"id": a.mail}


@pytest.mark.requirement("QV-11")
async def test_apps_without_a_listed_environment(account: Account) -> None:
    a = account
    assert await a.apps(a.max) == ["shop"]
    assert not await a.max.sees(a.mail)
    empty = await a.ada.project(a.organization, "empty")
    assert await a.apps(a.finn) == ["empty", "mail", "shop"]
    assert await a.apps(a.max) == ["shop"]
    for project in (empty, a.mail):
        await a.ada.add(a.max, project, "MEMBER")
    assert await a.apps(a.max) == ["empty", "shop"]  # mail has environments, none of them listed
    await a.ada.environment(empty, "prod")
    assert await a.apps(a.max) == ["shop"]


@pytest.mark.requirement("QV-27", "QV-29")
async def test_hidden_and_never_there_answer_alike(account: Account) -> None:
    a = account
    asked = """query($id: ID!) {
        environment(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id }
    }"""
    assert (await a.max.ask(asked, id=a.shop_dev))["environment"] is not None
    hidden, never = [await a.max.send(asked, id=id) for id in (a.shop_prod, UNKNOWN)]
    assert hidden.content == never.content
    decisions = [await a.max.decision("ENVIRONMENT_DEPLOY", id) for id in (a.shop_prod, UNKNOWN)]
    assert decisions[0] == decisions[1]
    assert [reason["gate"] for reason in decisions[0]["reasons"]] == ["BELONGING"]
    changes: dict[str, Data] = {
        "stopEnvironment": {},
        "deleteEnvironment": {},
        "updateEnvironmentSettings": {"settings": {"region": "eu"}},
    }
    for mutation, more in changes.items():
        errors = [await _refusal(a.max, mutation, {"environmentId": id, **more}) for id in (a.shop_prod, UNKNOWN)]
        assert errors[0] == errors[1]
        assert errors[0]["extensions"]["code"] == "NOT_FOUND"
    await a.finn.do("stopEnvironment", environmentId=a.shop_prod)


@pytest.mark.requirement("QV-29")
async def test_deploying_to_a_hidden_name_makes_and_changes_nothing(account: Account) -> None:
    a = account
    there = {"projectId": a.shop, "ref": "main", "environmentName": "prod"}
    assert await a.max.refused("createDeployment", **there) == "CONFLICT"  # decided as creating what has that name
    count = "query($id: ID!) { environment(id: $id) { deployments { totalCount } } }"
    assert (await a.finn.ask(count, id=a.shop_prod))["environment"]["deployments"] == {"totalCount": 0}
    assert await a.sees(a.max) == ["shop/dev"]


async def _refusal(caller: Caller, mutation: str, input: Data) -> Data:
    """The error of a refused mutation, but for the request's id."""
    type_name = mutation[0].upper() + mutation[1:] + "Input"
    document = f"mutation($input: {type_name}!) {{ {mutation}(input: $input) {{ revision }} }}"
    answer = (await caller.send(document, input=input)).json()
    error: Data = answer["errors"][0]
    error["extensions"].pop("requestId")
    return error
