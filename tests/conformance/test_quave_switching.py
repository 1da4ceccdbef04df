"""Quave: the account's switch, and what a limited member makes."""

import pytest

from tests.conformance.house import House
from tests.conformance.quave import ALL, Account, deploy, open_account, token_of


@pytest.fixture
async def account(house: House) -> Account:
    return await open_account(house)


@pytest.mark.requirement("QV-3", "QV-4", "QV-5", "QV-6", "QV-7", "QV-12", "QV-13", "QV-14", "QV-20")
async def test_enable_limit_create_disable_enable_again(house: House, account: Account) -> None:
    a = account
    token = await token_of(house, a.max)
    await a.switch(True)
    for person in (a.ada, a.max, a.finn, a.mona):
        assert await a.sees(person) == ALL

    await a.limit(a.max, a.shop_dev)
    await a.limit(a.mona, a.mail_prod)
    for caller in (a.max, token):
        assert await a.sees(caller) == ["shop/dev"]
    created = await token.environment(a.shop, "preview")
    await deploy(a.max, a.shop, "branch")
    for caller in (a.max, token):
        assert await a.sees(caller) == ["shop/branch", "shop/dev", "shop/preview"]
        assert await caller.may("ENVIRONMENT_SCALE", created)
    everything = sorted([*ALL, "shop/branch", "shop/preview"])
    assert await a.sees(a.finn) == everything
    assert await a.sees(a.mona) == ["mail/prod"]
    assert not await a.mona.sees(created)
    await a.limit(a.mona, a.mail_prod, created)
    assert await a.sees(a.mona) == ["mail/prod", "shop/preview"]

    await a.switch(False)
    for caller in (a.max, token, a.mona):
        assert await a.sees(caller) == everything
    kept = await a.access(a.max)
    assert kept is not None
    assert (kept["mode"], kept["enforced"], kept["allowedCount"]) == ("LIMITED", False, 3)
    await a.switch(True)
    for caller in (a.max, token):
        assert await a.sees(caller) == ["shop/branch", "shop/dev", "shop/preview"]
    assert await a.sees(a.mona) == ["mail/prod", "shop/preview"]


@pytest.mark.requirement("QV-12", "QV-13")
async def test_an_app_that_a_limited_member_makes_is_theirs_to_fill(account: Account) -> None:
    a = account
    await a.switch(True)
    await a.limit(a.max, a.shop_dev)
    await a.limit(a.mona, a.shop_dev)
    tool = await a.max.project(a.organization, "tool")
    assert await a.apps(a.max) == ["shop", "tool"]
    await a.max.environment(tool, "prod")
    assert (await a.sees(a.max), await a.apps(a.max)) == (["shop/dev", "tool/prod"], ["shop", "tool"])
    assert (await a.sees(a.mona), await a.apps(a.mona)) == (["shop/dev"], ["shop"])


@pytest.mark.requirement("QV-8", "QV-9")
async def test_full_access_is_where_everybody_starts(house: House, account: Account) -> None:
    a = account
    await a.switch(True)
    await a.limit(a.max, a.shop_dev)
    nina = await house.person("Nina")
    a.memberships["Nina"] = await a.ada.add(nina, a.organization, "MEMBER")
    for person in (a.finn, nina):
        access = await a.access(person)
        assert access is not None
        assert (access["mode"], access["enforced"], access["allowedCount"]) == ("FULL", True, None)
        assert await a.sees(person) == ALL
        assert await person.may("ENVIRONMENT_DEPLOY", a.mail_prod)


@pytest.mark.requirement("QV-42")
async def test_limited_in_one_account_and_not_in_another(house: House, account: Account) -> None:
    a = account
    await a.switch(True)
    await a.limit(a.max, a.shop_dev)
    otto = await house.person("Otto")
    second = await otto.organization("second")
    await otto.add(a.max, second, "MEMBER")
    await otto.do("setEnvironmentAccessEnabled", organizationId=second, enabled=True)
    environment = await otto.environment(await otto.project(second, "site"), "prod")
    assert await a.sees(a.max) == ["shop/dev"]
    assert await a.max.may("ENVIRONMENT_DEPLOY", environment)
    assert await a.max.code("ENVIRONMENT_DEPLOY", a.shop_prod) == "NOT_FOUND"
