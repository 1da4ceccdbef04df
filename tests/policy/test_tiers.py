"""Which tier an environment's name is taken for, by GitLab's ordered patterns, and when that is told as doubtful."""

import pytest

from app.policy.tiers import guess_is_doubtful, guess_tier
from app.policy.vocabulary import Tier

NAMES = {
    Tier.DEVELOPMENT: ["dev", "DEV-2", "review/login", "trunk", "dev-prod", "preview", "dev-test", "review-staging"],
    Tier.TESTING: [
        "test",
        "integration",
        "acceptance",
        "acpt",
        "QA",
        "qc",
        "control-plane-prod",
        "print",
        "test-stage",
    ],
    Tier.STAGING: ["stage", "stg", "model", "modl-1", "pre-prod", "preprod", "demo", "non-prod", "nonlive"],
    Tier.PRODUCTION: ["production", "gprd", "prd", "live", "delivery", "product-catalog", "Prod"],
    Tier.OTHER: ["uat", "canary", "sandbox", "main", "a"],
}


@pytest.mark.requirement("GL-58")
@pytest.mark.parametrize(("tier", "name"), [(tier, name) for tier, names in NAMES.items() for name in names])
def test_the_first_pattern_found_anywhere_in_a_name_says_its_tier(tier: Tier, name: str) -> None:
    assert guess_tier(name) is tier


@pytest.mark.parametrize("name", ["dev-prod", "pre-PROD", "nonlive", "control-plane-prod", "test-prd"])
def test_what_sounds_like_production_and_is_taken_for_something_else_is_doubtful(name: str) -> None:
    assert guess_is_doubtful(name)


@pytest.mark.parametrize("name", ["production", "live", "dev", "staging", "uat"])
def test_what_is_as_it_sounds_is_not(name: str) -> None:
    assert not guess_is_doubtful(name)
