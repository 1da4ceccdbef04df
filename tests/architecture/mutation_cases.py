"""guarded_mutations.yaml as values, and the organization that its cases are about."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.db import tables
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN_ROLES
from app.policy.vocabulary import NOT_IN_CUSTOM_ROLES, VIEW_PERMISSION, Permission
from app.store.identities import kind_of, new_id
from app.store.ledger import Record, Writer
from tests.fixtures.client import Client, Draft
from tests.fixtures.world_builder import Named
from tests.fixtures.world_people import made_id

PATH = Path(__file__).parent / "guarded_mutations.yaml"
SEEING = frozenset({*VIEW_PERMISSION.values(), Permission.MEMBERS_VIEW})
"""What shows everything that the cases are about, and allows none of it."""
EVERYTHING = frozenset(Permission) - NOT_IN_CUSTOM_ROLES
_PLACE = re.compile(r"<(.+)>")
Finder = Callable[[str], str]
"""From what stands between `<` and `>` to an id."""


@dataclass(frozen=True)
class Case:
    """One entry of the file: `needs` by permission, the place of what it is decided on."""

    mutation: str
    input: dict[str, Any]
    needs: dict[Permission, str]
    also: frozenset[Permission]
    guest: str
    lacking: str
    then: str | None

    @property
    def enough(self) -> frozenset[Permission]:
        """What somebody must hold who may do it."""
        return SEEING | self.needs.keys() | self.also

    def __str__(self) -> str:
        return f"{self.mutation} {self.input}"


@dataclass(frozen=True)
class Other:
    """A mutation, or a case of one, that no role's permission decides."""

    mutation: str
    why: str
    input: dict[str, Any]
    may: list[str]
    refused: dict[str, str]
    permission: str | None = None
    of: str | None = None
    about_nothing: bool = True

    def __str__(self) -> str:
        return f"{self.mutation} {self.input}"


@cache
def table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return found


def cases() -> list[Case]:
    return [
        Case(
            entry["mutation"],
            entry["input"],
            {Permission(name): place for name, place in entry["needs"].items()},
            frozenset(map(Permission, entry.get("also", ()))),
            entry.get("guest", "NOT_FOUND"),
            entry.get("lacking", "FORBIDDEN"),
            entry.get("then"),
        )
        for entry in table()["cases"]
    ]


def others() -> list[Other]:
    return [Other(**entry) for entry in table()["others"]]


def filled(value: Any, find: Finder) -> Any:
    """The input with ids in place of what stands between `<` and `>`."""
    if isinstance(value, dict):
        return {key: filled(each, find) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, find) for each in value]
    place = _PLACE.fullmatch(value) if isinstance(value, str) else None
    return value if place is None else find(place[1])


def missing(find: Finder) -> Finder:
    """Ids of the same kinds that nothing ever had; built-in roles stay."""

    def unknown(place: str) -> str:
        id = find(place)
        kind = kind_of(id)
        assert kind is not None
        return id if id in BUILT_IN_ROLES else new_id(kind)

    return unknown


def works() -> Draft:
    """An organization with one thing of each kind to change, `gus` a guest and `zoe` a stranger; for each case
    somebody who may just do it and nothing else, and for each permission somebody who has every other."""
    draft = Draft()
    draft.staff()
    for name in ("tom", "val"):
        draft.person(name, "GUEST")
    draft.person("approver", "VIEWER")
    draft.person("root", None, instance_admin=True)
    draft.person("zoe")
    draft.other("globex").member("zoe", "globex", "ADMIN")
    draft.people.add("robot", service_account_of=draft.acme.organization.id, created_by="ada")
    draft.acme.member("robot", "acme", "GUEST")
    draft.acme.role("Plain", [Permission.ORGANIZATION_VIEW])
    draft.acme.role("Spare", [Permission.ORGANIZATION_VIEW])
    for team in ("core", "moving", "spare"):
        draft.team(team)
    draft.project("core/web", "dev", "prod", "idle")
    draft.project("core/api", "prod")
    for project in ("drifting", "done", "calm", "quiet"):
        draft.project(project)
    draft.project("secret", restricted=True)
    draft.acme.restrict(
        "core/api", name="prod", grants=[Named(user="max")], approval_rules=[Named(user="approver")], hides=False
    )
    for node in ("core", "core/web"):
        draft.acme.member("val", node, "Plain")
    for name, held in _casts():
        draft.acme.role(name, held)
        draft.person(name, [name, "ADMIN"] if name == may(_providers()) else name)
        draft.acme.member(name, "secret", name)
    for name, of in {"narrow": "max", "approver narrow": "approver"}.items():
        draft.key(name, of, permissions=[Permission.ENVIRONMENT_DEPLOY])
    return draft


def lacks(permission: Permission) -> str:
    """The name of who has every permission but this."""
    return f"lacks {permission}"


def may(case: Case) -> str:
    """The name of who has what a case needs, and nothing else."""
    return " ".join(["may", *sorted(case.needs), *sorted(case.also)])


def _providers() -> Case:
    """No custom role gives AI_PROVIDERS_MANAGE: the only ones who have it are ADMINs."""
    return next(case for case in cases() if Permission.AI_PROVIDERS_MANAGE in case.needs)


def _casts() -> Iterator[tuple[str, frozenset[Permission]]]:
    found = {lacks(permission): EVERYTHING - {permission} for case in cases() for permission in case.needs}
    found |= {may(case): case.enough - NOT_IN_CUSTOM_ROLES for case in cases()}
    yield from found.items()


async def furnish(client: Client) -> Finder:
    """Add what facts don't hold, and give the way from a place to its id."""
    acme, web, dev = client.organization_id, client.id("core/web"), client.id("core/web/dev")

    def change(writer: Writer) -> dict[str, str]:
        def deploy(status: str, **placed: str) -> str:
            made = {"ref": "v1", "status": status, "created_by": client.id("mia")}
            return writer.add(tables.Deployment, acme, **{"project_id": web, **placed, **made})

        api = {"project_id": client.id("core/api"), "environment_id": client.id("core/api/prod")}
        return {
            "running": deploy("RUNNING", environment_id=dev),
            "ready": deploy("CREATED", environment_id=dev),
            "unwanted": deploy("CREATED", environment_id=dev),
            "unplaced": deploy("CREATED"),
            "waiting": deploy("CREATED", **api),
            "provider": writer.add(tables.AiProvider, acme, name="Claude", kind="ANTHROPIC"),
        }

    made = await client.commit(change, Record("importWorks"))

    def find(place: str) -> str:
        if place in made:
            return made[place]
        kind, _, name = place.partition(" ")
        if kind == "role":
            return made_id(Kind.ROLE, "draft", "acme", name)
        if kind == "key":
            return made_id(Kind.API_KEY, "draft", name.removeprefix("of "))
        if kind == "membership":
            person, _, node = name.removeprefix("of ").partition(" in ")
            return client.membership(person, node or "acme")
        if kind == "restriction":
            return made_id(Kind.RESTRICTION, "draft", "acme", "core/api", "prod")
        return client.id(place)

    return find
