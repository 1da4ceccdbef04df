"""Who may read a field: permission classes that null it silently, or, on root fields, refuse the whole of it.

A class runs before the resolver and sees the parent: whether the parent itself is visible was settled where it was
reached. A field that somebody may not read is null without an entry in `errors`, so it is nullable.
"""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from strawberry.permission import BasePermission

from app.api.context import Info
from app.errors import unauthenticated
from app.policy.management import manages_members
from app.policy.vocabulary import Permission


class SignedIn(BasePermission):
    """Any good credential; without one, UNAUTHENTICATED."""

    def has_permission(self, source: Any, info: Info, **_: Any) -> bool:  # noqa: ARG002 - root fields have no parent
        return info.context.reader is not None

    def on_unauthorized(self) -> None:
        raise unauthenticated()


class Needs(BasePermission):
    """A permission on the parent, or on what the parent names by `resource_of`; null without it."""

    permission: Permission
    resource_of: Callable[[Any], str]

    def has_permission(self, source: Any, info: Info, **_: Any) -> bool:
        view = info.context.view(source.organization_id)
        return view.may(self.permission, self.resource_of(source))

    def on_unauthorized(self) -> None:
        return None


@cache
def needs(permission: Permission, resource: str = "id") -> type[Needs]:
    """The permission class for one permission on the resource whose id is the parent's attribute `resource`."""
    read = attrgetter(resource)
    members = {"permission": permission, "resource_of": staticmethod(read), "__module__": __name__}
    return type(f"Needs_{permission}_{resource}", (Needs,), members)


class ManagesMembers(BasePermission):
    """The permission to add members to the parent, a node; null without it."""

    def has_permission(self, source: Any, info: Info, **_: Any) -> bool:
        return manages_members(info.context.view(source.organization_id), source)

    def on_unauthorized(self) -> None:
        return None
