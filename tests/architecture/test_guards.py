"""Whatever can be hidden has a guard that is written down: a permission class, or a sentence in a table.

The tables are exact: a field of the built schema that is in none of them fails, and so does an entry gone stale.
"""

from collections import Counter
from pathlib import Path

import pytest
import yaml
from graphql import GraphQLField, get_named_type, get_nullable_type, is_leaf_type, is_list_type, is_non_null_type

from app.api.permissions import SignedIn
from tests.api.test_schema import every_field, guarded

TABLE = yaml.safe_load((Path(__file__).parent / "guarded_fields.yaml").read_text(encoding="utf-8"))
SECTIONS = ("guards", "never_null", "never_null_lists")


def handing_on() -> dict[str, GraphQLField]:
    """Every field that hands on more than a leaf. Pages show what their connection's field handed on."""
    return {
        coordinate: field
        for coordinate, field in every_field()
        if not is_leaf_type(get_named_type(field.type))
        and not coordinate.split(".")[0].endswith(("Connection", "Edge"))
        and not coordinate.startswith("Mutation.")  # guarded_mutations.yaml
    }


def listed(section: str) -> dict[str, str]:
    """By field: the sentence that is true of it."""
    return {field: entry["sentence"] for entry in TABLE[section] for field in entry["fields"]}


def with_a_class() -> set[str]:
    """The fields with a permission class that says more than that somebody asks."""
    return {coordinate for coordinate, classes in guarded().items() if set(classes) != {SignedIn}}


def lacking_and_stale(section: str, wanted: set[str]) -> tuple[list[str], list[str]]:
    """What the section misses, and what it holds for nothing."""
    return sorted(wanted - listed(section).keys()), sorted(listed(section).keys() - wanted)


def test_each_field_that_hands_on_a_thing_has_a_guard() -> None:
    assert lacking_and_stale("guards", handing_on().keys() - with_a_class()) == ([], [])


def test_a_permission_class_is_found_where_there_is_one() -> None:
    assert {"Organization.members", "EnvironmentRestriction.grants", "EnvironmentAccess.choices"} <= with_a_class()
    assert len(with_a_class()) > 20


def test_what_a_permission_class_guards_is_nullable() -> None:
    fields = dict(every_field())
    assert [coordinate for coordinate in guarded() if is_non_null_type(fields[coordinate].type)] == []


def test_a_single_reference_is_null_where_hidden_or_says_why_it_never_is() -> None:
    never_null = {c for c, field in handing_on().items() if is_non_null_type(field.type) and not is_list(field)}
    assert lacking_and_stale("never_null", never_null) == ([], [])


def test_a_list_is_null_without_its_permission_or_says_why_it_never_is() -> None:
    never_null = {c for c, field in handing_on().items() if is_non_null_type(field.type) and is_list(field)}
    assert lacking_and_stale("never_null_lists", never_null) == ([], [])


def is_list(field: GraphQLField) -> bool:
    return is_list_type(get_nullable_type(field.type)) or get_named_type(field.type).name.endswith("Connection")


@pytest.mark.parametrize("section", SECTIONS)
def test_each_entry_stands_once_below_a_sentence(section: str) -> None:
    entries = [field for entry in TABLE[section] for field in entry["fields"]]
    assert [field for field, count in Counter(entries).items() if count > 1] == []
    sentences = [entry["sentence"] for entry in TABLE[section]]
    assert len(sentences) == len(set(sentences))
    assert [one for one in sentences if len(one.split()) < 4 or not one.endswith(".") or not one[0].isupper()] == []


def test_the_file_has_no_other_sections() -> None:
    assert set(TABLE) == set(SECTIONS)
