"""Baseten's words on our server: a workspace with an isolated team, whose admin restricts `production`."""

from dataclasses import dataclass

from tests.conformance.house import Caller, Data, House, grant, role_ids

READING = ("ENVIRONMENT_VIEW", "ENVIRONMENT_VIEW_METRICS", "ENVIRONMENT_VIEW_LOGS", "ENVIRONMENT_INVOKE")
CHANGING = (
    "ENVIRONMENT_UPDATE_DEPLOYMENT",
    "ENVIRONMENT_SCALE",
    "ENVIRONMENT_PROMOTE",
    "ENVIRONMENT_UPDATE_SETTINGS",
    "ENVIRONMENT_DEPLOY",
    "ENVIRONMENT_STOP",
    "ENVIRONMENT_DELETE",
    "ENVIRONMENT_TERMINAL",
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Ada's organization with a team, its admin Tess, its members Uma Lee and Max, and a model in production."""

    ada: Caller
    tess: Caller
    uma: Caller
    max: Caller
    organization: str
    team: str
    model: str
    production: str
    memberships: dict[str, str]
    """Those on the team, by name."""

    async def restrict(self) -> str:
        """Restrict `production` in the team, with Uma granted."""
        return await self.tess.restrict(self.team, {"name": "production"}, [grant(self.uma)])

    async def make(self, person: Caller, role: str) -> None:
        """Promote or demote somebody in the team."""
        await self.ada.do("updateMembership", membershipId=self.memberships[person.name], roleIds=role_ids(role))

    async def restricted(self, environment_id: str) -> bool:
        """Whether an environment shows as restricted."""
        asked = "query($id: ID!) { environment(id: $id) { restricted } }"
        return bool((await self.ada.ask(asked, id=environment_id))["environment"]["restricted"])


async def open_workspace(house: House) -> Workspace:
    """A workspace in which nothing is restricted yet."""
    ada, tess, uma, max_ = await house.people("Ada", "Tess", "Uma Lee", "Max")
    organization = await ada.organization()
    team = await ada.team(organization, "vision", isolated=True)
    memberships = {}
    for person, role in ((tess, "ADMIN"), (uma, "MEMBER"), (max_, "MEMBER")):
        await ada.add(person, organization, "GUEST")
        memberships[person.name] = await ada.add(person, team, role)
    model = await ada.project(team, "detector", kind="MODEL")
    production = await ada.environment(model, "production")
    return Workspace(ada, tess, uma, max_, organization, team, model, production, memberships)


async def another_key(house: House, person: Caller) -> Caller:
    """The same person with a key they make themselves."""
    made = await person.do("createApiKey", "secret", name="script")
    return house.caller(person.name, person.id, made["secret"])


async def grants(caller: Caller, restriction_id: str) -> dict[tuple[str, str], Data]:
    """The rows of a restriction's list, by source and name."""
    asked = """query($id: ID!) { node(id: $id) { ... on EnvironmentRestriction {
        grants { id source subject { ... on User { name } } viewerCanRemove }
    } } }"""
    found = (await caller.ask(asked, id=restriction_id))["node"]["grants"]
    return {(row["source"], row["subject"]["name"]): row for row in found}


def restriction_of(scope_id: str, name: str = "production") -> Data:
    """The input that restricts a name."""
    return {"scopeId": scope_id, "target": {"name": name}, "restriction": {}}
