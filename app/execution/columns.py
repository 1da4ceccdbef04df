"""Lists of input objects held field by field, so that who wants one field of all makes no object of any."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, overload


class Columns(Sequence[Any]):
    """A list of input objects that all say the same fields. The objects are made when somebody looks at one.

    `made` makes all of them of `values`, as JSON has them; `columns` are the fields that were said, by attribute,
    and `defaults` what the others are.
    """

    __slots__ = ("_columns", "_defaults", "_made", "_objects", "_values")

    def __init__(
        self,
        values: list[Any],
        made: Callable[[list[Any]], list[Any]],
        columns: Mapping[str, list[Any]],
        defaults: Mapping[str, Any],
    ) -> None:
        self._values = values
        self._made = made
        self._columns = columns
        self._defaults = defaults
        self._objects: list[Any] | None = None

    def column(self, name: str) -> Sequence[Any]:
        """One attribute of each."""
        if name in self._columns:
            return self._columns[name]
        if name in self._defaults:
            return [self._defaults[name]] * len(self._values)
        return [getattr(each, name) for each in self]

    def distinct(self, name: str) -> Collection[Any]:
        """All values of one attribute, each at least once."""
        return self.column(name) if name in self._columns or name not in self._defaults else (self._defaults[name],)

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        return self._all()[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return list(self) == (list(other) if isinstance(other, Columns) else other)

    __hash__ = None  # type: ignore[assignment]  # as lists have none

    def _all(self) -> list[Any]:
        if self._objects is None:
            self._objects = self._made(self._values)
        return self._objects


def column(objects: Sequence[Any], name: str) -> Sequence[Any]:
    """One attribute of each of some objects; of a list of input objects without making them, where that can be."""
    if isinstance(objects, Columns):
        return objects.column(name)
    return [getattr(each, name) for each in objects]


def distinct(objects: Sequence[Any], name: str) -> Collection[Any]:
    """All values of one attribute of some objects, each at least once."""
    return objects.distinct(name) if isinstance(objects, Columns) else column(objects, name)
