"""The vocabulary's enums as GraphQL enums, each value with what it means."""

from enum import Enum
from typing import Any

import strawberry

from app.policy.vocabulary import (
    ApprovalDecision,
    ApprovalStatus,
    DeploymentStatus,
    EnvironmentAccessMode,
    EnvironmentState,
    ErrorCode,
    Gate,
    GrantSource,
    Inheritance,
    Permission,
    ProjectKind,
    RoleLevel,
    Tier,
    TierSource,
    ViewerAccess,
)

__all__ = [
    "ApprovalDecision",
    "ApprovalStatus",
    "DeploymentStatus",
    "EnvironmentAccessMode",
    "EnvironmentState",
    "ErrorCode",
    "Gate",
    "GrantSource",
    "Inheritance",
    "Permission",
    "ProjectKind",
    "RoleLevel",
    "Tier",
    "TierSource",
    "ViewerAccess",
]


def _describe(enum: type[Enum], description: str, values: dict[str, str]) -> None:
    """Make an enum of the vocabulary known to GraphQL; every one of its values must be described."""
    definition: Any = strawberry.enum(enum, description=description).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[value.name]


_describe(
    Permission,
    "What can be asked about; each on certain kinds of resource only.",
    {
        "ORGANIZATION_VIEW": "See that the organization is there; everybody who belongs.",
        "ORGANIZATION_UPDATE": "Change the organization's name.",
        "MEMBERS_VIEW": "See who has which membership.",
        "MEMBERS_MANAGE": "Add, change and remove memberships and environment access lists.",
        "ROLES_MANAGE": "Define custom roles.",
        "SERVICE_ACCOUNTS_MANAGE": "Create service accounts and their keys.",
        "AI_PROVIDERS_MANAGE": "Manage AI providers; an ADMIN of the organization itself only.",
        "ACCESS_EXPLAIN": "Ask about other people's decisions.",
        "AUDIT_VIEW": "Read the audit.",
        "TEAM_VIEW": "See a team.",
        "TEAM_CREATE": "Create teams below.",
        "TEAM_UPDATE": "Change a team, isolated or not too.",
        "TEAM_DELETE": "Delete or move a team.",
        "PROJECT_VIEW": "See a project.",
        "PROJECT_CREATE": "Create projects below.",
        "PROJECT_UPDATE": "Change a project.",
        "PROJECT_DELETE": "Delete or move a project.",
        "PROJECT_RESTRICT": "Restrict a project; decided on its parent.",
        "PROJECT_ACCESS_MANAGE": "Manage a project's memberships, and lift its restriction.",
        "PROJECT_PUSH": "Push to the project.",
        "PROJECT_DATA_VIEW": "Read traces, spans and other data of the project.",
        "PROJECT_DATA_WRITE": "Write traces, spans and other data of the project.",
        "PROJECT_ANNOTATE": "Annotate the project's data.",
        "PROJECT_EVALUATIONS_MANAGE": "Manage evaluation tasks.",
        "ENVIRONMENT_VIEW": "See an environment and its configuration.",
        "ENVIRONMENT_VIEW_METRICS": "Read an environment's metrics.",
        "ENVIRONMENT_VIEW_LOGS": "Read an environment's logs.",
        "ENVIRONMENT_INVOKE": "Call what an environment serves.",
        "ENVIRONMENT_CREATE": "Create environments in a project.",
        "ENVIRONMENT_DEPLOY": "Deploy to an environment, and run, finish and cancel its deployments.",
        "ENVIRONMENT_PROMOTE": "Promote a deployment to an environment.",
        "ENVIRONMENT_UPDATE_DEPLOYMENT": "Activate, pause or resize what an environment serves.",
        "ENVIRONMENT_SCALE": "Change an environment's autoscaling.",
        "ENVIRONMENT_UPDATE_SETTINGS": "Change an environment's settings and tier.",
        "ENVIRONMENT_STOP": "Stop an environment; needs PROJECT_PUSH too.",
        "ENVIRONMENT_DELETE": "Delete a stopped environment; needs PROJECT_PUSH too.",
        "ENVIRONMENT_TERMINAL": "Open a terminal; needs PROJECT_PUSH too.",
        "ENVIRONMENT_APPROVE": "Approve or reject deployments; by an approval rule, never by a role.",
        "ENVIRONMENT_RESTRICT": "Manage restrictions whose scope this is.",
        "ENVIRONMENT_BREAK_GLASS": "Pass an environment's restrictions in an emergency, on record.",
    },
)
_describe(
    ErrorCode,
    "Why something was refused; in `extensions.code` of an error, and in a decision.",
    {
        "UNAUTHENTICATED": "There is no good credential.",
        "FORBIDDEN": "The resource is visible, the permission is missing.",
        "NOT_FOUND": "It is not there or it is hidden; nobody learns which.",
        "CONFLICT": "Something else is in the way: a taken name, a role in use, a writer that came first.",
        "INVALID": "The question or the input can't be right.",
        "INELIGIBLE_SUBJECT": "The subject may not have this here.",
        "PRIVILEGE_ESCALATION": "Nobody hands on more than they hold.",
        "LAST_ADMIN": "An organization always has an ADMIN.",
        "UNSUPPORTED_RESOURCE": "This kind of project can't be restricted.",
        "NOT_RESTRICTED": "The project is not restricted.",
        "NOT_WAITING_FOR_APPROVAL": "The deployment waits for no approval.",
        "SELF_APPROVAL": "Nobody approves their own deployment here.",
        "NO_MATCHING_RULE": "The approver does not match the rule they named.",
        "REVIEW_PENDING": "The last use has not been reviewed yet.",
        "INVALID_STATE": "The state does not allow it now.",
        "CONFIRMATION_REQUIRED": "Say `confirm: true` to go on.",
        "TOO_COMPLEX": "The document asks for more than one request may.",
        "RATE_LIMITED": "Too much at once; try again later.",
        "INTERNAL": "A defect of the server; quote the request id.",
    },
)
_describe(
    RoleLevel,
    "The ordered levels of roles; a higher one holds all that a lower one does.",
    {
        "GUEST": "Belongs and sees the organization, nothing below.",
        "VIEWER": "Sees.",
        "MEMBER": "Works: pushes, deploys, creates.",
        "MAINTAINER": "Also creates teams and protects a project's environments.",
        "ADMIN": "Everything, into isolated teams and restricted projects too.",
    },
)
_describe(
    ProjectKind,
    "What a project is.",
    {
        "APP": "An application.",
        "MODEL": "A served model.",
        "CHAIN": "A chain of models.",
        "GENERATIVE": "A traced project of language models.",
        "PREDICTIVE": "A monitored predictive model; can't be restricted.",
    },
)
_describe(
    Tier,
    "How near to users an environment stands, whatever its name.",
    {
        "PRODUCTION": "Serves users.",
        "STAGING": "The rehearsal of production.",
        "TESTING": "For tests.",
        "DEVELOPMENT": "For developers.",
        "OTHER": "None of these.",
    },
)
_describe(
    TierSource,
    "Where an environment's tier comes from.",
    {"EXPLICIT": "Somebody said so.", "GUESSED": "Guessed from the name, once."},
)
_describe(
    EnvironmentState,
    "Whether an environment runs.",
    {"AVAILABLE": "It runs.", "STOPPED": "It is stopped, and can be deleted."},
)
_describe(
    ViewerAccess,
    "Whether a restriction keeps the viewer from changing an environment.",
    {"FULL": "No restriction stands in the way.", "READ_ONLY": "A matching restriction is not passed."},
)
_describe(
    EnvironmentAccessMode,
    "Whether a member's environment access list counts.",
    {"FULL": "Every environment that the roles show.", "LIMITED": "Only those on the list."},
)
_describe(
    Inheritance,
    "Who is in a team that a grant or rule names.",
    {"DIRECT": "The people with a membership on that very team.", "ALL": "Those with a level from above too."},
)
_describe(
    GrantSource,
    "Where a row in a restriction's list comes from.",
    {
        "EXPLICIT": "Somebody gave it.",
        "IMPLICIT_ADMIN": "An ADMIN of the scope passes; not stored, not removable.",
        "ACCESS_REQUEST": "An access request that was approved.",
        "BREAK_GLASS": "An emergency.",
    },
)
_describe(
    DeploymentStatus,
    "Where a deployment stands.",
    {
        "CREATED": "Made, not placed in an environment.",
        "BLOCKED": "Waits for approvals.",
        "READY": "Can be run.",
        "RUNNING": "Being deployed.",
        "SUCCESS": "Deployed.",
        "FAILED": "Failed.",
        "CANCELED": "Canceled before it finished.",
        "REJECTED": "Rejected by an approver, for good.",
    },
)
_describe(
    ApprovalStatus,
    "How far approvals are.",
    {
        "PENDING": "Some are missing.",
        "APPROVED": "None is missing.",
        "REJECTED": "Somebody rejected.",
    },
)
_describe(
    ApprovalDecision,
    "What an approver says.",
    {"APPROVED": "It may go on.", "REJECTED": "It may not."},
)
_describe(
    Gate,
    "A step of a decision.",
    {
        "CREDENTIAL": "Who asks, and what their key covers.",
        "INSTANCE_ADMIN": "Instance administrators pass.",
        "BELONGING": "Belonging to the organization.",
        "ROLE": "A role that has the permission.",
        "PROJECT_RESTRICTION": "A restricted project: only its own memberships count.",
        "ENVIRONMENT_ACCESS": "The environment access list.",
        "ENVIRONMENT_RESTRICTION": "A restriction that matches the environment.",
        "PUSH": "What stops or deletes also needs PROJECT_PUSH.",
        "APPROVAL": "An approval rule that names the subject.",
        "BREAK_GLASS": "An emergency in force.",
        "ERROR": "The decision failed, and so refused.",
    },
)
