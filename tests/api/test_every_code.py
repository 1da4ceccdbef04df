"""Each code of the contract reaches a client, over HTTP; and no other would get past the tests unseen."""

import ast
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import strawberry

import app
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from tests.conformance.house import Caller, House, Refused, grant, open_house
from tests.fixtures.graphql_server import ask, client

Errors = list[dict[str, Any]]
Scenario = Callable[["Town"], Awaitable[Errors]]
SCENARIOS: dict[ErrorCode, Scenario] = {}

NOT_YET = {
    ErrorCode.REVIEW_PENDING: "Nothing uses break glass yet.",
    ErrorCode.RATE_LIMITED: "Nothing counts requests yet.",
}
"""Codes that the contract has and nothing raises; they are sent through the door by a schema of the test's own."""


class Town:
    """`ada` is the ADMIN of an organization with a project `web` and its environment `prod`; `max` a MEMBER, `vic` a
    VIEWER, `amy` an ACCESS_MANAGER; `zoe` belongs elsewhere."""

    def __init__(self, house: House, people: list[Caller]) -> None:
        self.house = house
        self.ada, self.max, self.vic, self.amy, self.zoe = people
        self.id = self.web = self.prod = self.own = ""

    async def build(self) -> None:
        self.id = await self.ada.organization()
        await self.zoe.organization("globex")
        for person, role in ((self.max, "MEMBER"), (self.vic, "VIEWER"), (self.amy, "ACCESS_MANAGER")):
            await self.ada.add(person, self.id, role)
        self.web = await self.ada.project(self.id, "web")
        self.prod = await self.ada.environment(self.web, "prod")
        members = "{ viewer { memberships { nodes { id } } } }"
        self.own = (await self.ada.ask(members))["viewer"]["memberships"]["nodes"][0]["id"]

    async def deployment(self, **restriction: Any) -> str:
        """One of max's that waits for max and for ada, by a rule each."""
        rules = [{"approver": {"userId": person.id}} for person in (self.max, self.ada)]
        granted = [grant(self.max)]
        await self.ada.restrict(self.web, {"name": "prod"}, granted, approvalRules=rules, **restriction)
        input = {"projectId": self.web, "ref": "v1", "environmentName": "prod"}
        return str((await self.max.do("createDeployment", "deployment { id }", **input))["deployment"]["id"])


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with open_house(database_url) as house:
        built = Town(house, await house.people("Ada", "Max", "Vic", "Amy", "Zoe"))
        await built.build()
        yield built


def reaches(code: ErrorCode) -> Callable[[Scenario], Scenario]:
    def register(scenario: Scenario) -> Scenario:
        assert code not in SCENARIOS
        SCENARIOS[code] = scenario
        return scenario

    return register


async def errors_of(caller: Caller, mutation: str, **input: Any) -> Errors:
    """What a mutation is refused with."""
    try:
        await caller.do(mutation, **input)
    except Refused as refused:
        return list(refused.errors)
    return []


@reaches(ErrorCode.UNAUTHENTICATED)
async def without_a_credential(town: Town) -> Errors:
    answer = await town.house.client.post("/graphql", json={"query": "{ organizations { totalCount } }"})
    assert answer.json()["data"] == {"organizations": None}
    bad = await town.house.client.post(
        "/graphql", json={"query": "{ viewer { id } }"}, headers={"Authorization": "Bearer blw_nobody"}
    )
    assert bad.status_code == 401
    return [*answer.json()["errors"], *bad.json()["errors"]]


@reaches(ErrorCode.FORBIDDEN)
async def without_the_permission(town: Town) -> Errors:
    return await errors_of(town.vic, "updateProject", projectId=town.web, name="Mine")


@reaches(ErrorCode.NOT_FOUND)
async def of_what_is_hidden(town: Town) -> Errors:
    return await errors_of(town.zoe, "updateProject", projectId=town.web, name="Mine")


@reaches(ErrorCode.CONFLICT)
async def with_a_taken_slug(town: Town) -> Errors:
    return await errors_of(town.ada, "createProject", parentId=town.id, name="Web", slug="web", kind="APP")


@reaches(ErrorCode.INVALID)
async def that_makes_no_sense(town: Town) -> Errors:
    unreadable = (await town.ada.send("{ nonsense")).json()["errors"]
    return [*unreadable, *await errors_of(town.ada, "updateProject", projectId=town.web, name="")]


@reaches(ErrorCode.INELIGIBLE_SUBJECT)
async def for_somebody_who_can_not_have_it(town: Town) -> Errors:
    restriction = {"grants": [grant(town.vic)]}
    target = {"name": "prod"}
    return await errors_of(town.ada, "restrictEnvironments", scopeId=town.web, target=target, restriction=restriction)


@reaches(ErrorCode.PRIVILEGE_ESCALATION)
async def that_gives_more_than_one_has(town: Town) -> Errors:
    admin = ["rol_000000000000000000000050"]
    return await errors_of(
        town.amy, "addMembership", resourceId=town.id, member={"email": "new@house.test"}, roleIds=admin
    )


@reaches(ErrorCode.LAST_ADMIN)
async def that_leaves_nobody_in_charge(town: Town) -> Errors:
    return await errors_of(town.ada, "removeMembership", membershipId=town.own)


@reaches(ErrorCode.UNSUPPORTED_RESOURCE)
async def of_a_predictive_project(town: Town) -> Errors:
    predictive = await town.ada.project(town.id, "forecast", kind="PREDICTIVE")
    return await errors_of(town.ada, "restrictProject", projectId=predictive)


@reaches(ErrorCode.NOT_RESTRICTED)
async def that_lifts_nothing(town: Town) -> Errors:
    return await errors_of(town.ada, "unrestrictProject", projectId=town.web, confirm=True)


@reaches(ErrorCode.CONFIRMATION_REQUIRED)
async def that_lifts_without_saying_so(town: Town) -> Errors:
    await town.ada.do("restrictProject", projectId=town.web)
    return await errors_of(town.ada, "unrestrictProject", projectId=town.web)


@reaches(ErrorCode.NOT_WAITING_FOR_APPROVAL)
async def of_a_deployment_that_was_canceled(town: Town) -> Errors:
    id = await town.deployment()
    await town.max.do("cancelDeployment", deploymentId=id)
    return await errors_of(town.ada, "decideDeployment", deploymentId=id, decision="APPROVED")


@reaches(ErrorCode.SELF_APPROVAL)
async def of_ones_own_deployment(town: Town) -> Errors:
    return await errors_of(town.max, "decideDeployment", deploymentId=await town.deployment(), decision="APPROVED")


@reaches(ErrorCode.NO_MATCHING_RULE)
async def by_a_rule_of_others(town: Town) -> Errors:
    id = await town.deployment(allowSelfApproval=True)
    document = """query($id: ID!) { deployment(id: $id) { approvalSummary { rules { rule { id }
        subject { ... on User { id } } } } } }"""
    rules = (await town.ada.ask(document, id=id))["deployment"]["approvalSummary"]["rules"]
    (theirs,) = (each["rule"]["id"] for each in rules if each["subject"]["id"] == town.max.id)
    return await errors_of(town.ada, "decideDeployment", deploymentId=id, decision="APPROVED", ruleId=theirs)


@reaches(ErrorCode.INVALID_STATE)
async def of_an_environment_that_runs(town: Town) -> Errors:
    return await errors_of(town.ada, "deleteEnvironment", environmentId=town.prod)


@reaches(ErrorCode.TOO_COMPLEX)
async def that_asks_for_too_much(town: Town) -> Errors:
    nodes = "id"
    for name in ("environments", "projects", "teams", "organizations"):
        nodes = f"{name}(first: 100) {{ nodes {{ {nodes} }} }}"
    return list((await town.ada.send(f"{{ {nodes} }}")).json()["errors"])


@reaches(ErrorCode.INTERNAL)
async def when_the_store_is_gone(town: Town) -> Errors:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(town.house.instance.memory, "version_in_memory", broken)
        answer = await town.ada.send("{ organizations { totalCount } }")
    assert "secret" not in answer.text
    return list(answer.json()["errors"])


@pytest.mark.parametrize("code", [code for code in ErrorCode if code not in NOT_YET])
async def test_each_code_reaches_a_client(town: Town, code: ErrorCode) -> None:
    errors = await SCENARIOS[code](town)
    assert errors
    assert {error["extensions"]["code"] for error in errors} == {code}


def test_each_code_has_its_scenario_or_says_why_not() -> None:
    assert SCENARIOS.keys() | NOT_YET.keys() == set(ErrorCode)
    assert not SCENARIOS.keys() & NOT_YET.keys()


@pytest.mark.parametrize("code", NOT_YET)
async def test_a_code_that_nothing_raises_yet_would_get_through(code: ErrorCode) -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def fail(self) -> int | None:
            raise BailiwickError(code, "later")

    async with client(strawberry.Schema(Query)) as server:
        (error,) = (await ask(server, "{ fail }"))["errors"]
    assert error["extensions"]["code"] == code


def test_what_is_said_to_be_raised_by_nothing_is() -> None:
    raised = {name for path in Path(app.__path__[0]).rglob("*.py") for name in _codes_raised(path)}
    assert {code.name for code in NOT_YET} & raised == set()
    assert {code.name for code in SCENARIOS} - raised == set()


def _codes_raised(path: Path) -> set[str]:
    """Every `ErrorCode.X` in a module, but in tables from HTTP's statuses to codes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tables = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Dict) for inner in ast.walk(node)}
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "ErrorCode"
        and id(node) not in tables
    }
