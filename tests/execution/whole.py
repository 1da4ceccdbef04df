"""Documents that ask one thing for nearly all it has, and for much of what that has: fields that are rarely drawn."""

import random

from graphql import (
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

from tests.proof.twins.documents import SCHEMA

KINDS = {
    "AiProvider": "aip", "ApiKey": "key", "ApprovalRule": "apr", "Deployment": "dep", "Environment": "env",
    "EnvironmentRestriction": "res", "Grant": "gra", "Membership": "mem", "Organization": "org", "Project": "prj",
    "Role": "rol", "Team": "tea", "User": "usr",
}  # fmt: skip
"""The types that `node` gives, with the prefixes of their ids."""
_DEPTH, _FIELDS = 6, 120


def whole(name: str, rng: random.Random) -> str:
    """A query for one thing of a type; its variable is `$id`."""
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return f"query($id: ID!) {{ node(id: $id) {{ __typename ... on {name} {_Writer(rng).selection(kind, 1)} }} }}"


class _Writer:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._left = _FIELDS

    def selection(self, kind: GraphQLObjectType, depth: int) -> str:
        parts = ["__typename"]
        names = list(kind.fields)
        self._rng.shuffle(names)
        for name in names:
            field = kind.fields[name]
            if any(map(is_required_argument, field.args.values())):
                continue
            below = get_named_type(field.type)
            if is_leaf_type(below):
                parts.append(name)
            elif depth < _DEPTH and self._left > 0 and self._rng.random() < (0.7 if depth < 3 else 0.4):
                shown = f"{name}(first: 3)" if "first" in field.args else name
                parts.append(f"{shown} {self._below(below, depth + 1)}")
            self._left -= 1
        return "{ " + " ".join(parts) + " }"

    def _below(self, kind: object, depth: int) -> str:
        if not is_abstract_type(kind):
            assert isinstance(kind, GraphQLObjectType)
            return self.selection(kind, depth)
        # One key may not mean values of several types, so each type has keys of its own.
        members = SCHEMA.get_possible_types(kind)
        return "{ __typename " + " ".join(f"... on {one.name} {self._own(one)}" for one in members) + " }"

    def _own(self, kind: GraphQLObjectType) -> str:
        leaves = [name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type))]
        plain = [name for name in leaves if not any(map(is_required_argument, kind.fields[name].args.values()))]
        return "{ " + " ".join(f"{kind.name.lower()}_{name}: {name}" for name in [*plain, "__typename"]) + " }"
