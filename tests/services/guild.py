"""A guild, whose members let each other in and out: over HTTP, with what each refusal leaves in the store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole, Permission, ProjectKind
from tests.fixtures.client import NOW, Client, Draft, open_client
from tests.fixtures.stored import last_revision, stored
from tests.fixtures.world_builder import Named
from tests.fixtures.world_people import made_id

Data = dict[str, Any]
DAY = 86_400_000_000
"""µs."""
STEWARD = (Permission.MEMBERS_VIEW, Permission.MEMBERS_MANAGE)
BLIND = (Permission.MEMBERS_MANAGE,)


def guild() -> Draft:
    """An ADMIN, somebody of each level below, and people who manage members and hold little else.

    `amy` manages members everywhere; `moe` does as well, and is a MEMBER; `kim` sees none of those she manages. `tam`
    is an ADMIN of the team core, `pat` of the project core/web. `exa` and `exb` have expired memberships.
    """
    draft = Draft(lists_enforced=True)
    draft.staff()
    draft.acme.role("Steward", STEWARD)
    draft.acme.role("Blind", BLIND)
    draft.acme.role("Placer", [Permission.ENVIRONMENT_VIEW, Permission.ENVIRONMENT_DEPLOY])
    draft.person("amy", "ACCESS_MANAGER")
    draft.person("moe", ["MEMBER", "ACCESS_MANAGER"])
    draft.person("kim", "Blind")
    for name in ("tam", "pat", "bob", "lim"):
        draft.person(name, "GUEST")
    draft.person("off", "GUEST", deactivated=True)
    draft.person("root", None, instance_admin=True)
    draft.person("zoe")
    draft.people.add("robot", service_account_of=draft.acme.organization.id, created_by="ada")
    draft.acme.member("robot", "acme", "GUEST")
    draft.team("core", {"tam": "ADMIN", "bob": "MEMBER"})
    draft.team("core/sub")
    draft.team("ops", {"moe": "VIEWER"})
    draft.team("vault", isolated=True)
    draft.project("core/web", "production", "dev", members={"pat": "ADMIN"})
    draft.project("lab", "dev", kind=ProjectKind.PREDICTIVE)
    draft.project("secret", "production", restricted=True)
    draft.people.add("exa")
    draft.acme.member("exa", "acme", "MEMBER", expires_at=NOW)
    draft.acme.member("exa", "core", "MEMBER")
    draft.acme.limit("exa", ["core/web/dev"])
    draft.acme.member("gus", "core", "VIEWER", expires_at=NOW)
    draft.acme.member("lim", "core/web", "MEMBER")
    draft.acme.limit("lim", ["core/web/dev"])
    draft.acme.restrict("acme", name="production", grants=[Named(user="lim"), Named(user="exa")])
    draft.key("ada-members", "ada", permissions=STEWARD)
    draft.key("root-members", "root", permissions=[Permission.MEMBERS_VIEW])
    draft.key("root-lab", "root", subtree="lab")
    draft.key("root-deploys", "root", permissions=[Permission.ENVIRONMENT_DEPLOY])
    draft.key("bob-view", "bob", permissions=[Permission.MEMBERS_VIEW])
    draft.key("pat-access", "pat", permissions=[Permission.PROJECT_VIEW, Permission.PROJECT_ACCESS_MANAGE])
    globex = draft.other("globex")
    globex.role("Foreign", [Permission.PROJECT_VIEW])
    globex.project("globex/app")
    globex.environment("globex/app", "production")
    globex.team("globex/staff")
    globex.member("zoe", "globex", "ADMIN")
    draft.people.add("drone", service_account_of=globex.organization.id)
    globex.member("drone", "globex", "GUEST")
    return draft


class Guild:
    """The guild's server, asked as anybody in it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def id(self, name: str) -> str:
        """Of a node or environment by its path, of somebody by their name."""
        return self.client.id(name)

    def email(self, name: str) -> str:
        email = self.client.world.subjects[name].person.email
        assert email is not None
        return email

    def membership(self, subject: str, path: str = "acme") -> str:
        """The id of a membership that the guild began with."""
        return self.client.membership(subject, path)

    async def do(self, person: str, mutation: str, select: str = "revision", **input: Any) -> Data:
        """The payload of a mutation that is not refused."""
        data = await self.client.ask(person, _document(mutation, select), input=input)
        payload: Data = data[mutation]
        return payload

    async def refusal(self, person: str, mutation: str, **input: Any) -> Data:
        """The extensions of the one error of a refused mutation, and its message. The store is left as it was."""
        before = await self.stored()
        error = await self.client.refused(person, _document(mutation, "revision"), input=input)
        assert await self.stored() == before
        error["extensions"].pop("requestId")
        return {"message": error["message"], **error["extensions"]}

    async def refused(self, person: str, mutation: str, **input: Any) -> str:
        """The code of that error."""
        return str((await self.refusal(person, mutation, **input))["code"])

    async def problems(self, person: str, mutation: str, **input: Any) -> list[tuple[list[str | int], str]]:
        """Path and code of every entry that is refused."""
        refusal = await self.refusal(person, mutation, **input)
        return [(problem["path"], problem["code"]) for problem in refusal["problems"]]

    async def stored(self) -> dict[str, list[Any]]:
        """Every row of every table but those outside the ledgers."""
        return await stored(self.client.instance.database)

    async def record(self) -> tuple[int, str, str, str]:
        """Number, action, actor and target of the organization's latest revision."""
        last = await last_revision(self.client.instance.database, self.client.organization_id)
        return last.number, last.action, last.actor_id, last.target_id

    async def ask(self, person: str, document: str, **variables: Any) -> Data:
        return await self.client.ask(person, document, **variables)

    async def may(self, person: str, permission: str, path: str) -> bool:
        """Whether somebody may do this to that."""
        document = """query($permission: Permission!, $id: ID!) {
            check(input: {permission: $permission, resourceId: $id}) { allowed }
        }"""
        asked = {"permission": permission, "id": self.id(path)}
        return bool((await self.ask(person, document, **asked))["check"]["allowed"])

    async def members(self, path: str, by: str = "ada") -> dict[str, tuple[str, list[str]]]:
        """By name, whose memberships a node has: id and roles' names."""
        document = """query($id: ID!) { node(id: $id) { ... on Organization { members(first: 100) { ...M } }
            ... on Team { members { ...M } } ... on Project { members { ...M } } } }
            fragment M on MembershipConnection { nodes {
                id roles { name } subject { ... on User { name } ... on Team { name } }
            } }"""
        nodes = (await self.ask(by, document, id=self.id(path)))["node"]["members"]["nodes"]
        return {node["subject"]["name"]: (node["id"], [role["name"] for role in node["roles"]]) for node in nodes}


def roles(*names: str) -> list[str]:
    """The ids of roles by the names that `guild` knows them by."""
    return [BUILT_IN[BuiltInRole[name]].id if name in BuiltInRole.__members__ else _custom(name) for name in names]


def _custom(name: str) -> str:
    organization = "globex" if name == "Foreign" else "acme"
    return made_id("rol", "draft", organization, name)


def _document(mutation: str, select: str) -> str:
    type_name = mutation[0].upper() + mutation[1:] + "Input"
    return f"mutation($input: {type_name}!) {{ {mutation}(input: $input) {{ {select} }} }}"


@asynccontextmanager
async def open_guild(database_url: str) -> AsyncIterator[Guild]:
    """A guild on a migrated store of its own, at noon."""
    async with open_client(guild(), database_url) as client:
        yield Guild(client)
