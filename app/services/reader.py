"""Reading as somebody, as of one moment: what every query and every payload is made from."""

from collections.abc import Callable, Collection
from typing import Concatenate, ParamSpec, TypeVar

from app.db.engine import Connection, Database
from app.policy.entities import Resource
from app.policy.objects import Objects
from app.policy.views import View
from app.services.facts_memory import FactsMemory, Version
from app.store.identities import ledgers_by_id
from app.store.moment import Arrival

T = TypeVar("T")
P = ParamSpec("P")


class Reader:
    """One subject at one moment. Opens an organization once and finds what the subject sees in it."""

    def __init__(self, database: Database, memory: FactsMemory, arrival: Arrival, instant: int, key_hash: str) -> None:
        self.database = database
        self.key_hash = key_hash
        self.subject = arrival.subject
        self.arrival = arrival
        """As whom, and at which revisions, the subject came in: with `instant` (µs) the moment of all answers."""
        self.instant = instant
        self.has_read = False
        """Whether anything was read from the store beside the facts."""
        self._memory = memory
        self._opened: dict[str, Objects | None] = {}
        self.views: dict[str, View] = {}
        """By organization: the subject's views of those that are open."""

    @property
    def ends_at(self) -> int | None:
        """The first instant (µs) at which time alone could change what is seen where something is open; None: never."""
        return min((view.ends_at for view in self.views.values() if view.ends_at is not None), default=None)

    async def open(self, organization_id: str) -> Objects | None:
        """What the subject sees in an organization; None in one that they don't belong to, there or not."""
        if organization_id not in self._opened:
            revision = self.arrival.revisions.get(organization_id)
            if revision is None:
                return None
            version = await self._memory.version(organization_id, revision, self.arrival.instance_revision)
            self._open_in(organization_id, version)
        return self._opened[organization_id]

    def _open_in(self, organization_id: str, version: Version | None) -> None:
        found = None if version is None else version.objects_of(self.subject, self.instant)
        self._opened[organization_id] = found
        if found is not None:
            self.views[organization_id] = found.view

    async def open_all(self) -> list[Objects]:
        """What the subject sees in each organization they belong to, by id."""
        opened = self._in_memory()
        if opened is None:
            found = [await self.open(id) for id in self.arrival.revisions]
            return [objects for objects in found if objects is not None]
        return opened

    def _in_memory(self) -> list[Objects] | None:
        """The same where nothing needs to be read for it; else None."""
        found = []
        arrival = self.arrival
        for id, revision in arrival.revisions.items():
            if id not in self._opened:
                version = self._memory.version_in_memory(id, revision, arrival.instance_revision)
                if version is None:
                    return None
                self._open_in(id, version)
            objects = self._opened[id]
            if objects is not None:
                found.append(objects)
        return found

    async def open_for(self, ids: Collection[str]) -> list[Objects]:
        """The organizations in which something of these ids could be seen.

        That is every one the subject belongs to, whatever the ids: hidden and unknown take the same path. From an
        instance administrator nothing is hidden, so there the store says which ones they are.
        """
        if not self.subject.person.is_instance_admin:
            return await self.open_all()
        ledgers = await self.read(lambda connection: ledgers_by_id(connection, ids))
        opened = [await self.open(ledger_id) for ledger_id in sorted(set(ledgers.values()))]
        return [objects for objects in opened if objects is not None]

    def opened(self, organization_id: str) -> Objects | None:
        """What the subject sees in an organization, if it is open already."""
        return self._opened.get(organization_id)

    def objects(self, organization_id: str) -> Objects:
        """What the subject sees in an organization that is open already. Raises KeyError for any other."""
        objects = self._opened[organization_id]
        if objects is None:
            raise KeyError(organization_id)
        return objects

    async def find(self, resource_id: str) -> Resource | None:
        """The organization, team, project or environment of this id, if the subject sees it."""
        opened = None if self.subject.person.is_instance_admin else self._in_memory()
        found = None
        for objects in await self.open_for((resource_id,)) if opened is None else opened:
            found = objects.view.resource(resource_id) or found
        return found

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run a function of the store in a read transaction of its own."""
        self.has_read = True
        return await self.database.read(fn)

    async def read_of(
        self,
        organization_id: str,
        fn: Callable[Concatenate[Connection, str, int, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a function of the store about one organization, as of the moment: `fn(connection, id, revision, …)`."""
        revision = self.arrival.revisions[organization_id]
        return await self.read(lambda connection: fn(connection, organization_id, revision, *args, **kwargs))
