"""What twins are asked: everything the schema offers, with ids of the right kind."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type, parse, validate

from tests.proof.twins.channels import CHANNELS
from tests.proof.twins.documents import LEFT_OUT, PAYLOADS, QUERIES, SCHEMA, connections, mutation, mutations, query
from tests.proof.twins.inputs import EVERYTHING, KINDS
from tests.proof.twins.operations import OFTEN, Operation
from tests.proof.twins.serving import Answer

ANY_KIND = {"Query.node.id", "Query.nodes.ids"}


def _id_places() -> Iterator[str]:
    """Every argument and input field that is an id."""
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield from (f"{kind.name}.{name}.{key}" for key, a in field.args.items() if _is_id(a.type))
        if isinstance(kind, GraphQLInputObjectType):
            yield from (f"{kind.name}.{name}" for name, field in kind.fields.items() if _is_id(field.type))


def _is_id(kind: object) -> bool:
    return get_named_type(kind).name == "ID"  # type: ignore[call-overload, no-any-return]


def test_every_id_has_a_kind() -> None:
    places = set(_id_places())
    assert {place for place in places if not {place, place.rpartition(".")[2]} & set(KINDS)} == ANY_KIND
    unused = {key for key in KINDS if not any(key in (place, place.rpartition(".")[2]) for place in places)}
    assert not unused
    assert {kind for kinds in KINDS.values() for kind in kinds} == set(EVERYTHING)


def test_documents_are_valid_and_reach_every_connection() -> None:
    documents = [query(number) for number in range(QUERIES)]
    assert [error for one in documents for error in validate(SCHEMA, parse(one.text))] == []
    asked = {name for one in documents for name in one.asks}
    assert connections() <= asked
    assert not LEFT_OUT & asked


@pytest.mark.parametrize("name", mutations())
def test_mutations_are_valid(name: str) -> None:
    for variant in range(PAYLOADS):
        assert validate(SCHEMA, parse(mutation(name, variant).text)) == []


def test_the_names_that_are_spoken_of_are_in_the_schema() -> None:
    assert set(OFTEN) <= set(mutations())
    for name in LEFT_OUT:
        kind, _, field = name.partition(".")
        assert field in SCHEMA.type_map[kind].fields  # type: ignore[attr-defined]


def test_every_channel_is_one_that_operations_can_go() -> None:
    """Some query or mutation alone shows it, or what is said of it in an answer."""
    documents = [*map(query, range(QUERIES)), *(mutation(name, 0) for name in mutations())]
    names = [None] * QUERIES + list(mutations())
    refused = b'{"errors":[{"message":"Did you mean x","extensions":{"code":"TOO_COMPLEX","problems":[]}}]}'
    answers = [Answer(200, (), refused), Answer(200, (), b"{}")]
    operations = [
        Operation("query", one.text, {"email": "ann@example.org"}, one.asks, name, {"if-none-match": "x"})
        for one, name in zip(documents, names, strict=True)
    ]
    for channel, went in CHANNELS.items():
        assert any(went(operation, answer) for operation in operations for answer in answers), channel
