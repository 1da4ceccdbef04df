"""What the rule answers: a Decision with ordered reasons; a refused one is falsy (rule.md, section 4)."""

from dataclasses import dataclass, field

from app.policy.vocabulary import ErrorCode, Gate, Permission


@dataclass(frozen=True, slots=True)
class Reason:
    """What one gate found.

    `message` names nothing that could be hidden; `sources` are ids of the facts that settled it, the most telling
    first, and whoever shows a reason shows the first of them that the asker may see.
    """

    gate: Gate
    passed: bool
    message: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one question, with the ids as they were asked.

    `code` is None exactly when it is allowed. `revision` is the organization's. `valid_until` is the first instant
    (µs) at which time alone could change it, None for never. `error` is what went wrong where gate ERROR refused: to be
    logged, never shown.
    """

    allowed: bool
    permission: Permission
    resource_id: str
    subject_id: str | None
    code: ErrorCode | None
    reasons: tuple[Reason, ...]
    revision: int
    valid_until: int | None
    error: Exception | None = field(default=None, compare=False, repr=False)

    def __bool__(self) -> bool:
        return self.allowed


_HIDDEN = (Reason(Gate.BELONGING, False, "not found"),)


def hidden(permission: Permission, resource_id: str, subject_id: str | None) -> Decision:
    """The one Decision about everything that the asker can't see, there or not (rule.md, section 4, "Hidden")."""
    return Decision(False, permission, resource_id, subject_id, ErrorCode.NOT_FOUND, _HIDDEN, 0, None)
