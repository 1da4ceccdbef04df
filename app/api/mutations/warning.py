"""Warnings: what a change did that its author may not have meant."""

from enum import Enum

import strawberry

from app.api.fields import attribute
from app.policy.vocabulary import Tier


@strawberry.enum(description="Of what a change warns.")
class ChangeWarningCode(Enum):
    TIER_GUESS = strawberry.enum_value(
        "TIER_GUESS", description="The tier was guessed, and the name sounds like another."
    )


@strawberry.type(description="Something that a change did and its author may not have meant.")
class ChangeWarning:
    code: ChangeWarningCode = attribute("Of what it warns.")
    message: str = attribute("The same for people.")


def tier_warnings(doubtful: Tier | None) -> list[ChangeWarning]:
    """The warning that a tier was guessed against what the name sounds like, if it was."""
    if doubtful is None:
        return []
    message = f"the tier was guessed to be `{doubtful}`, though the name sounds like production: say the tier"
    return [ChangeWarning(code=ChangeWarningCode.TIER_GUESS, message=message)]
