"""Quave: a member's list, how it is set, and what it never means."""

from typing import Any

import pytest

from tests.conformance.house import House, role_ids
from tests.conformance.quave import ALL, LIST, Account, open_account


@pytest.fixture
async def account(house: House) -> Account:
    """Lists are enforced."""
    opened = await open_account(house)
    await opened.switch(True)
    return opened


@pytest.mark.requirement("QV-15", "QV-16", "QV-17", "QV-18", "QV-19", "QV-33", "QV-34")
async def test_the_list_of_a_member(account: Account) -> None:
    a = account
    full = await a.access(a.max)
    assert full is not None
    assert (full["mode"], full["allowedCount"], full["environments"]) == ("FULL", None, [])
    await a.limit(a.max, a.shop_dev, a.mail_prod)
    both = await a.access(a.max)
    assert both is not None
    assert both["allowedCount"] == 2
    await a.limit(a.max, a.shop_dev)
    limited = await a.access(a.max)
    assert limited is not None
    assert (limited["mode"], limited["allowedCount"]) == ("LIMITED", 1)
    assert limited["environments"] == [{"name": "dev", "allowed": True}]
    choices = {project["name"]: project["environments"] for project in limited["choices"]["nodes"]}
    assert set(choices) == {"Shop", "Mail"}
    assert {e["environmentId"]: e["allowed"] for e in choices["Shop"]} == {a.shop_dev: True, a.shop_prod: False}
    assert choices["Mail"] == [{"environmentId": a.mail_prod, "allowed": False}]
    assert await a.sees(a.max) == ["shop/dev"]
    await a.free(a.max)
    assert await a.sees(a.max) == ALL


@pytest.mark.requirement("QV-40", "QV-41")
async def test_roles_and_list_are_of_one_membership_and_apart(account: Account) -> None:
    a = account
    await a.limit(a.max, a.shop_dev)
    membership = a.memberships["Max"]
    assert not await a.max.may("AUDIT_VIEW", a.organization)
    assert await a.max.may("ENVIRONMENT_DEPLOY", a.shop_dev)
    for keys, audits, deploys in ((["MEMBER", "AUDITOR"], True, True), (["VIEWER", "AUDITOR"], True, False)):
        await a.ada.do("updateMembership", membershipId=membership, roleIds=role_ids(*keys))
        shown = (await a.ada.ask(LIST, id=membership))["node"]
        assert sorted(role["key"] for role in shown["roles"]) == sorted(keys)
        assert (shown["environmentAccess"]["mode"], shown["environmentAccess"]["allowedCount"]) == ("LIMITED", 1)
        assert await a.max.may("AUDIT_VIEW", a.organization) is audits
        assert await a.max.may("ENVIRONMENT_DEPLOY", a.shop_dev) is deploys
        assert await a.sees(a.max) == ["shop/dev"]


@pytest.mark.requirement("QV-36", "QV-37")
async def test_the_mode_is_always_said(account: Account) -> None:
    a = account
    response = await a.ada.send(
        "mutation($id: ID!) { setEnvironmentAccess(input: {membershipId: $id}) { revision } }",
        id=a.memberships["Max"],
    )
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID"
    assert await a.sees(a.max) == ALL
    await a.limit(a.max)
    assert (await a.sees(a.max), await a.apps(a.max)) == ([], [])

    await a.limit(a.max, a.shop_dev)
    assert await a.sees(a.max) == ["shop/dev"]
    await a.ada.do("stopEnvironment", environmentId=a.shop_dev)
    await a.ada.do("deleteEnvironment", environmentId=a.shop_dev)
    assert await a.sees(a.max) == []
    access = await a.access(a.max)
    assert access is not None
    assert (access["mode"], access["allowedCount"]) == ("LIMITED", 0)
    assert await a.sees(a.finn) == ["mail/prod", "shop/prod"]


@pytest.mark.requirement("QV-38")
async def test_nothing_of_another_account_is_listed(house: House, account: Account) -> None:
    a = account
    stranger = await house.person("Stranger")
    foreign = await stranger.environment(await stranger.project(await stranger.organization("b"), "x"), "prod")
    await a.limit(a.max, a.shop_dev)
    wrong: dict[str, Any] = {"membershipId": a.memberships["Max"], "mode": "LIMITED"}
    for id in (foreign, "env_" + "0" * 24):
        assert await a.ada.refused("setEnvironmentAccess", **wrong, environmentIds=[a.shop_prod, id]) == "INVALID"
        assert await a.sees(a.max) == ["shop/dev"]
    await a.ada.do("setEnvironmentAccess", **wrong, environmentIds=[a.shop_prod])
    assert await a.sees(a.max) == ["shop/prod"]
