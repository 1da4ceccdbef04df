"""The schema: kept as text beside the code, described throughout, nullable where something can be hidden."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_introspection_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
)
from strawberry.permission import PermissionExtension

from app.api.node import TYPE_NAMES
from app.api.permissions import SignedIn
from app.api.schema import NODES, schema

SCHEMA = schema._schema
KEPT = Path(__file__).parents[2] / "schema.graphql"

HIDEABLE = frozenset(SCHEMA.get_possible_types(SCHEMA.type_map["Node"]))  # type: ignore[arg-type]
"""What has an id may be hidden."""

ALWAYS_THERE = {"Viewer.user"}
"""Who asks sees themselves."""

FILTERED = {"GrantCandidate.subject", "MemberCandidate.subject"}
"""Rows of a list that holds only those whose subject is seen."""


def described() -> Iterator[tuple[str, str | None]]:
    """Everything that should say what it is, by its coordinate."""
    for kind in SCHEMA.type_map.values():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield kind.name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", field.description) for name, field in kind.fields.items())
        for coordinate, field in fields_of(kind):
            yield coordinate, field.description
            for name, argument in field.args.items():
                yield f"{coordinate}({name}:)", argument.description


def fields_of(kind: GraphQLNamedType) -> Iterator[tuple[str, GraphQLField]]:
    if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
        yield from ((f"{kind.name}.{name}", field) for name, field in kind.fields.items())


def every_field() -> Iterator[tuple[str, GraphQLField]]:
    for kind in SCHEMA.type_map.values():
        if not is_introspection_type(kind):
            yield from fields_of(kind)


def test_the_kept_text_is_what_the_code_says() -> None:
    assert KEPT.read_text(encoding="utf-8").split("\n") == (schema.as_str().rstrip() + "\n").split("\n")


def test_everything_says_what_it_is() -> None:
    assert [coordinate for coordinate, description in described() if not (description or "").strip()] == []


def test_descriptions_are_sentences() -> None:
    odd = [
        (where, text) for where, text in described() if text and not (text[0].isupper() and text.endswith((".", "?")))
    ]
    assert odd == []


def test_what_can_be_hidden_is_nullable_where_it_is_referred_to() -> None:
    """Lists, edges and nodes are filtered, and so not."""
    wrong = [
        coordinate
        for coordinate, field in every_field()
        if refers_to_hideable(field)
        and is_non_null_type(field.type)
        and not coordinate.endswith("Edge.node")
        and coordinate not in ALWAYS_THERE | FILTERED
    ]
    assert wrong == []


def refers_to_hideable(field: GraphQLField) -> bool:
    if is_list_type(get_nullable_type(field.type)):
        return False
    kind = get_named_type(field.type)
    possible = SCHEMA.get_possible_types(kind) if hasattr(kind, "resolve_type") else (kind,)  # type: ignore[arg-type]
    return bool(HIDEABLE.intersection(possible))


def test_the_list_of_what_is_asked_for_by_ids_has_nullable_entries() -> None:
    for name in ("nodes", "checks"):
        field_type = get_nullable_type(SCHEMA.query_type.fields[name].type)  # type: ignore[union-attr]
        assert not is_non_null_type(field_type.of_type)  # type: ignore[union-attr]


def test_root_fields_are_nullable() -> None:
    """So that one that is refused doesn't take the others with it."""
    roots = [SCHEMA.query_type, SCHEMA.mutation_type]
    wrong = [name for root in roots if root for name, field in root.fields.items() if is_non_null_type(field.type)]
    assert wrong == []


def permission_classes(coordinate: str) -> list[type]:
    """The permission classes on a field."""
    type_name, name = coordinate.split(".")
    definition = SCHEMA.type_map[type_name].extensions.get("strawberry-definition")
    fields = definition.fields if definition is not None else ()
    field = next((one for one in fields if schema.config.name_converter.get_graphql_name(one) == name), None)
    extensions = [] if field is None else [e for e in field.extensions if isinstance(e, PermissionExtension)]
    return [*(field.permission_classes if field else ()), *(type(p) for e in extensions for p in e.permissions)]


def guarded() -> dict[str, list[type]]:
    return {coordinate: classes for coordinate, _ in every_field() if (classes := permission_classes(coordinate))}


def test_a_field_that_a_permission_makes_null_is_nullable() -> None:
    fields = dict(every_field())
    assert len(guarded()) > 20, "permission classes are no longer found where this looks"
    assert [coordinate for coordinate in guarded() if is_non_null_type(fields[coordinate].type)] == []


def test_every_root_field_but_the_viewer_needs_a_credential() -> None:
    query = SCHEMA.query_type
    assert query is not None
    open_to_all = [name for name in query.fields if SignedIn not in permission_classes(f"Query.{name}")]
    assert open_to_all == ["viewer"]


def test_everything_with_an_id_of_its_own_is_a_node_and_known_by_its_value() -> None:
    names = {kind.__strawberry_definition__.name for kind in NODES}  # type: ignore[attr-defined]
    assert names == {kind.name for kind in HIDEABLE} == set(TYPE_NAMES.values())


@pytest.mark.parametrize("kind", [kind for kind in SCHEMA.type_map if kind.endswith("Connection")])
def test_every_connection_has_the_same_shape(kind: str) -> None:
    connection = SCHEMA.type_map[kind]
    assert isinstance(connection, GraphQLObjectType)
    node = kind.removesuffix("Connection")
    assert {name: str(field.type) for name, field in connection.fields.items()} == {
        "edges": f"[{node}Edge!]!",
        "nodes": f"[{node}!]!",
        "pageInfo": "PageInfo!",
        "totalCount": "Int!",
    }
    edge = SCHEMA.type_map[f"{node}Edge"]
    assert isinstance(edge, GraphQLObjectType)
    assert {name: str(field.type) for name, field in edge.fields.items()} == {"cursor": "String!", "node": f"{node}!"}


def test_every_field_that_is_a_connection_takes_the_same_arguments() -> None:
    paged = [(c, field) for c, field in every_field() if get_named_type(field.type).name.endswith("Connection")]
    assert len(paged) > 20
    for coordinate, field in paged:
        arguments = {name: str(argument.type) for name, argument in field.args.items()}
        assert arguments.items() >= {"first": "Int", "after": "String", "last": "Int", "before": "String"}.items()
        assert coordinate
