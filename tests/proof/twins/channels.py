"""The ways by which a hidden thing might be told from nothing, and which of them an operation went."""

from collections.abc import Callable

from tests.proof.twins.documents import connections
from tests.proof.twins.operations import Operation
from tests.proof.twins.serving import Answer

Went = Callable[[Operation, Answer], bool]


def _asks(*names: str) -> Went:
    """Whether it selects one of these: `Type.field`, `Type.` for any field of it, or `.field` of any type."""

    def went(operation: Operation, answer: Answer) -> bool:
        return any(
            asked == name
            or (name.endswith(".") and asked.startswith(name))
            or (name[0] == "." and asked.endswith(name))
            for asked in operation.asks
            for name in names
        )

    return went


def _does(*names: str) -> Went:
    return lambda operation, answer: operation.mutation in names


def _either(*went: Went) -> Went:
    return lambda operation, answer: any(each(operation, answer) for each in went)


def _has_problems(operation: Operation, answer: Answer) -> bool:
    return operation.mutation is not None and any("problems" in error["extensions"] for error in answer.errors)


def _suggests(operation: Operation, answer: Answer) -> bool:
    return any("Did you mean" in error["message"] for error in answer.errors)


def _has_email(operation: Operation, answer: Answer) -> bool:
    return "@example" in str(operation.variables).lower()


_APPROVING = ("decideDeployment", "withdrawDecision", "runDeployment", "promoteDeployment", "createDeployment")

CHANNELS: dict[str, Went] = {
    "node and nodes": _asks("Query.node", "Query.nodes"),
    "counts, page info and cursors": _asks(".totalCount"),
    "mutations on ids": lambda operation, answer: operation.mutation is not None,
    "mutations that changed something": lambda o, answer: o.mutation is not None and not answer.errors,
    "union members and __typename": _asks("Scope.", "Subject.", "Node."),
    "error codes, paths and messages": lambda operation, answer: bool(answer.errors),
    "order of checks": _has_problems,
    "suggestions": _suggests,
    "candidates": _asks(".memberCandidates", ".grantCandidates", ".assignableRoles"),
    "reasons": _asks("Decision.reasons", "Reason."),
    "decisions": _asks("Decision.allowed", ".viewerCan", ".viewerPermissions", ".subjects"),
    "audit": _asks(".audit", ".denials"),
    "approvals": _either(_asks("ApprovalSummary.", ".viewerCanApprove", ".pendingApprovals"), _does(*_APPROVING)),
    "access lists": _either(_asks("EnvironmentAccess."), _does("setEnvironmentAccess", "setEnvironmentAccessEnabled")),
    "deletion and move conflicts": _does(
        "deleteTeam", "deleteProject", "deleteEnvironment", "deleteRole", "moveTeam", "moveProject"
    ),
    "invitations and e-mail look-ups": _has_email,
    "costs and limits": lambda operation, answer: operation.about == "limits" or "TOO_COMPLEX" in answer.codes,
    "ETags and caches": lambda operation, answer: "if-none-match" in operation.headers,
} | {f"connection {name}": _asks(name) for name in sorted(connections())}
"""By name: whether an operation and its answer went there."""


def channels(operation: Operation, answer: Answer) -> list[str]:
    return [name for name, went in CHANNELS.items() if went(operation, answer)]
