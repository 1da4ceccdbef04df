"""Quave: the switch, full and limited members, what is created, and who edits whose list."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.house import Caller, House, role_ids

SEEN = """query($id: ID!) { organization(id: $id) {
    environments { totalCount nodes { path } }
    projects { nodes { slug } }
} }"""
LIST = """query($id: ID!) { node(id: $id) { ... on Membership {
    roles { key }
    environmentAccess {
        mode enforced allowedCount environments { name allowed }
        choices { nodes { name environments { environmentId allowed } } }
    }
} } }"""


@dataclass(frozen=True, slots=True)
class Account:
    """Ada's account with two apps; Max and Finn are members, Mona manages members; everybody's membership by name."""

    ada: Caller
    max: Caller
    finn: Caller
    mona: Caller
    organization: str
    shop: str
    mail: str
    shop_prod: str
    shop_dev: str
    mail_prod: str
    memberships: dict[str, str]

    async def sees(self, person: Caller) -> list[str]:
        """The paths of the environments in somebody's list, the account's slug left out."""
        found = (await person.ask(SEEN, id=self.organization))["organization"]["environments"]
        paths = sorted(node["path"].partition("/")[2] for node in found["nodes"])
        assert found["totalCount"] == len(paths)
        return paths

    async def limit(self, person: Caller, *environments: str, by: Caller | None = None) -> None:
        """Limit somebody to some environments."""
        membership = self.memberships[person.name]
        await (by or self.ada).do(
            "setEnvironmentAccess", membershipId=membership, mode="LIMITED", environmentIds=list(environments)
        )

    async def switch(self, on: bool) -> None:
        """Enforce lists, or don't."""
        await self.ada.do("setEnvironmentAccessEnabled", organizationId=self.organization, enabled=on)


ALL = ["mail/prod", "shop/dev", "shop/prod"]


@pytest.fixture
async def account(house: House) -> Account:
    ada, max_, finn, mona = await house.people("Ada", "Max", "Finn", "Mona")
    organization = await ada.organization()
    memberships = {
        "Max": await ada.add(max_, organization, "MEMBER"),
        "Finn": await ada.add(finn, organization, "MEMBER"),
        "Mona": await ada.add(mona, organization, "MEMBER", "ACCESS_MANAGER"),
    }
    own = await ada.ask("{ viewer { memberships { nodes { id } } } }")
    memberships["Ada"] = own["viewer"]["memberships"]["nodes"][0]["id"]
    shop, mail = await ada.project(organization, "shop"), await ada.project(organization, "mail")
    shop_prod, shop_dev = await ada.environment(shop, "prod"), await ada.environment(shop, "dev")
    mail_prod = await ada.environment(mail, "prod")
    return Account(ada, max_, finn, mona, organization, shop, mail, shop_prod, shop_dev, mail_prod, memberships)


@pytest.mark.requirement("QV-3", "QV-4", "QV-5", "QV-6", "QV-7", "QV-8", "QV-9", "QV-12", "QV-13", "QV-14", "QV-20")
async def test_enable_limit_create_disable_enable_again(house: House, account: Account) -> None:
    a = account
    await a.switch(True)
    for person in (a.ada, a.max, a.finn, a.mona):
        assert await a.sees(person) == ALL
    nina = await house.person("Nina")
    await a.ada.add(nina, a.organization, "MEMBER")
    assert await a.sees(nina) == ALL

    await a.limit(a.max, a.shop_dev)
    await a.limit(a.mona, a.mail_prod)
    assert await a.sees(a.max) == ["shop/dev"]
    created = await a.max.environment(a.shop, "preview")
    assert await a.sees(a.max) == ["shop/dev", "shop/preview"]
    deployed = await a.max.do(
        "createDeployment", "deployment { id }", projectId=a.shop, ref="main", environmentName="branch"
    )
    assert deployed["deployment"] is not None
    assert await a.sees(a.max) == ["shop/branch", "shop/dev", "shop/preview"]
    assert await a.sees(a.mona) == ["mail/prod"]
    assert await a.sees(a.finn) == sorted([*ALL, "shop/branch", "shop/preview"])
    await a.limit(a.mona, a.mail_prod, created)
    assert await a.sees(a.mona) == ["mail/prod", "shop/preview"]

    await a.switch(False)
    assert await a.sees(a.max) == sorted([*ALL, "shop/branch", "shop/preview"])
    kept = (await a.ada.ask(LIST, id=a.memberships["Max"]))["node"]["environmentAccess"]
    assert (kept["mode"], kept["enforced"], kept["allowedCount"]) == ("LIMITED", False, 3)
    await a.switch(True)
    assert await a.sees(a.max) == ["shop/branch", "shop/dev", "shop/preview"]


@pytest.mark.requirement("QV-1", "QV-2", "QV-10", "QV-11", "QV-25", "QV-26", "QV-27", "QV-28", "QV-29", "QV-30")
@pytest.mark.requirement("QV-31", "QV-32")
async def test_what_is_not_listed_is_not_there(house: House, account: Account) -> None:
    a = account
    await a.switch(True)
    await a.limit(a.max, a.shop_dev)
    made = await a.max.do("createApiKey", "secret", name="cli")
    token = house.caller("Max", a.max.id, made["secret"])
    unknown = "env_" + "0" * 24
    for caller in (a.max, token):
        assert await a.sees(caller) == ["shop/dev"]
        slugs = (await caller.ask(SEEN, id=a.organization))["organization"]["projects"]["nodes"]
        assert slugs == [{"slug": "shop"}]
        assert not await caller.sees(a.mail)
        for permission in ("ENVIRONMENT_VIEW_LOGS", "ENVIRONMENT_VIEW_METRICS", "ENVIRONMENT_DEPLOY"):
            assert await caller.may(permission, a.shop_dev)
            assert await caller.code(permission, a.shop_prod) == "NOT_FOUND"
        asked = "query($id: ID!) { environment(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }"
        hidden, never = await caller.send(asked, id=a.shop_prod), await caller.send(asked, id=unknown)
        assert hidden.content == never.content
        stop = "mutation($id: ID!) { stopEnvironment(input: {environmentId: $id}) { revision } }"
        answers = [(await caller.send(stop, id=id)).json() for id in (a.shop_prod, unknown)]
        for answer in answers:
            answer["errors"][0]["extensions"].pop("requestId")
        assert answers[0] == answers[1]
        assert answers[0]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    await a.max.do("updateAutoscaling", target={"environmentId": a.shop_dev}, minReplica=1)


@pytest.mark.requirement("QV-15", "QV-16", "QV-17", "QV-18", "QV-19", "QV-33", "QV-34", "QV-40", "QV-41")
async def test_the_list_of_a_member(account: Account) -> None:
    a = account
    await a.switch(True)
    full = (await a.ada.ask(LIST, id=a.memberships["Max"]))["node"]
    assert full["roles"] == [{"key": "MEMBER"}]
    assert (full["environmentAccess"]["mode"], full["environmentAccess"]["allowedCount"]) == ("FULL", None)
    await a.limit(a.max, a.shop_dev, a.mail_prod)
    await a.limit(a.max, a.shop_dev)
    limited = (await a.ada.ask(LIST, id=a.memberships["Max"]))["node"]["environmentAccess"]
    assert (limited["mode"], limited["allowedCount"]) == ("LIMITED", 1)
    assert limited["environments"] == [{"name": "dev", "allowed": True}]
    choices = {project["name"]: project["environments"] for project in limited["choices"]["nodes"]}
    assert set(choices) == {"Shop", "Mail"}
    assert {e["environmentId"]: e["allowed"] for e in choices["Shop"]} == {a.shop_dev: True, a.shop_prod: False}
    await a.ada.do("updateMembership", membershipId=a.memberships["Max"], roleIds=role_ids("VIEWER", "AUDITOR"))
    assert await a.sees(a.max) == ["shop/dev"]
    await a.ada.do("setEnvironmentAccess", membershipId=a.memberships["Max"], mode="FULL")
    assert await a.sees(a.max) == ALL


@pytest.mark.requirement("QV-21", "QV-22", "QV-23", "QV-24", "QV-35", "QV-39")
async def test_who_edits_lists(account: Account) -> None:
    a = account
    await a.switch(True)
    await a.limit(a.ada, a.shop_prod)
    await a.limit(a.mona, a.shop_dev)
    assert await a.sees(a.ada) == ["shop/prod"]
    assert await a.ada.code("ENVIRONMENT_VIEW", a.mail_prod) == "NOT_FOUND"
    for editor in (a.ada, a.mona):
        found = (await editor.ask(LIST, id=a.memberships["Finn"]))["node"]["environmentAccess"]["choices"]["nodes"]
        offered = {environment["environmentId"] for project in found for environment in project["environments"]}
        assert offered == {a.shop_prod, a.shop_dev, a.mail_prod}
        await a.limit(a.finn, a.mail_prod, by=editor)
        assert await a.sees(a.finn) == ["mail/prod"]

    mine = {"membershipId": a.memberships["Max"], "mode": "LIMITED", "environmentIds": [a.shop_dev]}
    assert await a.max.refused("setEnvironmentAccess", **mine) == "FORBIDDEN"
    on = {"organizationId": a.organization, "enabled": False}
    assert await a.max.refused("setEnvironmentAccessEnabled", **on) == "FORBIDDEN"
    await a.mona.do("setEnvironmentAccess", **mine)
    own = (await a.max.ask(LIST, id=a.memberships["Max"]))["node"]["environmentAccess"]
    assert own["environments"] == [{"name": "dev", "allowed": True}]
    assert own["choices"] is None
    other = (await a.max.ask(LIST, id=a.memberships["Finn"]))["node"]
    assert other["environmentAccess"] is None

    await a.ada.do("setEnvironmentAccess", membershipId=a.memberships["Ada"], mode="FULL")
    assert await a.sees(a.ada) == ALL
    audit = """query($id: ID!) { organization(id: $id) {
        audit(first: 1) { nodes { action actor { name } targetId } }
    } }"""
    assert (await a.ada.ask(audit, id=a.organization))["organization"]["audit"]["nodes"] == [
        {"action": "setEnvironmentAccess", "actor": {"name": "Ada"}, "targetId": a.memberships["Ada"]}
    ]


@pytest.mark.requirement("QV-36", "QV-37", "QV-38")
async def test_the_mode_is_always_said(house: House, account: Account) -> None:
    a = account
    await a.switch(True)
    response = await a.ada.send(
        "mutation($id: ID!) { setEnvironmentAccess(input: {membershipId: $id}) { revision } }",
        id=a.memberships["Max"],
    )
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID"
    assert await a.sees(a.max) == ALL
    await a.limit(a.max)
    assert await a.sees(a.max) == []

    await a.limit(a.max, a.shop_dev)
    await a.ada.do("stopEnvironment", environmentId=a.shop_dev)
    await a.ada.do("deleteEnvironment", environmentId=a.shop_dev)
    assert await a.sees(a.max) == []
    access = (await a.ada.ask(LIST, id=a.memberships["Max"]))["node"]["environmentAccess"]
    assert (access["mode"], access["allowedCount"]) == ("LIMITED", 0)

    stranger = await house.person("Stranger")
    foreign = await stranger.environment(await stranger.project(await stranger.organization("b"), "x"), "prod")
    wrong: dict[str, Any] = {"membershipId": a.memberships["Max"], "mode": "LIMITED"}
    wrong["environmentIds"] = [a.shop_prod, foreign]
    assert await a.ada.refused("setEnvironmentAccess", **wrong) == "INVALID"
    assert await a.sees(a.max) == []


@pytest.mark.requirement("QV-42")
async def test_limited_in_one_account_and_not_in_another(house: House, account: Account) -> None:
    a = account
    await a.switch(True)
    await a.limit(a.max, a.shop_dev)
    otto = await house.person("Otto")
    second = await otto.organization("second")
    await otto.add(a.max, second, "MEMBER")
    await otto.do("setEnvironmentAccessEnabled", organizationId=second, enabled=True)
    project = await otto.project(second, "site")
    environment = await otto.environment(project, "prod")
    assert await a.sees(a.max) == ["shop/dev"]
    assert await a.max.sees(environment)
