"""Each mutation asks for exactly the permissions of section 10: nobody without one of them, anybody with all of them.

The table is guarded_mutations.yaml, and exact: a mutation without an entry fails, and so does an entry of no mutation.
"""

import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.api.permissions import ManagesMembers, Needs
from app.policy import rule
from app.policy.views import View
from app.policy.vocabulary import VIEW_PERMISSION, Permission
from tests.api.test_schema import SCHEMA, guarded
from tests.architecture.mutation_cases import (
    EVERYTHING,
    SEEING,
    Case,
    Finder,
    Other,
    cases,
    filled,
    furnish,
    lacks,
    may,
    missing,
    others,
    table,
    works,
)
from tests.fixtures.client import Client, open_client
from tests.fixtures.stored import stored

Works = tuple[Client, Finder]


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[Works]:
    async with open_client(works(), database_url) as client:
        yield client, await furnish(client)


async def refusal(client: Client, person: str, case: Case | Other, find: Finder) -> dict[str, Any] | None:
    """The error that a mutation is refused with, but for the request's id; None where it is not."""
    name = case.mutation
    document = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ revision }} }}"
    answer = await client.answer(person, document, input=filled(case.input, find))
    if "errors" not in answer:
        return None
    (error,) = answer["errors"]
    error["extensions"].pop("requestId")
    return dict(error)


def code_of(error: dict[str, Any] | None) -> str | None:
    return None if error is None else error["extensions"]["code"]


def test_each_mutation_has_an_entry_and_each_entry_a_mutation() -> None:
    assert SCHEMA.mutation_type is not None
    assert {case.mutation for case in [*cases(), *others()]} == set(SCHEMA.mutation_type.fields)


def test_each_entry_says_something_of_its_own() -> None:
    said = [str(entry) for entry in cases()]
    assert len(said) == len(set(said))
    assert [entry for entry in others() if not entry.why.endswith(".")] == []


async def test_who_lacks_one_permission_is_refused_for_just_that(opened: Works) -> None:
    client, find = opened
    before = await stored(client.instance.database)
    for case in cases():
        for permission, place in case.needs.items():
            error = await refusal(client, lacks(permission), case, find)
            assert error is not None, f"{case} without {permission}"
            found = error["extensions"]
            expected = {"code": case.lacking}
            if case.lacking == "FORBIDDEN":
                expected |= {"permission": permission, "resourceId": filled(place, find)}
            assert found == expected, f"{case} without {permission}"
    assert await stored(client.instance.database) == before


async def test_who_has_these_permissions_and_no_others_may(opened: Works) -> None:
    client, find = opened
    for case in cases():
        error = await refusal(client, may(case), case, find)
        assert code_of(error) == case.then, f"{case}: {error}"


async def test_a_guest_is_told_nothing_of_what_they_do_not_see(opened: Works) -> None:
    client, find = opened
    for case in cases():
        assert code_of(await refusal(client, "gus", case, find)) == case.guest, case


async def test_to_a_stranger_everything_is_as_if_it_were_not_there(opened: Works) -> None:
    client, find = opened
    for case in [*cases(), *(other for other in others() if other.about_nothing)]:
        hidden = await refusal(client, "zoe", case, find)
        assert code_of(hidden) == "NOT_FOUND", case
        assert hidden == await refusal(client, "zoe", case, missing(find)), case
        assert hidden == await refusal(client, "ada", case, missing(find)), case


async def test_what_no_role_gives_is_for_whom_the_table_says(opened: Works) -> None:
    client, find = opened
    for other in others():
        for person, code in other.refused.items():
            error = await refusal(client, person, other, find)
            expected: dict[str, Any] = {"code": code}
            if code == "FORBIDDEN":
                of = None if other.of is None else filled(other.of, find)
                expected |= {"permission": other.permission, "resourceId": of}
            assert error is not None, f"{other} by {person}"
            assert error["extensions"] == expected, f"{other} by {person}"
    for other in others():
        for number, person in enumerate(other.may):
            wanted = {**other.input, **({"slug": f"new{number}"} if "slug" in other.input else {})}
            mine = Other(other.mutation, other.why, wanted, [], {})
            assert await refusal(client, person, mine, find) is None, f"{other} by {person}"


# Each permission is asked for.


class Asked:
    """What the rule and the views are asked for while somebody is listening."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.permissions: set[Permission] = set()
        decide, may_do = rule.decide, View.may

        def listening_decide(facts: Any, subject: Any, permission: Permission, *more: Any) -> Any:
            self.permissions.add(permission)
            return decide(facts, subject, permission, *more)

        def listening_may(view: View, permission: Permission, resource_id: str) -> bool:
            self.permissions.add(permission)
            return may_do(view, permission, resource_id)

        for name, module in list(sys.modules.items()):
            if name.startswith("app.") and getattr(module, "decide", None) is decide:
                patch.setattr(module, "decide", listening_decide)
        patch.setattr(View, "may", listening_may)


async def test_each_permission_is_asked_for_or_says_who_else_asks(
    opened: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a mutation as it runs, by a permission class of the built schema, or by seeing."""
    client, find = opened
    asked = Asked(monkeypatch)
    for case in cases():
        await refusal(client, may(case), case, find)
    for other in others():
        await refusal(client, other.may[0], other, find)
    by_fields = {each.permission for classes in guarded().values() for each in classes if issubclass(each, Needs)}
    assert any(ManagesMembers in classes for classes in guarded().values())
    somewhere = asked.permissions | by_fields | set(VIEW_PERMISSION.values())
    elsewhere = {Permission(name): sentence for name, sentence in table()["asked_elsewhere"].items()}
    assert set(Permission) - somewhere == elsewhere.keys()
    assert [sentence for sentence in elsewhere.values() if not sentence.endswith(".")] == []


@pytest.mark.parametrize(
    ("permission", "place"),
    [
        (Permission.TEAM_VIEW, "core"),
        (Permission.PROJECT_VIEW, "core/web"),
        (Permission.ENVIRONMENT_VIEW, "core/web/dev"),
    ],
)
async def test_seeing_asks_for_the_permission_to_see(database_url: str, permission: Permission, place: str) -> None:
    draft = works()
    # ENVIRONMENT_VIEW implies PROJECT_VIEW
    less = {permission} | ({Permission.ENVIRONMENT_VIEW} if permission is Permission.PROJECT_VIEW else set())
    for name, held in {"blind": EVERYTHING - less, "seeing": SEEING}.items():
        draft.acme.role(name, held)
        draft.person(name, name)
    async with open_client(draft, database_url) as client:
        document = "query($id: ID!) { node(id: $id) { id } }"
        for person, seen in (("blind", None), ("seeing", {"id": client.id(place)}), ("gus", None), ("zoe", None)):
            assert (await client.ask(person, document, id=client.id(place)))["node"] == seen, person


async def test_who_belongs_sees_the_organization_and_nobody_else(opened: Works) -> None:
    client, _ = opened
    document = "query($id: ID!) { node(id: $id) { id } }"
    for person, seen in (("gus", {"id": client.organization_id}), ("zoe", None)):
        assert (await client.ask(person, document, id=client.organization_id))["node"] == seen
