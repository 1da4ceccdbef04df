"""Quave's words on our server: an account with two apps, whose members are limited to some environments."""

from dataclasses import dataclass

from tests.conformance.house import Caller, Data, House

SEEN = """query($id: ID!) { organization(id: $id) {
    environments { totalCount nodes { path } }
    projects { totalCount nodes { slug } }
} }"""
LIST = """query($id: ID!, $search: String) { node(id: $id) { ... on Membership {
    roles { key }
    environmentAccess {
        mode enforced allowedCount environments { name allowed }
        choices(search: $search) { nodes { name environments { environmentId allowed } } }
    }
} } }"""
ALL = ["mail/prod", "shop/dev", "shop/prod"]
"""What there is in an account from the start."""


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

    async def apps(self, person: Caller) -> list[str]:
        """The slugs of the apps in somebody's list."""
        found = (await person.ask(SEEN, id=self.organization))["organization"]["projects"]
        slugs = sorted(node["slug"] for node in found["nodes"])
        assert found["totalCount"] == len(slugs)
        return slugs

    async def access(self, person: Caller, *, by: Caller | None = None, search: str | None = None) -> Data | None:
        """Somebody's list, as `by` (Ada when left out) reads it."""
        node = (await (by or self.ada).ask(LIST, id=self.memberships[person.name], search=search))["node"]
        found: Data | None = node["environmentAccess"]
        return found

    async def limit(self, person: Caller, *environments: str, by: Caller | None = None) -> None:
        """Limit somebody to some environments."""
        membership = self.memberships[person.name]
        await (by or self.ada).do(
            "setEnvironmentAccess", membershipId=membership, mode="LIMITED", environmentIds=list(environments)
        )

    async def free(self, person: Caller, *, by: Caller | None = None) -> None:
        """Give somebody full access back."""
        await (by or self.ada).do("setEnvironmentAccess", membershipId=self.memberships[person.name], mode="FULL")

    async def switch(self, on: bool, *, by: Caller | None = None) -> None:
        """Enforce lists, or don't."""
        await (by or self.ada).do("setEnvironmentAccessEnabled", organizationId=self.organization, enabled=on)


async def open_account(house: House) -> Account:
    """An account that doesn't enforce lists yet."""
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


async def token_of(house: House, person: Caller) -> Caller:
    """The same person with a key they make themselves."""
    made = await person.do("createApiKey", "secret", name="cli")
    return house.caller(person.name, person.id, made["secret"])


async def deploy(caller: Caller, project_id: str, name: str) -> str:
    """Deploy to an environment by its name; gives the deployment's id."""
    done = await caller.do(
        "createDeployment", "deployment { id }", projectId=project_id, ref="main", environmentName=name
    )
    return str(done["deployment"]["id"])
