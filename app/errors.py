"""The closed family of expected failures: whatever else is raised is a defect, and is masked where answers leave."""

from dataclasses import dataclass

from app.policy.decision import Reason
from app.policy.vocabulary import ErrorCode, Permission

LONGEST_QUOTE = 64
"""How much of what somebody sent is said back to them, in characters."""


def quoted(text: str) -> str:
    """What somebody sent, for a message about it; of what is long only the beginning."""
    return f"`{text}`" if len(text) <= LONGEST_QUOTE else f"`{text[:LONGEST_QUOTE]}…`"


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused entry of an input: where it stands, as in `("input", "addGrants", 1, "grantee")`, and why."""

    path: tuple[str | int, ...]
    code: ErrorCode
    message: str


class BailiwickError(Exception):
    """A request that is refused for a reason its sender may know.

    `permission`, `resource_id` and the decision's `reasons` go with FORBIDDEN alone, `retry_after` (seconds) with
    RATE_LIMITED. A problem's message, like `message`, is for people: lower case, no full stop, no internals, what to
    do next.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        problems: tuple[Problem, ...] = (),
        permission: Permission | None = None,
        resource_id: str | None = None,
        reasons: tuple[Reason, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.problems = problems
        self.permission = permission
        self.resource_id = resource_id
        self.reasons = reasons
        self.retry_after = retry_after


def unauthenticated(message: str = "send an API key: `Authorization: Bearer blw_…`") -> BailiwickError:
    """Nobody asks, or the credential is no good."""
    return BailiwickError(ErrorCode.UNAUTHENTICATED, message)


def not_found() -> BailiwickError:
    """The same for what isn't there and for what is hidden, so that nobody learns which."""
    return BailiwickError(ErrorCode.NOT_FOUND, "there is no such thing, or you may not see it")


def forbidden(permission: Permission, resource_id: str, reasons: tuple[Reason, ...] = ()) -> BailiwickError:
    """The resource is visible, but not the permission held there."""
    message = f"you need `{permission.value}` on `{resource_id}` for this"
    return BailiwickError(ErrorCode.FORBIDDEN, message, permission=permission, resource_id=resource_id, reasons=reasons)


def conflict(message: str) -> BailiwickError:
    """Something else is in the way: a taken name, a thing in use, a writer that came first."""
    return BailiwickError(ErrorCode.CONFLICT, message)


def invalid(message: str, *path: str | int) -> BailiwickError:
    """The input can't be right whatever the facts are; `path` says where it stands, if it stands anywhere."""
    problems = (Problem(path, ErrorCode.INVALID, message),) if path else ()
    return BailiwickError(ErrorCode.INVALID, message, problems=problems)


def too_complex(message: str) -> BailiwickError:
    """The document asks for more than one request may."""
    return BailiwickError(ErrorCode.TOO_COMPLEX, message)
