"""Fields that the facts don't hold: read once for a whole list of parents, as of the request's moment."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, cast

import strawberry
from strawberry.permission import BasePermission

from app.api.context import Batch, Context, Info
from app.api.fields import field

Then = Callable[[Any, Any, Any], Any]
"""Makes the field's value of the parent, the info and what was read for that parent."""


class BatchedField:
    """How the values of one field are had for many parents at once; what the compiled executor calls."""

    def __init__(self, batch: Batch[Any, Any], key: Callable[[Any], Hashable], then: Then) -> None:
        self.key = key
        self.then = then
        self._batch = batch

    async def load(self, context: Context, keys: Sequence[Any]) -> Sequence[Any]:
        """What is read for each key, in their order."""
        return await context.load_many(self._batch, keys)


def _itself(parent: Any) -> Any:
    return parent


def batched(
    type_: Any,
    description: str,
    batch: Batch[Any, Any],
    *,
    key: Callable[[Any], Hashable] = _itself,
    needs: Sequence[type[BasePermission]] = (),
    weight: int = 1,
) -> Callable[[Then], Any]:
    """A field whose values `batch` reads for a list of parents, or for a `key` of each; `weight` as any field's."""

    def decorate(then: Then) -> Any:
        async def resolve(parent: strawberry.Parent[Any], info: Info) -> Any:
            return then(parent, info, await info.context.load(batch, key(parent)))

        resolve.batched = BatchedField(batch, key, then)  # type: ignore[attr-defined]
        resolve.__name__ = then.__name__
        return field(type_, description, needs=needs, weight=weight)(cast(Any, resolve))

    return decorate
