"""The rule against Cedar, for the part of it that Cedar's language can say."""

import random

import pytest

from tests.proof.cedar import comparing
from tests.proof.cedar.comparing import compare
from tests.proof.cedar.policies import policies
from tests.proof.cedar.table import ASKED_OF
from tests.proof.random_worlds import random_world
from tests.proof.world import RandomWorld


def world_of(seed: int) -> RandomWorld:
    return random_world(random.Random(seed))


@pytest.mark.parametrize("seed", range(100, 106))
def test_cedar_says_the_same(seed: int) -> None:
    count, differences = compare(world_of(seed))
    assert count > 100
    assert differences == []


@pytest.mark.parametrize(
    ("left_out", "instead", "seed"),
    [
        ("|| principal in resource.teamPasses", "", 24),
        ("unless { principal.active };", "unless { true };", 3),
        ("when { principal.limited }", "when { false }", 1),
        ("resource.parent.can.PROJECT_RESTRICT", "resource.can.PROJECT_RESTRICT", 1),
        ("&& principal in resource.project.can.ENVIRONMENT_VIEW", "", 0),
    ],
)
def test_a_part_of_the_rule_that_is_left_out_is_noticed(
    monkeypatch: pytest.MonkeyPatch, left_out: str, instead: str, seed: int
) -> None:
    def fewer(restrictions: object) -> str:
        text = policies(restrictions)  # type: ignore[arg-type]
        assert left_out in text
        return text.replace(left_out, instead)

    monkeypatch.setattr(comparing, "policies", fewer)
    assert compare(world_of(seed))[1] != []


def test_everything_that_can_be_asked_is_in_the_table() -> None:
    assert set(ASKED_OF) == {each.value for each in comparing.Permission} - {"ENVIRONMENT_APPROVE"}
