"""A firm whose people define roles, make accounts and keys, and let each other in and out, all over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.conformance.house import Caller, House, Refused, open_house
from tests.fixtures.stored import last_revision, noted_denials, stored

Data = dict[str, Any]


class Firm:
    """An organization: `ada` is its ADMIN, `max` a MEMBER, `gus` a GUEST and `sam` a steward, who manages roles and
    service accounts and holds nothing else; `zoe` is an ADMIN elsewhere, `root` an instance administrator."""

    def __init__(self, house: House, people: list[Caller], root: Caller) -> None:
        self.house = house
        self.ada, self.max, self.gus, self.sam, self.zoe = people
        self.root = root
        self.id = ""
        self.steward = ""
        """The role that `sam` has."""

    async def furnish(self) -> None:
        """Let everybody in."""
        self.id = await self.ada.organization("firm")
        await self.zoe.organization("globex")
        await self.ada.add(self.max, self.id, "MEMBER")
        await self.ada.add(self.gus, self.id, "GUEST")
        self.steward = await self.role(self.ada, "Steward", "ROLES_MANAGE", "SERVICE_ACCOUNTS_MANAGE", "MEMBERS_VIEW")
        await self.ada.add(self.sam, self.id, self.steward)

    async def role(self, by: Caller, name: str, *permissions: str) -> str:
        """Define a role; gives its id."""
        new = {"organizationId": self.id, "name": name, "permissions": list(permissions)}
        return str((await by.do("createRole", "role { id }", **new))["role"]["id"])

    async def account(self, by: Caller, name: str = "robot", *roles: str) -> str:
        """Make a service account; gives its id. With roles, Ada makes them those of its membership."""
        made = await by.do("createServiceAccount", "user { id } membership { id }", organizationId=self.id, name=name)
        if roles:
            membership = made["membership"]["id"]
            await self.ada.do("updateMembership", membershipId=membership, roleIds=list(roles))
        return str(made["user"]["id"])

    async def key(self, by: Caller, **input: Any) -> Caller:
        """Make a key, and be who holds it; `id` is the user's."""
        done = await by.do("createApiKey", "secret apiKey { user { id } }", name="key", **input)
        user_id = input.get("userId") or by.id
        return self.house.caller(by.name, user_id, done["secret"])

    async def refusal(self, caller: Caller, mutation: str, **input: Any) -> Data:
        """The one error of a refused mutation, its request's id left out. Nothing is written but, perhaps, a denial."""
        database = self.house.instance.database
        before = await stored(database)
        try:
            await caller.do(mutation, **input)
        except Refused as refused:
            assert await stored(database) == before
            (error,) = refused.errors
            error["extensions"].pop("requestId")
            return error
        raise AssertionError(f"`{mutation}` was not refused")

    async def refused(self, caller: Caller, mutation: str, **input: Any) -> str:
        """The code of that error."""
        return str((await self.refusal(caller, mutation, **input))["extensions"]["code"])

    async def record(self, ledger_id: str | None = None) -> tuple[str, str, str]:
        """Action, actor and target of the latest record of the organization's audit, or of another ledger."""
        last = await last_revision(self.house.instance.database, ledger_id or self.id)
        return last.action, last.actor_id, last.target_id

    async def revision(self, ledger_id: str | None = None) -> int:
        """The organization's latest revision, or another ledger's."""
        return int((await last_revision(self.house.instance.database, ledger_id or self.id)).number)

    async def denials(self) -> list[tuple[str, str, str, str]]:
        """Ledger, action, target and code of every denial."""
        return await noted_denials(self.house.instance.database)


@asynccontextmanager
async def open_firm(database_url: str) -> AsyncIterator[Firm]:
    """A firm on a migrated, empty store."""
    async with open_house(database_url) as house:
        people = await house.people("Ada", "Max", "Gus", "Sam", "Zoe")
        firm = Firm(house, people, await house.person("Root", administrator=True))
        await firm.furnish()
        yield firm
