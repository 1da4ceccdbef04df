"""The unions: who can hold something, and what it can be held on."""

from typing import Annotated

import strawberry

from app.api import references as types

Subject = Annotated[types.User | types.Team, strawberry.union("Subject", description="Who can hold roles and grants.")]
Scope = Annotated[
    types.Organization | types.Team | types.Project,
    strawberry.union("Scope", description="What memberships are on and restrictions are of."),
]
