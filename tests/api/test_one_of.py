"""An input of which exactly one field is to be given is INVALID with none, two or a null, by variables too."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from app.api.schema import schema
from tests.fixtures.client import Draft, open_client

INPUTS = {
    "GranteeInput": (
        "restrictEnvironments",
        lambda one: {"scopeId": "", "target": {"name": "x"}, "restriction": {"grants": [{"grantee": one}]}},
    ),
    "RestrictionTargetInput": (
        "restrictEnvironments",
        lambda one: {"scopeId": "", "target": one, "restriction": {}},
    ),
    "NewMemberInput": ("addMembership", lambda one: {"resourceId": "", "member": one, "roleIds": [""]}),
    "SubjectInput": (
        "restrictProject",
        lambda one: {"projectId": "", "bindings": [{"subject": one, "roleIds": [""]}]},
    ),
    "AutoscalingTargetInput": ("updateAutoscaling", lambda one: {"target": one}),
}
"""Of each: a mutation that takes it, and that mutation's input around it."""


def _inputs() -> dict[str, list[str]]:
    """The inputs that the schema says are of that kind, with their fields that are text."""
    found = {}
    for name, kind in schema._schema.type_map.items():
        if isinstance(kind, GraphQLInputObjectType) and kind.extensions["strawberry-definition"].is_one_of:
            texts = [key for key, field in kind.fields.items() if get_named_type(field.type).name in ("ID", "String")]
            found[name] = texts
    return found


def test_each_of_them_is_tried() -> None:
    assert set(_inputs()) == set(INPUTS)


@pytest.mark.parametrize("name", INPUTS)
async def test_none_two_or_a_null(name: str, database_url: str) -> None:
    draft = Draft()
    draft.staff()
    mutation, around = INPUTS[name]
    first, second, *_ = _inputs()[name]
    document = (
        f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input) {{ revision }} }}"
    )
    async with open_client(draft, database_url) as client:
        for one in ({}, {first: None}, {first: "x", second: "x"}, {first: "x", second: None}):
            error: dict[str, Any] = await client.refused("ada", document, input=around(one))
            assert error["extensions"]["code"] == "INVALID", one
            assert "exactly one" in error["message"] or "non-null" in error["message"], one
