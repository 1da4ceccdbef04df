"""The first schema: ledgers with their revisions, and every fact as versions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ERROR_CODES = (
    "UNAUTHENTICATED FORBIDDEN NOT_FOUND CONFLICT INVALID INELIGIBLE_SUBJECT PRIVILEGE_ESCALATION LAST_ADMIN "
    "UNSUPPORTED_RESOURCE NOT_RESTRICTED NOT_WAITING_FOR_APPROVAL SELF_APPROVAL NO_MATCHING_RULE REVIEW_PENDING "
    "INVALID_STATE CONFIRMATION_REQUIRED TOO_COMPLEX RATE_LIMITED INTERNAL"
)

_TABLES = (
    "break_glasses access_requests approvals deployments approval_rules grants restrictions environment_access_entries "
    "memberships roles ai_providers autoscalings environment_settings environments projects teams organizations "
    "api_keys users key_uses denials changes revisions identities ledgers"
)


def upgrade() -> None:
    _create_ledgers()
    _create_what_stands_outside()
    _create_people()
    _create_tree()
    _create_memberships()
    _create_restrictions()
    _create_deployments()
    _create_exceptions()
    # The instance's own ledger is there from the start; an organization's comes with the organization.
    op.execute("INSERT INTO ledgers (id, revision, instant, next_ordinal) VALUES ('instance', 0, 0, 1)")


def downgrade() -> None:
    for table in _TABLES.split():
        op.drop_table(table)


def _create_ledgers() -> None:
    op.create_table(
        "ledgers",
        _text("id", key=True),
        _number("revision"),
        _number("instant"),
        _text("hash", nullable=True),
        _number("next_ordinal"),
    )
    op.create_table(
        "identities",
        _text("id", key=True),
        _ledger(),
        _text("kind"),
        _number("ordinal"),
        _number("created_at"),
        sa.UniqueConstraint("ledger_id", "ordinal"),
    )
    op.create_table(
        "revisions",
        _ledger(key=True),
        _number("number", key=True),
        _text("id"),
        _number("instant"),
        _thing("actor_id", nullable=True),
        _thing("api_key_id", nullable=True),
        _text("action"),
        _thing("target_id", nullable=True),
        _text("target_name", nullable=True),
        _text("reason", nullable=True),
        _text("previous_hash", nullable=True),
        _text("hash"),
        _check("number", "number > 0"),
        sa.UniqueConstraint("id"),
    )
    _index("revisions", "ledger_id", "action", "number")
    _index("revisions", "ledger_id", "actor_id", "number")
    _index("revisions", "ledger_id", "instant")
    _index("revisions", "ledger_id", "target_id", "number")
    op.create_table(
        "changes",
        _text("ledger_id", key=True),
        _number("revision", key=True),
        _number("position", key=True),
        _text("kind"),
        _thing("fact_id"),
        _text("before", nullable=True),
        _text("after", nullable=True),
        sa.ForeignKeyConstraint(["ledger_id", "revision"], ["revisions.ledger_id", "revisions.number"]),
        _check("something", "before IS NOT NULL OR after IS NOT NULL"),
    )
    _index("changes", "fact_id", "revision")


def _create_what_stands_outside() -> None:
    op.create_table(
        "denials",
        _text("id", key=True),
        _ledger(),
        _number("instant"),
        _number("day"),
        _thing("actor_id", nullable=True),
        _thing("api_key_id", nullable=True),
        _text("action"),
        _text("target_id", nullable=True),
        _text("code"),
        _one_of("code", _ERROR_CODES),
    )
    _index("denials", "day")
    _index("denials", "ledger_id", "instant")
    op.create_table(
        "key_uses",
        _thing("api_key_id", key=True),
        _number("last_used_at"),
    )


def _create_people() -> None:
    _fact(
        "users",
        _text("name"),
        _text("email", nullable=True),
        _text("email_folded", nullable=True),
        _flag("is_service_account"),
        _thing("organization_id", nullable=True),
        _flag("is_active"),
        _flag("is_instance_admin"),
        _thing("created_by", nullable=True),
    )
    _unique_living("users", "email_folded")
    _index("users", "organization_id")
    _fact(
        "api_keys",
        _thing("user_id"),
        _text("name"),
        _text("prefix"),
        _text("key_hash"),
        _text("permissions", nullable=True),
        _thing("resource_id", nullable=True),
        _number("expires_at", nullable=True),
        _thing("created_by", nullable=True),
    )
    _unique_living("api_keys", "key_hash")
    _index("api_keys", "user_id")


def _create_tree() -> None:
    _fact(
        "organizations",
        _text("slug"),
        _text("name"),
        _flag("environment_access_enabled"),
    )
    _unique_living("organizations", "slug")
    _fact(
        "teams",
        _thing("parent_id"),
        _text("slug"),
        _text("name"),
        _flag("isolated"),
    )
    _unique_living("teams", "parent_id", "slug")
    _fact(
        "projects",
        _thing("parent_id"),
        _text("slug"),
        _text("name"),
        _text("kind"),
        _flag("restricted"),
        _one_of("kind", "APP MODEL CHAIN GENERATIVE PREDICTIVE"),
    )
    _unique_living("projects", "parent_id", "slug")
    _fact(
        "environments",
        _thing("project_id"),
        _text("name"),
        _text("tier"),
        _text("tier_source"),
        _text("state"),
        _one_of("state", "AVAILABLE STOPPED"),
        _one_of("tier", "PRODUCTION STAGING TESTING DEVELOPMENT OTHER"),
        _one_of("tier_source", "EXPLICIT GUESSED"),
    )
    _unique_living("environments", "project_id", "name")
    _fact(
        "environment_settings",
        _thing("target_id"),
        _text("settings"),
    )
    _unique_living("environment_settings", "target_id")
    _fact(
        "autoscalings",
        _thing("target_id"),
        _number("min_replica"),
        _number("max_replica"),
        _number("autoscaling_window"),
        _number("scale_down_delay"),
        _number("concurrency_target"),
    )
    _unique_living("autoscalings", "target_id")
    _fact(
        "ai_providers",
        _text("name"),
        _text("kind"),
    )


def _create_memberships() -> None:
    _fact(
        "roles",
        _text("name"),
        _text("name_folded"),
        _text("permissions"),
    )
    _unique_living("roles", "ledger_id", "name_folded")
    _fact(
        "memberships",
        _thing("subject_id"),
        _thing("node_id"),
        _text("role_ids"),
        _number("starts_at", nullable=True),
        _number("expires_at", nullable=True),
        _text("environment_access_mode"),
        _thing("access_request_id", nullable=True),
        _one_of("environment_access_mode", "FULL LIMITED"),
    )
    _index("memberships", "node_id")
    _index("memberships", "subject_id")
    _unique_living("memberships", "subject_id", "node_id")
    _fact(
        "environment_access_entries",
        _thing("membership_id"),
        _thing("environment_id"),
    )
    _index("environment_access_entries", "environment_id")
    _unique_living("environment_access_entries", "membership_id", "environment_id")


def _create_restrictions() -> None:
    _fact(
        "restrictions",
        _thing("scope_id"),
        _text("environment_name", nullable=True),
        _text("tier", nullable=True),
        _thing("environment_id", nullable=True),
        _flag("admin_bypass"),
        _flag("hides"),
        _flag("allow_self_approval"),
        _flag("enabled"),
        _exactly_one("target", "environment_name", "tier", "environment_id"),
        _one_of("tier", "PRODUCTION STAGING TESTING DEVELOPMENT OTHER"),
    )
    _unique_living("restrictions", "scope_id", "environment_id")
    _unique_living("restrictions", "scope_id", "environment_name")
    _unique_living("restrictions", "scope_id", "tier")
    _fact(
        "grants",
        _thing("restriction_id"),
        _thing("user_id", nullable=True),
        _thing("team_id", nullable=True),
        _text("level", nullable=True),
        _text("inheritance"),
        _text("source"),
        _number("starts_at", nullable=True),
        _number("expires_at", nullable=True),
        _thing("access_request_id", nullable=True),
        _one_of("inheritance", "DIRECT ALL"),
        _one_of("level", "GUEST VIEWER MEMBER MAINTAINER ADMIN"),
        _one_of("source", "EXPLICIT IMPLICIT_ADMIN ACCESS_REQUEST BREAK_GLASS"),
        _exactly_one("subject", "user_id", "team_id", "level"),
    )
    _index("grants", "restriction_id")
    _fact(
        "approval_rules",
        _thing("restriction_id"),
        _thing("user_id", nullable=True),
        _thing("team_id", nullable=True),
        _text("level", nullable=True),
        _text("inheritance"),
        _number("required_approvals"),
        _one_of("inheritance", "DIRECT ALL"),
        _one_of("level", "GUEST VIEWER MEMBER MAINTAINER ADMIN"),
        _check("required_approvals", "required_approvals >= 1"),
        _exactly_one("subject", "user_id", "team_id", "level"),
    )
    _index("approval_rules", "restriction_id")


def _create_deployments() -> None:
    _fact(
        "deployments",
        _thing("project_id"),
        _thing("environment_id", nullable=True),
        _text("ref"),
        _text("status"),
        _thing("created_by"),
        _thing("created_with_key", nullable=True),
        _thing("promoted_from", nullable=True),
        _text("idempotency_key", nullable=True),
        _text("approval_rules", nullable=True),
        _one_of("status", "CREATED BLOCKED READY RUNNING SUCCESS FAILED CANCELED REJECTED"),
    )
    _unique_living("deployments", "created_by", "idempotency_key", where="idempotency_key IS NOT NULL")
    _index("deployments", "environment_id")
    _index("deployments", "project_id")
    _fact(
        "approvals",
        _thing("deployment_id"),
        _thing("user_id"),
        _text("decision"),
        _text("comment", nullable=True),
        _thing("rule_id", nullable=True),
        _text("counted_rule", nullable=True),
        _one_of("decision", "APPROVED REJECTED"),
    )
    _index("approvals", "deployment_id")
    _unique_living("approvals", "deployment_id", "user_id")


def _create_exceptions() -> None:
    _fact(
        "access_requests",
        _thing("environment_id"),
        _thing("requested_by"),
        _text("permissions"),
        _text("reason"),
        _number("minutes"),
        _text("status"),
        _thing("decided_by", nullable=True),
        _number("decided_at", nullable=True),
        _text("comment", nullable=True),
        _check("minutes", "minutes >= 1"),
        _one_of("status", "PENDING APPROVED REJECTED WITHDRAWN"),
    )
    _index("access_requests", "environment_id")
    _index("access_requests", "requested_by")
    _fact(
        "break_glasses",
        _thing("environment_id"),
        _thing("user_id"),
        _text("reason"),
        _number("starts_at"),
        _number("expires_at"),
        _thing("reviewed_by", nullable=True),
        _number("reviewed_at", nullable=True),
        _text("comment", nullable=True),
        _check("expires_at", "expires_at > starts_at"),
    )
    _index("break_glasses", "environment_id")
    _index("break_glasses", "user_id")


def _fact(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of versions: true from one revision of its ledger until another."""
    op.create_table(
        table,
        _thing("id", key=True),
        _number("since", key=True),
        _number("until", nullable=True),
        _ledger(),
        *columns,
        _check("since", "since > 0"),
        _check("until", "until > since"),
    )
    _index(table, "ledger_id", "since")
    _index(table, "ledger_id", "until")
    _unique_living(table, "id")


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, primary_key=key)


def _number(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, primary_key=key)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _thing(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    """A reference to a thing, never to a version of it."""
    return sa.Column(name, sa.Text(), sa.ForeignKey("identities.id"), nullable=nullable, primary_key=key)


def _ledger(*, key: bool = False) -> sa.Column[str]:
    return sa.Column("ledger_id", sa.Text(), sa.ForeignKey("ledgers.id"), nullable=False, primary_key=key)


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=name)


def _one_of(column: str, words: str) -> sa.CheckConstraint:
    return _check(column, f"{column} IN ({', '.join(repr(word) for word in words.split())})")


def _exactly_one(name: str, *columns: str) -> sa.CheckConstraint:
    return _check(name, " + ".join(f"(CASE WHEN {c} IS NULL THEN 0 ELSE 1 END)" for c in columns) + " = 1")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _unique_living(table: str, *columns: str, where: str | None = None) -> None:
    """Unique among the versions that are still true."""
    condition = sa.text("until IS NULL" if where is None else f"until IS NULL AND {where}")
    name = f"ix_{table}_{'_'.join(columns)}"
    op.create_index(name, table, list(columns), unique=True, sqlite_where=condition, postgresql_where=condition)
