"""The types by name, for fields of other types: GraphQL types refer to each other in circles, modules may not."""

from typing import Annotated

import strawberry

# Names for GraphQL, looked up when the schema is built; to the type checker they are anything.
# mypy: disable-error-code="misc, name-defined"

Organization = Annotated["Organization", strawberry.lazy("app.api.types.organization")]
Team = Annotated["Team", strawberry.lazy("app.api.types.team")]
Project = Annotated["Project", strawberry.lazy("app.api.types.project")]
Environment = Annotated["Environment", strawberry.lazy("app.api.types.environment")]
User = Annotated["User", strawberry.lazy("app.api.types.user")]
Membership = Annotated["Membership", strawberry.lazy("app.api.types.membership")]
Role = Annotated["Role", strawberry.lazy("app.api.types.role")]
Restriction = Annotated["EnvironmentRestriction", strawberry.lazy("app.api.types.restriction")]
Deployment = Annotated["Deployment", strawberry.lazy("app.api.types.deployment")]
ApiKey = Annotated["ApiKey", strawberry.lazy("app.api.types.api_key")]
AiProvider = Annotated["AiProvider", strawberry.lazy("app.api.types.ai_provider")]
AuditEvent = Annotated["AuditEvent", strawberry.lazy("app.api.types.audit")]
Decision = Annotated["Decision", strawberry.lazy("app.api.types.decision")]
