"""AiProvider: an organization's integration with a provider of models."""

import strawberry

from app.api.fields import attribute
from app.api.node import Node, shows
from app.store import providers


@strawberry.type(description="An organization's integration with a provider of models.")
class AiProvider(Node):
    is_type_of = shows(providers.AiProvider)

    name: str = attribute("What people call it.")
    kind: str = attribute("Which provider it is.")
