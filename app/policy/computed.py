"""Values of an object that are computed when first asked for, and kept."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class computed(Generic[T]):  # noqa: N801 - used as `property` is
    """As functools.cached_property, without its lock.

    Before Python 3.12 that one has a lock for all objects of a class: while a thread computes something of a large
    organization, whoever asks the same of a small one waits for it. Two threads may compute a value twice here.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...

    @overload
    def __get__(self, of: object, owner: type) -> T: ...

    def __get__(self, of: object | None, owner: type) -> Self | T:
        if of is None:
            return self
        value = of.__dict__[self._name] = self._compute(of)
        return value
