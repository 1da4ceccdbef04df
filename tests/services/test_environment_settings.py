"""Settings are replaced, scaling changes number by number, and no tier leads out of a restriction (rule.md, 5, 8)."""

from typing import Any

import pytest

from tests.services.guild import Guild

SETTINGS, SCALING = "updateEnvironmentSettings", "updateAutoscaling"
NUMBERS = "minReplica maxReplica autoscalingWindow scaleDownDelay concurrencyTarget"


def _nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("stored", "refused"),
    [
        ({"a": 2**63 - 1}, {"a": 2**63}),
        ({"a": -(2**63) + 1}, {"a": -(2**63)}),
        (_nested(50), _nested(51)),
        ({"a": [[]] * 3}, {"a": [_nested(49)]}),
        ({"a": "x" * 16_376}, {"a": "x" * 16_377}),
        ({"ü": "ü\x00"}, {"a": "ü" * 40_000}),
    ],
)
async def test_what_could_not_be_answered_is_not_stored(yard: Guild, stored: Any, refused: Any) -> None:
    """Nor what would be too much of it: settings are asked for by the hundred."""
    asked = {"environmentId": yard.id("lab/dev")}
    for _ in range(2):
        answer = await yard.do("mia", SETTINGS, "environment { settings }", **asked, settings=stored)
        assert answer["environment"]["settings"] == stored
        assert await yard.problems("mia", SETTINGS, **asked, settings=refused) == [(["input", "settings"], "INVALID")]


async def test_literals_of_the_document_are_looked_at_as_well(yard: Guild) -> None:
    document = """mutation ($id: ID!) {
        updateEnvironmentSettings(input: {environmentId: $id, settings: {a: %s}}) { environment { settings } }
    }"""
    id, before = yard.id("lab/dev"), await yard.stored()
    for number in ("1" * 30, "1e999", "[" * 60 + "]" * 60):
        error = await yard.client.refused("mia", document % number, id=id)
        assert error["extensions"]["code"] == "INVALID", number
        assert await yard.stored() == before
    data = await yard.ask("mia", document % "[1, 1.5, null]", id=id)
    assert data["updateEnvironmentSettings"]["environment"]["settings"] == {"a": [1, 1.5, None]}


async def test_what_is_left_out_of_scaling_stays(yard: Guild) -> None:
    async def scaled(**numbers: int) -> list[int]:
        target = {"environmentId": yard.id("lab/dev")}
        made = await yard.do("mia", SCALING, f"environment {{ autoscaling {{ {NUMBERS} }} }}", target=target, **numbers)
        return list(made["environment"]["autoscaling"].values())

    assert await scaled(maxReplica=5) == [0, 5, 60, 900, 1]
    assert await scaled(minReplica=2, concurrencyTarget=7) == [2, 5, 60, 900, 7]
    assert await scaled(autoscalingWindow=30, scaleDownDelay=0) == [2, 5, 30, 0, 7]
    target = {"environmentId": yard.id("lab/dev")}
    assert await yard.problems("mia", SCALING, target=target, maxReplica=1) == [(["input", "minReplica"], "INVALID")]


async def test_settings_are_replaced_as_a_whole(yard: Guild) -> None:
    for settings in ({"a": 1, "b": {"c": 2}}, {"b": {"d": 3}}, {}, None, {"a": 4}):
        asked = {"environmentId": yard.id("lab/dev"), "settings": settings}
        assert (await yard.do("mia", SETTINGS, "environment { settings }", **asked))["environment"] == {
            "settings": settings
        }
    tier = {"environmentId": yard.id("lab/dev"), "tier": "TESTING"}
    assert (await yard.do("mia", SETTINGS, "environment { settings tier tierSource }", **tier))["environment"] == {
        "settings": {"a": 4},
        "tier": "TESTING",
        "tierSource": "EXPLICIT",
    }


@pytest.mark.requirement("GL-70")
async def test_a_tier_leads_out_of_a_restriction_only_with_who_manages_it(yard: Guild) -> None:
    production = {"environmentId": yard.id("core/web/production"), "tier": "TESTING"}
    refusal = await yard.refusal("bea", SETTINGS, **production)
    assert (refusal["code"], refusal["permission"], refusal["resourceId"]) == (
        "FORBIDDEN",
        "ENVIRONMENT_RESTRICT",
        yard.id("acme"),
    )
    assert await yard.do("bea", SETTINGS, **production | {"tier": "PRODUCTION"})
    assert await yard.do("rex", SETTINGS, **production)


async def test_a_tier_leads_into_a_restriction_only_with_who_passes_it(yard: Guild) -> None:
    dev = {"environmentId": yard.id("core/web/dev")}
    for person in ("bea", "rex"):
        refusal = await yard.refusal(person, SETTINGS, tier="STAGING", **dev)
        assert (refusal["code"], refusal["resourceId"]) == ("FORBIDDEN", yard.id("core"))
    assert await yard.do("bea", SETTINGS, tier="PRODUCTION", **dev)
    assert await yard.do("ada", SETTINGS, tier="STAGING", **dev)
