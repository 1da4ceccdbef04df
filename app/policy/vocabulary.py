"""The closed words of the rule: enums, the role table, and what may be asked of what (rule.md, section 3)."""

from enum import Enum, IntEnum, StrEnum


class ResourceKind(StrEnum):
    """What a permission can be asked of: the four levels of the tree (rule.md, section 1)."""

    ORGANIZATION = "ORGANIZATION"
    TEAM = "TEAM"
    PROJECT = "PROJECT"
    ENVIRONMENT = "ENVIRONMENT"


class Permission(StrEnum):
    """Everything that can be asked about; a closed list (rule.md, section 3)."""

    ORGANIZATION_VIEW = "ORGANIZATION_VIEW"
    ORGANIZATION_UPDATE = "ORGANIZATION_UPDATE"
    MEMBERS_VIEW = "MEMBERS_VIEW"
    MEMBERS_MANAGE = "MEMBERS_MANAGE"
    ROLES_MANAGE = "ROLES_MANAGE"
    SERVICE_ACCOUNTS_MANAGE = "SERVICE_ACCOUNTS_MANAGE"
    AI_PROVIDERS_MANAGE = "AI_PROVIDERS_MANAGE"
    ACCESS_EXPLAIN = "ACCESS_EXPLAIN"
    AUDIT_VIEW = "AUDIT_VIEW"
    TEAM_VIEW = "TEAM_VIEW"
    TEAM_CREATE = "TEAM_CREATE"
    TEAM_UPDATE = "TEAM_UPDATE"
    TEAM_DELETE = "TEAM_DELETE"
    PROJECT_VIEW = "PROJECT_VIEW"
    PROJECT_CREATE = "PROJECT_CREATE"
    PROJECT_UPDATE = "PROJECT_UPDATE"
    PROJECT_DELETE = "PROJECT_DELETE"
    PROJECT_RESTRICT = "PROJECT_RESTRICT"
    PROJECT_ACCESS_MANAGE = "PROJECT_ACCESS_MANAGE"
    PROJECT_PUSH = "PROJECT_PUSH"
    PROJECT_DATA_VIEW = "PROJECT_DATA_VIEW"
    PROJECT_DATA_WRITE = "PROJECT_DATA_WRITE"
    PROJECT_ANNOTATE = "PROJECT_ANNOTATE"
    PROJECT_EVALUATIONS_MANAGE = "PROJECT_EVALUATIONS_MANAGE"
    ENVIRONMENT_VIEW = "ENVIRONMENT_VIEW"
    ENVIRONMENT_VIEW_METRICS = "ENVIRONMENT_VIEW_METRICS"
    ENVIRONMENT_VIEW_LOGS = "ENVIRONMENT_VIEW_LOGS"
    ENVIRONMENT_INVOKE = "ENVIRONMENT_INVOKE"
    ENVIRONMENT_CREATE = "ENVIRONMENT_CREATE"
    ENVIRONMENT_DEPLOY = "ENVIRONMENT_DEPLOY"
    ENVIRONMENT_PROMOTE = "ENVIRONMENT_PROMOTE"
    ENVIRONMENT_UPDATE_DEPLOYMENT = "ENVIRONMENT_UPDATE_DEPLOYMENT"
    ENVIRONMENT_SCALE = "ENVIRONMENT_SCALE"
    ENVIRONMENT_UPDATE_SETTINGS = "ENVIRONMENT_UPDATE_SETTINGS"
    ENVIRONMENT_STOP = "ENVIRONMENT_STOP"
    ENVIRONMENT_DELETE = "ENVIRONMENT_DELETE"
    ENVIRONMENT_TERMINAL = "ENVIRONMENT_TERMINAL"
    ENVIRONMENT_APPROVE = "ENVIRONMENT_APPROVE"
    ENVIRONMENT_RESTRICT = "ENVIRONMENT_RESTRICT"
    ENVIRONMENT_BREAK_GLASS = "ENVIRONMENT_BREAK_GLASS"


class ErrorCode(StrEnum):
    """Why something was refused; the only codes that ever leave the server (contract, ErrorCode)."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    INVALID = "INVALID"
    INELIGIBLE_SUBJECT = "INELIGIBLE_SUBJECT"
    PRIVILEGE_ESCALATION = "PRIVILEGE_ESCALATION"
    LAST_ADMIN = "LAST_ADMIN"
    UNSUPPORTED_RESOURCE = "UNSUPPORTED_RESOURCE"
    NOT_RESTRICTED = "NOT_RESTRICTED"
    NOT_WAITING_FOR_APPROVAL = "NOT_WAITING_FOR_APPROVAL"
    SELF_APPROVAL = "SELF_APPROVAL"
    NO_MATCHING_RULE = "NO_MATCHING_RULE"
    REVIEW_PENDING = "REVIEW_PENDING"
    INVALID_STATE = "INVALID_STATE"
    CONFIRMATION_REQUIRED = "CONFIRMATION_REQUIRED"
    TOO_COMPLEX = "TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL = "INTERNAL"


class RoleLevel(IntEnum):
    """The ordered levels a role may have; a higher one holds all that a lower one does (rule.md, section 3)."""

    GUEST = 10
    VIEWER = 20
    MEMBER = 30
    MAINTAINER = 40
    ADMIN = 50


class ProjectKind(StrEnum):
    """What a project is in the product it comes from; PREDICTIVE ones can't be restricted (AZ-5)."""

    APP = "APP"
    MODEL = "MODEL"
    CHAIN = "CHAIN"
    GENERATIVE = "GENERATIVE"
    PREDICTIVE = "PREDICTIVE"


class Tier(StrEnum):
    """How near to users an environment stands, whatever its name (GL-56)."""

    PRODUCTION = "PRODUCTION"
    STAGING = "STAGING"
    TESTING = "TESTING"
    DEVELOPMENT = "DEVELOPMENT"
    OTHER = "OTHER"


class TierSource(StrEnum):
    """Whether somebody said the tier or it was guessed from the name."""

    EXPLICIT = "EXPLICIT"
    GUESSED = "GUESSED"


class EnvironmentState(StrEnum):
    """Whether an environment runs; only a stopped one can be deleted."""

    AVAILABLE = "AVAILABLE"
    STOPPED = "STOPPED"


class ViewerAccess(StrEnum):
    """READ_ONLY exactly when a matching restriction is not passed (rule.md, section 5)."""

    FULL = "FULL"
    READ_ONLY = "READ_ONLY"


class EnvironmentAccessMode(StrEnum):
    """Whether a member's environment access list counts (rule.md, section 7)."""

    FULL = "FULL"
    LIMITED = "LIMITED"


class Inheritance(StrEnum):
    """Who is in a team that a rule names: its direct members, or inherited ones too (rule.md, section 2)."""

    DIRECT = "DIRECT"
    ALL = "ALL"


class GrantSource(StrEnum):
    """Where a row in a restriction's list of grants comes from."""

    EXPLICIT = "EXPLICIT"
    IMPLICIT_ADMIN = "IMPLICIT_ADMIN"
    ACCESS_REQUEST = "ACCESS_REQUEST"
    BREAK_GLASS = "BREAK_GLASS"


class DeploymentStatus(StrEnum):
    """The states of a deployment (rule.md, section 8); BLOCKED and READY are computed, never stored."""

    CREATED = "CREATED"
    BLOCKED = "BLOCKED"
    READY = "READY"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"


class ApprovalDecision(StrEnum):
    """What an approver says of a deployment."""

    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class ApprovalStatus(StrEnum):
    """How far the approvals of a deployment are, or those for one of its rules."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class AccessRequestStatus(StrEnum):
    """Where an access request stands."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Gate(StrEnum):
    """A step of the decision that left a reason (rule.md, section 4)."""

    CREDENTIAL = "CREDENTIAL"
    INSTANCE_ADMIN = "INSTANCE_ADMIN"
    BELONGING = "BELONGING"
    ROLE = "ROLE"
    PROJECT_RESTRICTION = "PROJECT_RESTRICTION"
    ENVIRONMENT_ACCESS = "ENVIRONMENT_ACCESS"
    ENVIRONMENT_RESTRICTION = "ENVIRONMENT_RESTRICTION"
    PUSH = "PUSH"
    APPROVAL = "APPROVAL"
    BREAK_GLASS = "BREAK_GLASS"
    ERROR = "ERROR"


_ORGANIZATION, _TEAM, _PROJECT, _ENVIRONMENT = ResourceKind
_NODES = frozenset({_ORGANIZATION, _TEAM, _PROJECT})

VIEW_PERMISSION: dict[ResourceKind, Permission] = {
    _ORGANIZATION: Permission.ORGANIZATION_VIEW,
    _TEAM: Permission.TEAM_VIEW,
    _PROJECT: Permission.PROJECT_VIEW,
    _ENVIRONMENT: Permission.ENVIRONMENT_VIEW,
}
"""The permission that makes a resource of each kind visible; every key's list of permissions holds all four."""

_ASKED_OF_EXCEPTIONS: dict[Permission, frozenset[ResourceKind]] = {
    Permission.ROLES_MANAGE: frozenset({_ORGANIZATION}),
    Permission.SERVICE_ACCOUNTS_MANAGE: frozenset({_ORGANIZATION}),
    Permission.AI_PROVIDERS_MANAGE: frozenset({_ORGANIZATION}),
    Permission.AUDIT_VIEW: frozenset({_ORGANIZATION}),
    Permission.MEMBERS_VIEW: _NODES,
    Permission.MEMBERS_MANAGE: frozenset({_ORGANIZATION, _TEAM}),
    Permission.ACCESS_EXPLAIN: frozenset(ResourceKind),
    Permission.TEAM_CREATE: frozenset({_ORGANIZATION, _TEAM}),
    Permission.PROJECT_CREATE: frozenset({_ORGANIZATION, _TEAM}),
    Permission.ENVIRONMENT_CREATE: frozenset({_PROJECT}),
    Permission.ENVIRONMENT_RESTRICT: _NODES,
}

ASKED_OF: dict[Permission, frozenset[ResourceKind]] = {
    p: _ASKED_OF_EXCEPTIONS.get(p) or frozenset({ResourceKind(p.split("_")[0])}) for p in Permission
}
"""On which kinds of resource each permission may be asked; any other pair is INVALID (rule.md, section 3)."""

GATED: frozenset[Permission] = frozenset(
    {
        Permission.ENVIRONMENT_DEPLOY,
        Permission.ENVIRONMENT_PROMOTE,
        Permission.ENVIRONMENT_UPDATE_DEPLOYMENT,
        Permission.ENVIRONMENT_SCALE,
        Permission.ENVIRONMENT_UPDATE_SETTINGS,
        Permission.ENVIRONMENT_STOP,
        Permission.ENVIRONMENT_DELETE,
        Permission.ENVIRONMENT_TERMINAL,
    }
)
"""What a restriction that does not hide stands before (rule.md, section 4, step 6)."""

DEPLOYMENT_ONLY: frozenset[Permission] = frozenset({Permission.ENVIRONMENT_DEPLOY, Permission.ENVIRONMENT_PROMOTE})
"""What passing a restriction through a team grant gives without a role (GL-35, GL-41)."""

NEEDS_PUSH: frozenset[Permission] = frozenset(
    {Permission.ENVIRONMENT_STOP, Permission.ENVIRONMENT_DELETE, Permission.ENVIRONMENT_TERMINAL}
)
"""What also needs PROJECT_PUSH (GL-38 to GL-40)."""

NOT_IN_CUSTOM_ROLES: frozenset[Permission] = frozenset({Permission.ENVIRONMENT_APPROVE, Permission.AI_PROVIDERS_MANAGE})
"""What no custom role may hold."""

_VIEWER = frozenset(
    {
        Permission.ORGANIZATION_VIEW,
        Permission.MEMBERS_VIEW,
        Permission.TEAM_VIEW,
        Permission.PROJECT_VIEW,
        Permission.PROJECT_DATA_VIEW,
        Permission.ENVIRONMENT_VIEW,
        Permission.ENVIRONMENT_VIEW_METRICS,
        Permission.ENVIRONMENT_VIEW_LOGS,
    }
)
_MEMBER = _VIEWER | {
    Permission.PROJECT_CREATE,
    Permission.PROJECT_PUSH,
    Permission.PROJECT_DATA_WRITE,
    Permission.PROJECT_ANNOTATE,
    Permission.PROJECT_EVALUATIONS_MANAGE,
    Permission.ENVIRONMENT_CREATE,
    Permission.ENVIRONMENT_INVOKE,
    *GATED,
}
_MAINTAINER = _MEMBER | {Permission.TEAM_CREATE, Permission.PROJECT_UPDATE, Permission.ENVIRONMENT_RESTRICT}
_ADMIN = frozenset(Permission) - {Permission.ENVIRONMENT_APPROVE}


class BuiltInRole(Enum):
    """The roles every organization has: (level or None, permissions). They can't be changed or deleted."""

    GUEST = (RoleLevel.GUEST, frozenset({Permission.ORGANIZATION_VIEW}))
    VIEWER = (RoleLevel.VIEWER, _VIEWER)
    MEMBER = (RoleLevel.MEMBER, _MEMBER)
    MAINTAINER = (RoleLevel.MAINTAINER, _MAINTAINER)
    ADMIN = (RoleLevel.ADMIN, _ADMIN)
    ACCESS_MANAGER = (
        None,
        frozenset(
            {
                Permission.ORGANIZATION_VIEW,
                Permission.MEMBERS_VIEW,
                Permission.MEMBERS_MANAGE,
                Permission.ACCESS_EXPLAIN,
            }
        ),
    )
    AUDITOR = (
        None,
        frozenset(
            {Permission.ORGANIZATION_VIEW, Permission.MEMBERS_VIEW, Permission.AUDIT_VIEW, Permission.ACCESS_EXPLAIN}
        ),
    )

    def __init__(self, level: RoleLevel | None, permissions: frozenset[Permission]) -> None:
        self.level = level
        self.permissions = permissions
