"""A yard whose places are built, moved and torn down, with restrictions to walk out of and keys to make keys with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.policy.vocabulary import Permission, Tier
from tests.fixtures.client import NOW, SECOND, Draft, open_client
from tests.fixtures.world_builder import Named
from tests.services.guild import Guild

HOUR = 3_600 * SECOND
SEEING = (Permission.TEAM_VIEW, Permission.PROJECT_VIEW, Permission.ENVIRONMENT_VIEW, Permission.MEMBERS_VIEW)
BUILDING = (
    *(Permission.TEAM_CREATE, Permission.TEAM_DELETE, Permission.PROJECT_CREATE, Permission.PROJECT_DELETE),
    *(Permission.ENVIRONMENT_UPDATE_SETTINGS, Permission.ENVIRONMENT_SCALE),
)
DEEPEST = 20


def yard() -> Draft:
    """Somebody of each level; `bea` builds and moves and manages no restriction, `rex` manages them besides.

    Production anywhere is passed by bea and rex, staging in core and what is called dev in ops by ADMINs alone. `kit`
    keeps service accounts. `d1/d2/…` is a chain of teams that can't be longer.
    """
    draft = Draft(lists_enforced=True)
    draft.staff()
    draft.person("root", None, instance_admin=True)
    draft.acme.role("Builder", [*SEEING, *BUILDING])
    draft.acme.role("Ranger", [*SEEING, *BUILDING, Permission.ENVIRONMENT_RESTRICT])
    draft.acme.role("Keeper", [*SEEING, Permission.SERVICE_ACCOUNTS_MANAGE])
    for name, role in {"bea": "Builder", "rex": "Ranger", "kit": "Keeper", "lim": "MEMBER"}.items():
        draft.person(name, role)
    draft.people.add("robot", service_account_of=draft.acme.organization.id, created_by="ada")
    draft.acme.member("robot", "acme", "MEMBER")
    draft.team("core", {"mia": "MEMBER", "max": "MAINTAINER"})
    for path in ("core/sub", "ops"):
        draft.team(path)
    draft.team("vault", isolated=True)
    for depth in range(1, DEEPEST + 1):
        draft.team("/".join(f"d{number}" for number in range(1, depth + 1)))
    draft.project("core/web", "production", "staging", "dev")
    draft.project("core/sub/api", "dev")
    draft.project("core/empty")
    draft.project("ops/tool", "staging", "main")
    draft.project("lab", "dev")
    draft.project("secret", "dev", restricted=True)
    draft.acme.limit("lim", ["lab/dev", "core/web/dev"])
    passing = [Named(user="bea"), Named(user="rex")]
    draft.acme.restrict("acme", tier=Tier.PRODUCTION, admin_bypass=False, grants=[*passing, Named(user="ada")])
    draft.acme.restrict("core", tier=Tier.STAGING)
    draft.acme.restrict("ops", name="dev")
    draft.key("mia-hour", "mia", expires_at=NOW + HOUR)
    draft.key("mia-web", "mia", subtree="core/web")
    draft.key("mia-deploys", "mia", permissions=[Permission.ENVIRONMENT_DEPLOY, Permission.ENVIRONMENT_SCALE])
    return draft


def deep(levels: int) -> str:
    """The path of the team so deep in the chain."""
    return "/".join(f"d{number}" for number in range(1, levels + 1))


@asynccontextmanager
async def open_yard(database_url: str) -> AsyncIterator[Guild]:
    """A yard on a migrated store of its own, at noon."""
    async with open_client(yard(), database_url) as client:
        yield Guild(client)
