"""Filters of lists from arguments, where what is left out or null filters nothing."""

import strawberry

from app.api.fields import given, is_nothing
from app.policy.vocabulary import EnvironmentState, Permission, ProjectKind, Tier
from app.services.lists import ANY_ENVIRONMENT, ANY_PROJECT, EnvironmentFilter, ProjectFilter


def environment_filter(
    search: str | None = strawberry.UNSET,
    tier: Tier | None = strawberry.UNSET,
    name: str | None = strawberry.UNSET,
    state: EnvironmentState | None = strawberry.UNSET,
    restricted: bool | None = strawberry.UNSET,
    permission: Permission | None = strawberry.UNSET,
) -> EnvironmentFilter:
    """Which environments are asked for; ANY_ENVIRONMENT where nothing is said, as most often."""
    if is_nothing(search, tier, name, state, restricted, permission):
        return ANY_ENVIRONMENT
    return EnvironmentFilter(
        given(search), given(tier), given(name), given(state), given(restricted), given(permission)
    )


def project_filter(
    search: str | None = strawberry.UNSET,
    kind: ProjectKind | None = strawberry.UNSET,
    restricted: bool | None = strawberry.UNSET,
    permission: Permission | None = strawberry.UNSET,
) -> ProjectFilter:
    """Which projects are asked for; ANY_PROJECT where nothing is said."""
    if is_nothing(search, kind, restricted, permission):
        return ANY_PROJECT
    return ProjectFilter(given(search), given(kind), given(restricted), given(permission))
