"""Settings are replaced, scaling changes number by number, and no tier leads out of a restriction (rule.md, 5, 8)."""

import pytest

from tests.services.guild import Guild

SETTINGS, SCALING = "updateEnvironmentSettings", "updateAutoscaling"
NUMBERS = "minReplica maxReplica autoscalingWindow scaleDownDelay concurrencyTarget"


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
