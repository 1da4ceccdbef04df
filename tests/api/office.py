"""An organization with something of everything, for tests of what queries show."""

from app.db import tables
from app.policy.vocabulary import ErrorCode, Permission, ProjectKind, RoleLevel, Tier
from app.services.denials import Denied
from app.store.ledger import Record, Writer
from tests.fixtures.client import NOW, SECOND, Client, Draft
from tests.fixtures.world_builder import Named
from tests.fixtures.world_people import made_id

HOUR = 3_600 * SECOND
CI_KEY = made_id("key", "draft", "ci")

ENVIRONMENTS = (
    "core/web/production",
    "core/web/staging",
    "core/web/dev",
    "core/pay/api/production",
    "vault/keys/production",
    "lab/dev",
    "secret/production",
)
"""Every environment of the office, by path below acme."""


def office() -> Draft:
    """People of every role, teams, compartments, a restriction of each kind; more is added by `furnish`."""
    draft = Draft(lists_enforced=True)
    draft.staff()
    draft.person("amy", "ACCESS_MANAGER")
    draft.person("otto", "AUDITOR")
    draft.person("lim", "MEMBER")
    draft.person("moe", "MAINTAINER")
    draft.person("val", "GUEST")
    draft.person("tom", "GUEST", created_by="ada")
    draft.person("sue", "GUEST")
    draft.person("root", None, instance_admin=True)
    draft.person("zoe")
    draft.people.add("robot", service_account_of=draft.acme.organization.id, created_by="ada")
    draft.acme.member("robot", "acme", "MEMBER")
    draft.acme.role("Placer", [Permission.ENVIRONMENT_VIEW, Permission.ENVIRONMENT_DEPLOY])
    draft.team("core", {"tom": "MAINTAINER"})
    draft.team("core/pay")
    draft.team("vault", {"val": "ADMIN"}, isolated=True)
    draft.project("core/web", "production", "staging", "dev")
    draft.project("core/pay/api", "production")
    draft.project("vault/keys", "production")
    draft.project("lab", "dev", kind=ProjectKind.MODEL)
    draft.project("secret", "production", restricted=True, members={"sue": "VIEWER"})
    draft.acme.member("vault", "core", "VIEWER", starts_at=NOW - HOUR, expires_at=NOW + HOUR)
    draft.acme.member("tom", "core/web", ["Placer", "VIEWER"])
    draft.acme.limit("lim", ["core/web/production"])
    _restrictions(draft)
    draft.key("ci", "robot", permissions=[Permission.ENVIRONMENT_DEPLOY], subtree="core/web", expires_at=NOW + HOUR)
    globex = draft.other("globex")
    globex.project("globex/app")
    globex.environment("globex/app", "production")
    globex.member("zoe", "globex", "ADMIN")
    globex.member("vic", "globex", "MEMBER")
    return draft


def _restrictions(draft: Draft) -> None:
    passing = [
        Named(user="mia", starts_at=NOW - HOUR, expires_at=NOW + HOUR),
        Named(team="core"),
        Named(user="sue", expires_at=NOW),
        Named(level=RoleLevel.MAINTAINER),
    ]
    approving = [Named(user="max"), Named(level=RoleLevel.MAINTAINER, required_approvals=2)]
    draft.acme.restrict("acme", name="production", grants=passing, approval_rules=approving)
    draft.acme.restrict("core", tier=Tier.STAGING, admin_bypass=False, grants=[Named(user="max")])
    draft.acme.restrict("core/web", environment="core/web/dev", enabled=False, allow_self_approval=True)
    draft.acme.restrict("vault", tier=Tier.PRODUCTION, hides=True)


async def furnish(client: Client) -> dict[str, str]:
    """What facts don't hold: settings, deployments, decisions, a provider; ids by a word each."""
    acme, web, dev = client.organization_id, client.id("core/web"), client.id("core/web/dev")
    production, ada = client.id("core/web/production"), client.id("ada")
    scale = {"min_replica": 1, "max_replica": 9, "autoscaling_window": 30, "scale_down_delay": 60}

    def change(writer: Writer) -> dict[str, str]:
        made = {"project_id": web, "created_by": client.id("mia"), "created_with_key": CI_KEY}
        served = writer.add(tables.Deployment, acme, environment_id=dev, ref="v1", status="SUCCESS", **made)
        promoted = {"environment_id": production, "promoted_from": served}
        ids = {
            "served": served,
            "waiting": writer.add(tables.Deployment, acme, ref="v1", status="CREATED", **promoted, **made),
            "unplaced": writer.add(tables.Deployment, acme, ref="v2", status="CREATED", **made),
            "provider": writer.add(tables.AiProvider, acme, name="Claude", kind="ANTHROPIC"),
        }
        writer.add(tables.EnvironmentSettings, acme, target_id=dev, settings={"debug": True})
        writer.add(tables.Autoscaling, acme, target_id=dev, concurrency_target=3, **scale)
        for name, more in {"max": {"comment": "fine"}, "moe": {}}.items():
            decided = {"deployment_id": ids["waiting"], "user_id": client.id(name), "decision": "APPROVED"}
            writer.add(tables.Approval, acme, **decided, **more)
        return ids

    return await client.commit(change, Record("importOffice", actor_id=ada, reason="because"))


async def tell(client: Client) -> None:
    """A record and a denial that have everything: by a key, about something that still is there."""
    record = {"actor_id": client.id("robot"), "api_key_id": CI_KEY, "target_id": client.id("lab")}
    await client.commit(
        lambda writer: writer.set(tables.Project, client.id("lab"), name="laboratory"),
        Record("updateProject", target_name="lab", reason="spoken out", **record),
    )
    robot = client.world.subjects["ci"]
    client.instance.denials.note(Denied(robot, "deleteProject", client.id("lab"), ErrorCode.FORBIDDEN, NOW))
    await client.instance.denials.write()
    uses = tables.table_of(tables.KeyUse)
    await client.instance.database.write(
        lambda connection: connection.execute(uses.insert().values(api_key_id=CI_KEY, last_used_at=NOW))
    )


def restriction_id(target: str, scope: str = "acme") -> str:
    """The id of a restriction of the office, by its target's name, tier or path, and its scope's path."""
    return made_id("res", "draft", "acme", scope, target)


def grant_id(target: str, number: int, scope: str = "acme") -> str:
    """The id of one of its grants."""
    return made_id("gra", restriction_id(target, scope), str(number))


def rule_id(target: str, number: int, scope: str = "acme") -> str:
    """The id of one of its approval rules."""
    return made_id("apr", restriction_id(target, scope), str(number))
