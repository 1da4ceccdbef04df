"""Quave: who sets lists, their own included, and what editors are offered."""

import pytest

from tests.conformance.house import House
from tests.conformance.quave import ALL, Account, open_account


@pytest.fixture
async def account(house: House) -> Account:
    """Lists are enforced."""
    opened = await open_account(house)
    await opened.switch(True)
    return opened


@pytest.mark.requirement("QV-21", "QV-22", "QV-23")
async def test_limited_editors_offer_everything(account: Account) -> None:
    a = account
    await a.limit(a.mona, a.shop_dev)
    await a.limit(a.ada, a.shop_prod)
    assert (await a.sees(a.ada), await a.apps(a.ada)) == (["shop/prod"], ["shop"])
    assert await a.ada.code("ENVIRONMENT_VIEW", a.mail_prod) == "NOT_FOUND"
    for editor in (a.ada, a.mona):
        assert not await editor.sees(a.mail_prod)
        access = await a.access(a.finn, by=editor)
        assert access is not None
        found = access["choices"]["nodes"]
        offered = {environment["environmentId"] for project in found for environment in project["environments"]}
        assert offered == {a.shop_prod, a.shop_dev, a.mail_prod}
        await a.limit(a.finn, a.mail_prod, by=editor)
        assert await a.sees(a.finn) == ["mail/prod"]
        await a.free(a.finn, by=editor)
        assert await a.sees(a.finn) == ALL


@pytest.mark.requirement("QV-24")
async def test_an_admin_widens_their_own_list_on_record(account: Account) -> None:
    a = account
    await a.limit(a.ada, a.shop_prod)
    assert await a.sees(a.ada) == ["shop/prod"]
    await a.free(a.ada)
    assert await a.sees(a.ada) == ALL
    audit = """query($id: ID!) { organization(id: $id) {
        audit(first: 1) { nodes { action actor { name } targetId } }
    } }"""
    assert (await a.ada.ask(audit, id=a.organization))["organization"]["audit"]["nodes"] == [
        {"action": "setEnvironmentAccess", "actor": {"name": "Ada"}, "targetId": a.memberships["Ada"]}
    ]


@pytest.mark.requirement("QV-39")
async def test_who_may_switch_and_set(house: House, account: Account) -> None:
    a = account
    mine = {"membershipId": a.memberships["Max"], "mode": "LIMITED", "environmentIds": [a.shop_dev]}
    off = {"organizationId": a.organization, "enabled": False}
    mat, aud = await house.people("Mat", "Aud")
    await a.ada.add(mat, a.organization, "MAINTAINER")
    await a.ada.add(aud, a.organization, "AUDITOR")
    for person in (a.max, mat, aud):
        assert await person.refused("setEnvironmentAccess", **mine) == "FORBIDDEN"
        assert await person.refused("setEnvironmentAccessEnabled", **off) == "FORBIDDEN"
    assert await a.sees(a.max) == ALL
    for editor in (a.mona, a.ada):
        await a.limit(a.max, a.shop_dev, by=editor)
        assert await a.sees(a.max) == ["shop/dev"]
        await a.switch(False, by=editor)
        assert await a.sees(a.max) == ALL
        await a.switch(True, by=editor)
        await a.free(a.max, by=editor)


@pytest.mark.requirement("QV-35")
async def test_who_reads_lists(account: Account) -> None:
    a = account
    private = await a.ada.team(a.organization, "private", isolated=True)
    secret = await a.ada.environment(await a.ada.project(private, "vault"), "prod")
    await a.limit(a.max, a.shop_dev, secret)
    await a.limit(a.finn, a.shop_dev)
    own = await a.access(a.max, by=a.max)
    assert own is not None
    assert own["environments"] == [{"name": "dev", "allowed": True}]  # no role of his shows the vault
    assert (own["allowedCount"], own["choices"]) == (1, None)
    for editor in (a.ada, a.mona):
        read = await a.access(a.max, by=editor)
        assert read is not None
        assert (read["allowedCount"], len(read["environments"])) == (2, 2)
    assert await a.access(a.finn, by=a.max) is None
