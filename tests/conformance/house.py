"""A server in this process, and the people who ask it over HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from app.asgi import create_app
from app.db import tables
from app.db.engine import Connection
from app.db.text import folded
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole
from app.services.instance import Instance
from app.services.keys import hash_key, make_key, shown_prefix
from app.settings import Settings
from app.store.ledger import INSTANCE, Record, lock

SECRET = "a secret for tests alone, long enough"
DAY = 86_400_000_000
"""µs."""

Data = dict[str, Any]


class Refused(AssertionError):  # noqa: N818 - it says what happened
    """An answer with errors where none were expected; `code` is the first one's."""

    def __init__(self, errors: Sequence[Data]) -> None:
        super().__init__("; ".join(f"{error['extensions'].get('code')}: {error['message']}" for error in errors))
        self.errors = errors
        self.code: str = errors[0]["extensions"]["code"]


class Caller:
    """Somebody with a key."""

    def __init__(self, house: "House", name: str, id: str, key: str) -> None:
        self.house = house
        self.name = name
        self.id = id
        self.key = key

    @property
    def email(self) -> str:
        return email_of(self.name)

    async def send(self, document: str, **variables: Any) -> httpx.Response:
        """The raw response to an operation."""
        body = {"query": document, "variables": variables}
        return await self.house.client.post("/graphql", json=body, headers={"Authorization": f"Bearer {self.key}"})

    async def ask(self, document: str, **variables: Any) -> Data:
        """The data of an answer. Raises Refused where it has errors."""
        answer = (await self.send(document, **variables)).json()
        if "errors" in answer:
            raise Refused(answer["errors"])
        data: Data = answer["data"]
        return data

    async def do(self, mutation: str, select: str = "revision", **input: Any) -> Data:
        """The payload of a mutation, as `select` says. Raises Refused.

        The input's fields are named as in the contract; a trailing underscore is dropped (`from_`).
        """
        type_name = mutation[0].upper() + mutation[1:] + "Input"
        document = f"mutation($input: {type_name}!) {{ {mutation}(input: $input) {{ {select} }} }}"
        data = await self.ask(document, input=input)
        payload: Data = data[mutation]
        return payload

    async def refused(self, mutation: str, **input: Any) -> str:
        """The code with which a mutation is refused. Fails where it isn't."""
        try:
            await self.do(mutation, **input)
        except Refused as refused:
            return refused.code
        raise AssertionError(f"`{mutation}` was not refused")

    async def decision(
        self, permission: str, resource_id: str, *, about: "Caller | None" = None, name: str | None = None
    ) -> Data:
        """The decision on one question, with its reasons."""
        input = {"permission": permission, "resourceId": resource_id}
        if about is not None:
            input["subjectId"] = about.id
        if name is not None:
            input["environmentName"] = name
        document = """query($input: CheckInput!) {
            check(input: $input) { allowed code reasons { gate passed message source { id } } revision validUntil }
        }"""
        data = await self.ask(document, input=input)
        found: Data = data["check"]
        return found

    async def may(self, permission: str, resource_id: str, *, name: str | None = None) -> bool:
        """Whether they may do this to that."""
        return bool((await self.decision(permission, resource_id, name=name))["allowed"])

    async def code(self, permission: str, resource_id: str) -> str | None:
        """The code of the decision; None when allowed."""
        found: str | None = (await self.decision(permission, resource_id))["code"]
        return found

    async def sees(self, id: str) -> bool:
        """Whether something is there for them."""
        return (await self.ask("query($id: ID!) { node(id: $id) { id } }", id=id))["node"] is not None

    # What people do all the time; each gives the id of what it made.

    async def organization(self, slug: str = "acme") -> str:
        """Create an organization and be its ADMIN."""
        done = await self.do("createOrganization", "organization { id }", name=slug.title(), slug=slug)
        return str(done["organization"]["id"])

    async def team(self, parent_id: str, slug: str, *, isolated: bool = False) -> str:
        done = await self.do(
            "createTeam", "team { id }", parentId=parent_id, name=slug.title(), slug=slug, isolated=isolated
        )
        return str(done["team"]["id"])

    async def project(self, parent_id: str, slug: str, *, kind: str = "APP") -> str:
        done = await self.do(
            "createProject", "project { id }", parentId=parent_id, name=slug.title(), slug=slug, kind=kind
        )
        return str(done["project"]["id"])

    async def environment(self, project_id: str, name: str, **more: Any) -> str:
        done = await self.do("createEnvironment", "environment { id }", projectId=project_id, name=name, **more)
        return str(done["environment"]["id"])

    async def add(self, member: "Caller | str", resource_id: str, *roles: str, **more: Any) -> str:
        """Give somebody, or a team by its id, roles on a node; built-in ones by key, custom ones by id."""
        if isinstance(member, str):
            subject = {"teamId": member}
        elif resource_id.startswith("org_"):
            subject = {"email": member.email}  # nobody sees a person before they belong
        else:
            subject = {"userId": member.id}
        done = await self.do(
            "addMembership",
            "membership { id }",
            resourceId=resource_id,
            member=subject,
            roleIds=role_ids(*roles),
            **more,
        )
        return str(done["membership"]["id"])

    async def restrict(self, scope_id: str, target: Data, grants: Sequence[Data] = (), **more: Any) -> str:
        """Restrict environments; `target` and `grants` as in the contract."""
        done = await self.do(
            "restrictEnvironments",
            "restriction { id }",
            scopeId=scope_id,
            target=target,
            restriction={"grants": list(grants), **more},
        )
        return str(done["restriction"]["id"])


def email_of(name: str) -> str:
    """The e-mail of a person of the house."""
    return f"{name.lower().replace(' ', '.')}@house.test"


def role_ids(*roles: str) -> list[str]:
    """The ids of built-in roles by their keys; ids stay as they are."""
    return [BUILT_IN[BuiltInRole[role]].id if role in BuiltInRole.__members__ else role for role in roles]


def grant(who: "Caller | None" = None, *, team: str | None = None, level: str | None = None, **more: Any) -> Data:
    """A grant as in the contract, to one of the three."""
    grantee = {"userId": who.id} if who is not None else {"teamId": team} if team is not None else {"level": level}
    return {"grantee": grantee, **more}


class House:
    """A server on an empty, migrated store."""

    def __init__(self, client: httpx.AsyncClient, instance: Instance) -> None:
        self.client = client
        self.instance = instance

    async def person(self, name: str, *, administrator: bool = False) -> Caller:
        """A new person with a key; the store's own way in, since who creates the first one isn't there yet."""
        key = make_key()

        def insert(connection: Connection) -> str:
            writer = lock(connection, [INSTANCE], self.instance.clock)
            user_id = writer.add(
                tables.User,
                INSTANCE,
                name=name,
                email=email_of(name),
                email_folded=folded(email_of(name)),
                is_service_account=False,
                is_active=True,
                is_instance_admin=administrator,
            )
            writer.add(
                tables.ApiKey,
                INSTANCE,
                user_id=user_id,
                name="test",
                prefix=shown_prefix(key),
                key_hash=hash_key(self.instance.pepper, key),
                created_by=user_id,
            )
            writer.commit(Record("createUser", actor_id=user_id, target_id=user_id, target_name=name))
            return user_id

        return Caller(self, name, await self.instance.database.write(insert), key)

    async def people(self, *names: str) -> list[Caller]:
        """Several new people."""
        return [await self.person(name) for name in names]

    def caller(self, name: str, id: str, key: str) -> Caller:
        """Somebody who got their key from the server: a service account, or a person with another key."""
        return Caller(self, name, id, key)

    def pass_time(self, microseconds: int) -> None:
        """Let the server's clock be ahead by so much more."""
        before = self.instance.clock
        self.instance.clock = lambda: before() + microseconds

    def now(self) -> int:
        """The server's instant, µs."""
        return self.instance.clock()


@asynccontextmanager
async def open_house(database_url: str) -> AsyncIterator[House]:
    """A house on a migrated, empty store."""
    app = create_app(Settings(database_url=database_url, secret=SecretStr(SECRET), _env_file=None))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://house.test") as client:
            yield House(client, app.state.instance)
