"""Odd texts wherever one can be said: what no database keeps (NUL, half a character), and what is very long."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import pytest
from graphql import (
    ArgumentNode,
    GraphQLInputObjectType,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from app.api.pagination import encode_cursor
from app.api.schema import schema
from app.policy.emails import is_email
from app.policy.names import is_kept_as_it_is
from tests.conformance.gitlab import rule, start
from tests.conformance.house import Caller, House, Refused, open_house

SCHEMA = schema._schema
ODD = ("\0", "a\0b", "a@b.example\0")

MUTATIONS: dict[str, dict[str, Any]] = {
    "createOrganization": {"name": "Globex", "slug": "globex"},
    "updateOrganization": {"organizationId": "$organization", "name": "Other"},
    "createRole": {"organizationId": "$organization", "name": "Reader", "permissions": ["PROJECT_VIEW"]},
    "updateRole": {"roleId": "$role", "name": "Other"},
    "createServiceAccount": {"organizationId": "$organization", "name": "Robot"},
    "createApiKey": {"name": "Key"},
    "createAiProvider": {"organizationId": "$organization", "name": "Mind", "kind": "openai"},
    "createTeam": {"parentId": "$organization", "name": "Core", "slug": "core"},
    "updateTeam": {"teamId": "$team", "name": "Other"},
    "createProject": {"parentId": "$organization", "name": "Web", "slug": "web", "kind": "APP"},
    "updateProject": {"projectId": "$project", "name": "Other"},
    "addMembership": {"resourceId": "$organization", "member": {"email": "new@house.test"}, "roleIds": ["$role"]},
    "createEnvironment": {"projectId": "$project", "name": "staging"},
    "restrictEnvironments": {"scopeId": "$organization", "target": {"name": "canary"}, "restriction": {"grants": []}},
    "createDeployment": {
        "projectId": "$project", "ref": "main", "environmentName": "dev", "idempotencyKey": "once",
    },
    "promoteDeployment": {
        "deploymentId": "$deployment", "environmentId": "$target", "idempotencyKey": "again",
    },
    "decideDeployment": {"deploymentId": "$deployment", "decision": "APPROVED", "comment": "fine"},
}  # fmt: skip
"""Inputs that are good, with something at every place where there may be a text; ids by a word each."""

QUERIES = (
    "organization(slug: $text) { id } team(path: $text) { id } project(path: $text) { id }",
    """organization(id: $organization) {
        members(search: $text) { totalCount } memberCandidates(search: $text) { totalCount }
        grantCandidates(search: $text) { totalCount } teams(search: $text) { totalCount }
        projects(search: $text) { totalCount } environments(search: $text, name: $text) { totalCount }
        environmentNames(search: $text) { totalCount } audit(action: $text) { totalCount nodes { id } }
        withMembers: members { nodes { environmentAccess { choices(search: $text) { totalCount } } } }
    }""",
    """team(id: $team) {
        members(search: $text) { totalCount } memberCandidates(search: $text) { totalCount }
        grantCandidates(search: $text) { totalCount } projects(search: $text) { totalCount }
        environments(search: $text, name: $text) { totalCount } environmentNames(search: $text) { totalCount }
    }""",
    """project(id: $project) {
        members(search: $text) { totalCount } memberCandidates(search: $text) { totalCount }
        grantCandidates(search: $text) { totalCount } environments(search: $text) { totalCount }
        environment(name: $text) { id }
    }""",
)
"""What may be asked with a text; answers hold nothing that one of ODD fits."""

CHECK = "check(input: {permission: ENVIRONMENT_VIEW, resourceId: $project, environmentName: $text}) { code }"
LISTS = (
    "organization(id: $organization) { list: audit(after: $cursor) { totalCount } }",
    "organization(id: $organization) { list: denials(after: $cursor) { totalCount } }",
    "project(id: $project) { list: deployments(after: $cursor) { totalCount } }",
    "organization(id: $organization) { list: members(after: $cursor) { totalCount } }",
    "organization(id: $organization) { list: teams(before: $cursor) { totalCount } }",
    "organization(id: $organization) { list: environmentNames(after: $cursor) { totalCount } }",
    "project(id: $project) { list: environments(after: $cursor) { totalCount } }",
)
"""One list of each way in which lists are kept."""


class Scene(NamedTuple):
    """An organization with something of everything that is asked about, by its ADMIN."""

    ada: Caller
    ids: dict[str, str]

    def filled(self, value: Any) -> Any:
        """An input with ids for words."""
        if isinstance(value, dict):
            return {name: self.filled(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self.filled(part) for part in value]
        return self.ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value

    async def ask(self, selection: str, **variables: str) -> dict[str, Any]:
        """The data of a query that may name these variables and all ids."""
        known = {**self.ids, **variables}
        used = {name: value for name, value in known.items() if f"${name}" in selection}
        declared = ", ".join(f"${name}: {'String' if name in variables else 'ID'}!" for name in used)
        return await self.ada.ask(f"query({declared}) {{ {selection} }}", **used)

    async def code(self, selection: str, **variables: str) -> str | None:
        """The code of a query's first error, if it has one."""
        try:
            await self.ask(selection, **variables)
        except Refused as refused:
            return refused.code
        return None


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with open_house(database_url) as house:
        yield await _scene(house)


async def _scene(house: House) -> Scene:
    ada = await house.person("Ada")
    organization = await ada.organization()
    role = await ada.do(
        "createRole", "role { id }", organizationId=organization, name="R", permissions=["MEMBERS_VIEW"]
    )
    team = await ada.team(organization, "team")
    project = await ada.project(organization, "project")
    await ada.environment(project, "production")
    target = await ada.environment(project, "target")
    await ada.restrict(project, {"name": "production"}, approvalRules=[rule(ada)], allowSelfApproval=True)
    deployment = await start(ada, project, "production")
    ids = {
        "organization": organization,
        "role": role["role"]["id"],
        "team": team,
        "project": project,
        "target": target,
        "deployment": deployment,
    }
    return Scene(ada, ids)


def _texts(
    kind: GraphQLInputObjectType, value: dict[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[Any, ...]]:
    """Every text of an input: its place in the schema and its path in the input."""
    for name, part in value.items():
        of = get_named_type(kind.fields[name].type)
        if isinstance(part, dict):
            yield from _texts(of, part, (*path, name))
        elif of.name == "String":
            yield f"{kind.name}.{name}", (*path, name)


def _input(mutation: str) -> GraphQLInputObjectType:
    assert SCHEMA.mutation_type is not None
    found = get_named_type(SCHEMA.mutation_type.fields[mutation].args["input"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def _with(value: Any, path: tuple[str, ...], text: str) -> Any:
    return {**value, path[0]: _with(value[path[0]], path[1:], text)} if path else text


PLACES = [
    pytest.param(mutation, path, id=place)
    for mutation, input in MUTATIONS.items()
    for place, path in _texts(_input(mutation), input)
]


@pytest.mark.parametrize(("mutation", "path"), PLACES)
async def test_no_input_takes_it(scene: Scene, mutation: str, path: tuple[str, ...]) -> None:
    good = scene.filled(MUTATIONS[mutation])
    for text in ODD:
        assert await scene.ada.refused(mutation, **_with(good, path, text)) == "INVALID"
    await scene.ada.do(mutation, **good)


async def test_what_is_long_is_not_said_back(scene: Scene) -> None:
    for mutation, input in MUTATIONS.items():
        for _, path in _texts(_input(mutation), input):
            with pytest.raises(Refused) as refused:
                await scene.ada.do(mutation, **_with(scene.filled(input), path, "x" * 10_000))
            assert len(str(refused.value.errors)) < 1_000
    with pytest.raises(Refused, match="no environment can be called `x") as refused:
        await scene.ask(CHECK, text="x" * 10_000)
    assert len(str(refused.value.errors)) < 1_000


async def test_settings_keep_it(scene: Scene) -> None:
    settings = {"a\0": ["\0"]}
    select = "environment { settings }"
    done = await scene.ada.do("updateEnvironmentSettings", select, environmentId=scene.ids["target"], settings=settings)
    assert done == {"environment": {"settings": settings}}


@pytest.mark.parametrize("selection", QUERIES, ids=["paths", "organization", "team", "project"])
async def test_nothing_is_found_by_it(scene: Scene, selection: str) -> None:
    unknown = await scene.ask(selection, text="no such thing")
    for text in ODD:
        assert await scene.ask(selection, text=text) == unknown


async def test_no_environment_can_be_called_so(scene: Scene) -> None:
    for text in ODD:
        assert await scene.code(CHECK, text=text) == "INVALID"


@pytest.mark.parametrize(
    "selection", LISTS, ids=[selection.partition("list: ")[2].split("(")[0] for selection in LISTS]
)
async def test_a_cursor_may_hold_it(scene: Scene, selection: str) -> None:
    for text in (*ODD, "\ud800", "a\udfffb"):
        for key in ((text, text), (1, text), (text, scene.ids["team"])):
            assert await scene.code(selection, cursor=encode_cursor(key)) in {None, "INVALID"}


async def test_half_a_character_does_not_come_in(scene: Scene) -> None:
    headers = {"Authorization": f"Bearer {scene.ada.key}", "Content-Type": "application/json"}
    document = '{"query": "query($t: String) { organization(slug: $t) { id } }", "variables": {"t": "%s"}}'
    for text in (rb"\ud800", rb"\udfff", "\ud800".encode("utf-8", "surrogatepass")):
        body = document.encode().replace(b"%s", text)
        assert (await scene.ada.house.client.post("/graphql", content=body, headers=headers)).status_code == 400
    written = r'{"query": "{ organization(slug: \"\\ud800\") { id } }"}'
    answer = await scene.ada.house.client.post("/graphql", content=written, headers=headers)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INVALID"]


def test_half_a_character_is_not_kept() -> None:
    assert is_kept_as_it_is("\U0001f600 İ\n")
    for text in ("\ud800", "a\udfffb", "\0"):
        assert not is_kept_as_it_is(text)
        assert not is_email(f"{text}@house.test")
        assert not is_email(f"a@{text}.test")


def test_every_text_of_the_schema_is_there() -> None:
    said = {place for mutation, input in MUTATIONS.items() for place, _ in _texts(_input(mutation), input)}
    said |= {place for selection in (*QUERIES, CHECK) for place in _asked(selection)}
    offered = set()
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            offered |= {f"{kind.name}.{name}" for name, of in kind.fields.items() if _is_text(of.type)}
        elif isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for field, definition in kind.fields.items():
                offered |= {f"{kind.name}.{field}.{name}" for name, of in definition.args.items() if _is_text(of.type)}
    assert said == {place for place in offered if not place.endswith((".after", ".before"))}


def _is_text(kind: Any) -> bool:
    return get_named_type(kind).name == "String"


def _asked(selection: str) -> set[str]:
    """The places where a query has its text."""
    info, found = TypeInfo(SCHEMA), set()

    class Finder(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
            parent, field = info.get_parent_type(), info.get_field_def()
            if isinstance(node.value, VariableNode) and node.value.name.value == "text":
                name = next(name for name, one in parent.fields.items() if one is field)
                found.add(f"{parent.name}.{name}.{node.name.value}")

        def enter_object_field(self, node: Any, *_: Any) -> None:
            if isinstance(node.value, VariableNode) and node.value.name.value == "text":
                found.add(f"{get_named_type(info.get_parent_input_type()).name}.{node.name.value}")

    visit(parse(f"{{ {selection} }}"), TypeInfoVisitor(info, Finder()))
    return found
