"""Every connection of the built schema: where it stands, what it takes, and a document that asks for many at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import GraphQLObjectType, get_named_type

from tests.api.test_schema import SCHEMA, every_field

Json = dict[str, Any]

PAGING = ("first", "after", "last", "before")
PAGE = """ fragment page on %s {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { ...row } } nodes { ...row }
} fragment row on %s { %s }"""
CHOICES = "EnvironmentAccess.choices"
"""It is asked for by the membership that the list is part of."""


@dataclass(frozen=True)
class Row:
    """How the nodes of one type are told apart, and by what name they are in order, if by one that is shown."""

    select: str
    key: Callable[[Json], str]
    name: Callable[[Json], str] | None = None


_SUBJECT = "subject { ... on User { id name } ... on Team { id name } }"
_NAMED = Row("id name", lambda node: node["id"], lambda node: node["name"])
_BY_ID = Row("id", lambda node: node["id"])
_CANDIDATE = Row(_SUBJECT, lambda node: node["subject"]["id"], lambda node: node["subject"]["name"])
ROWS: Mapping[str, Row] = {
    **dict.fromkeys(("Organization", "Team", "Project", "Environment", "User"), _NAMED),
    **dict.fromkeys(("Membership", "EnvironmentRestriction", "Deployment", "AuditEvent", "Denial"), _BY_ID),
    **dict.fromkeys(("MemberCandidate", "GrantCandidate"), _CANDIDATE),
    "EnvironmentName": Row(
        "name environmentCount restriction { id }",
        lambda node: f"{node['name']} {node['environmentCount']} {(node['restriction'] or {}).get('id')}",
        lambda node: node["name"],
    ),
    "ProjectChoice": Row(
        "projectId name environments { environmentId }",
        lambda node: " ".join([node["projectId"], *(each["environmentId"] for each in node["environments"])]),
        lambda node: node["name"],
    ),
}
"""By the type of a connection's nodes."""


@cache
def connections() -> dict[str, dict[str, str]]:
    """By coordinate: the arguments besides those of paging, with their types."""
    return {
        coordinate: {name: str(each.type) for name, each in field.args.items() if name not in PAGING}
        for coordinate, field in every_field()
        if get_named_type(field.type).name.endswith("Connection")
    }


def type_of(coordinate: str) -> str:
    """The name of the connection's type."""
    owner, name = coordinate.split(".")
    kind = SCHEMA.type_map[owner]
    assert isinstance(kind, GraphQLObjectType)
    return get_named_type(kind.fields[name].type).name


@cache
def row_of(coordinate: str) -> Row:
    """Of the nodes of a connection."""
    return ROWS[type_of(coordinate).removesuffix("Connection")]


@cache
def document(coordinate: str, count: int) -> str:
    """Ask for this connection of `count` things. Variables are numbered: `id0`, `first0` and so on."""
    given = {"first": "Int", "after": "String", "last": "Int", "before": "String", **connections()[coordinate]}
    declared = [f"${name}{n}: {type_}" for n in range(count) for name, type_ in given.items()]
    if not is_root(coordinate):
        declared += [f"$id{n}: ID!" for n in range(count)]
    fields = [f"a{n}: {_field(coordinate, n, given)}" for n in range(count)]
    connection = type_of(coordinate)
    page = PAGE % (connection, connection.removesuffix("Connection"), row_of(coordinate).select)
    return f"query({', '.join(declared)}) {{ {' '.join(fields)} }}" + page


def is_root(coordinate: str) -> bool:
    """Whether there is one of it, and not one of each thing."""
    return coordinate.startswith(("Query.", "Viewer."))


def _field(coordinate: str, number: int, given: Mapping[str, str]) -> str:
    owner, name = coordinate.split(".")
    arguments = ", ".join(f"{each}: ${each}{number}" for each in given)
    asked = f"{name}({arguments}) {{ ...page }}"
    if owner == "Query":
        return asked
    if owner == "Viewer":
        return f"viewer {{ list: {asked} }}"
    if coordinate == CHOICES:
        return f"node(id: $id{number}) {{ ... on Membership {{ list: environmentAccess {{ list: {asked} }} }} }}"
    return f"node(id: $id{number}) {{ ... on {owner} {{ list: {asked} }} }}"


class NotThere(AssertionError):  # noqa: N818 - it says what was found
    """Nothing is shown of the thing whose list was asked for."""


def page_in(coordinate: str, found: Json | None) -> Json | None:
    """The page in one part of an answer; None where the connection is null. Raises NotThere."""
    if is_root(coordinate):
        return found["list"] if found is not None and coordinate.startswith("Viewer.") else found
    if not found:
        raise NotThere
    found = found["list"]
    return found["list"] if found is not None and coordinate == CHOICES else found
