"""EnvironmentAccess: which environments a member sees where the organization enforces access lists (Quave)."""

from dataclasses import dataclass

import strawberry

from app.api.arguments import Search
from app.api.context import Info
from app.api.enums import EnvironmentAccessMode
from app.api.fields import attribute, connection, field, given
from app.api.pagination import Listing
from app.api.permissions import needs
from app.policy import entities
from app.policy.vocabulary import Permission
from app.services import access_lists
from app.services.access_lists import Choice, ProjectChoices


@dataclass(frozen=True, slots=True)
class ListOf:
    """The access list of one membership on an organization."""

    membership: entities.Membership

    @property
    def organization_id(self) -> str:
        return self.membership.organization_id


@strawberry.type(description="An environment that can be on an access list: its name, nothing of its content.")
class EnvironmentChoice:
    environment_id: strawberry.ID = attribute("The environment's id.")
    name: str = attribute("The environment's name.")
    project_name: str = attribute("Its project's name.")
    allowed: bool = attribute("Whether the member may see it: on the list, or the mode is FULL.")


@strawberry.type(description="A project and its environments, to choose from.")
class ProjectChoice:
    project_id: strawberry.ID = attribute("The project's id.")
    name: str = attribute("The project's name.")
    environments: list[EnvironmentChoice] = attribute("Every environment of the project.")


@strawberry.type(description="Which environments a member of the organization sees.")
class EnvironmentAccess:
    @field(EnvironmentAccessMode, "Whether the list counts for this member.")
    def mode(access: strawberry.Parent[ListOf]) -> EnvironmentAccessMode:
        return access.membership.mode

    @field(bool, "Whether the organization enforces lists.")
    def enforced(access: strawberry.Parent[ListOf], info: Info) -> bool:
        return info.context.view(access.organization_id).facts.organization.environment_access_enabled

    @field(int | None, "How many environments are on the list; null means all.")
    def allowed_count(access: strawberry.Parent[ListOf], info: Info) -> int | None:
        if access.membership.mode is EnvironmentAccessMode.FULL:
            return None
        return len(access_lists.listed(info.context.objects(access.organization_id), access.membership))

    @field(list[EnvironmentChoice], "Those on the list.")
    def environments(access: strawberry.Parent[ListOf], info: Info) -> list[Choice]:
        return access_lists.listed(info.context.objects(access.organization_id), access.membership)

    @connection(
        ProjectChoice,
        "Every environment there is, by project, even those hidden from the viewer; null without MEMBERS_MANAGE.",
        needs=[needs(Permission.MEMBERS_MANAGE, "organization_id")],
    )
    def choices(
        access: strawberry.Parent[ListOf], info: Info, search: Search = strawberry.UNSET
    ) -> Listing[ProjectChoices]:
        objects = info.context.objects(access.organization_id)
        found = access_lists.choices(objects, access.membership, given(search))
        return Listing(found, access_lists.choice_order)
