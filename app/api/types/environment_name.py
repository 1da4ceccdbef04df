"""EnvironmentName: a name that environments share, for the page where names are restricted (BAS-26)."""

import strawberry

from app.api import references as types
from app.api.fields import attribute


@strawberry.type(description="A name that environments below a node have.")
class EnvironmentName:
    name: str = attribute("The name.")
    environment_count: int = attribute("How many environments of this name the viewer sees below the node.")
    restriction: types.Restriction | None = attribute("The restriction on exactly this name at this scope, if any.")
