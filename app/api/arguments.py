"""Arguments that many fields take, with their descriptions."""

from typing import Annotated

import strawberry

from app.api import enums

Search = Annotated[str | None, strawberry.argument(description="Part of the name, slug or path, whatever the case.")]
PersonSearch = Annotated[
    str | None, strawberry.argument(description="Part of the subject's name, e-mail, slug or path, whatever the case.")
]
ExactName = Annotated[str | None, strawberry.argument(description="The exact name.")]
OfTier = Annotated[enums.Tier | None, strawberry.argument(description="Only those of this tier.")]
InState = Annotated[enums.EnvironmentState | None, strawberry.argument(description="Only those in this state.")]
Restricted = Annotated[bool | None, strawberry.argument(description="Only those that are restricted, or that are not.")]
WherePermitted = Annotated[
    enums.Permission | None, strawberry.argument(description="Only those on which the viewer holds this.")
]
Inherited = Annotated[
    bool | None, strawberry.argument(description="Only inherited ones, or only the node's own; both when left out.")
]
OfStatus = Annotated[enums.DeploymentStatus | None, strawberry.argument(description="Only those of this status.")]
AskedPermission = Annotated[enums.Permission, strawberry.argument(description="Which permission.")]
AskedPermissions = Annotated[list[enums.Permission], strawberry.argument(description="Which permissions; at most 40.")]
