"""What a resolver may touch: the reader of one request, and the loaders of its batch fields."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader

from app.errors import unauthenticated
from app.policy.entities import Resource
from app.policy.objects import Objects
from app.policy.subject import Subject
from app.policy.views import View
from app.services.instance import Instance
from app.services.reader import Reader
from app.store.moment import Arrival

P = TypeVar("P", bound=Hashable)
V = TypeVar("V")
Batch = Callable[[Reader, Sequence[P]], Awaitable[Sequence[V]]]
"""Values for a list of parents, in their order: how a field that the facts don't hold is read, once for a list."""


class Context:
    """One request: who asks (None: nobody), at which moment, and what was loaded for it so far."""

    def __init__(self, instance: Instance, reader: Reader | None) -> None:
        self.instance = instance
        self.reader = reader
        self.views: Mapping[str, View] = {} if reader is None else reader.views
        """The asker's views of the organizations that a field above has opened, by their ids."""
        self._loaders: dict[Batch[Any, Any], DataLoader[Any, Any]] = {}
        self._loaded: dict[Batch[Any, Any], dict[Any, Any]] = {}

    def renew(self, arrival: Arrival | None) -> None:
        """Go on as of right after what was just changed: what was loaded before is forgotten.

        Raises UNAUTHENTICATED where the change took the asker's key.
        """
        self.reader = self.instance.reader_of(arrival, self.asker.key_hash)
        self.views = self.reader.views
        self._loaders.clear()
        self._loaded.clear()

    @property
    def asker(self) -> Reader:
        """The reader of whoever asks. Raises UNAUTHENTICATED where nobody does."""
        if self.reader is None:
            raise unauthenticated()
        return self.reader

    @property
    def subject(self) -> Subject:
        return self.asker.subject

    def objects(self, organization_id: str) -> Objects:
        """What the asker sees in an organization that a field above has opened."""
        return self.asker.objects(organization_id)

    def view(self, organization_id: str) -> View:
        """The asker's view of an organization that a field above has opened."""
        return self.views[organization_id]

    def objects_of_all(self, resources: Sequence[Resource]) -> Objects:
        """What the asker sees in the organization that all of these are in. Raises ValueError for those of several."""
        (organization_id,) = self.views if len(self.views) == 1 else {each.organization_id for each in resources}
        return self.objects(organization_id)

    def load(self, batch: Batch[P, V], parent: P) -> Awaitable[V]:
        """One parent's value of a batch field, fetched together with its siblings'."""
        if batch not in self._loaders:

            async def fetch(parents: list[P]) -> list[V]:
                return list(await batch(self.asker, parents))

            self._loaders[batch] = DataLoader(fetch)
        return self._loaders[batch].load(parent)

    async def load_many(self, batch: Batch[P, V], parents: Sequence[P]) -> list[V]:
        """Many parents' values of a batch field, in their order; each is fetched once."""
        loaded = self._loaded.setdefault(batch, {})
        missing = [parent for parent in dict.fromkeys(parents) if parent not in loaded]
        if missing:
            loaded.update(zip(missing, await batch(self.asker, missing), strict=True))
        return [loaded[parent] for parent in parents]


Info = strawberry.Info[Context, None]
