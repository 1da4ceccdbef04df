"""A world file that says something it can't mean is refused, with the file and the key."""

import re
from pathlib import Path

import pytest

from app.policy.vocabulary import ErrorCode, Permission
from tests.fixtures.world import load
from tests.fixtures.world_builder import WorldBuilder
from tests.fixtures.world_file import WorldError
from tests.fixtures.world_people import made_id

_GOOD = """
description: somebody sees a project
requirements: [AZ-1]
teams: {core: {projects: {web: {environments: [prod]}}}}
people: [ana]
memberships: {ana: {acme: MEMBER}}
expect: {ana: {visible: [core/web]}}
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("people:", "persons:", "case.yaml: memberships.ana: acme: `ana` is neither a person nor a team"),
        ("requirements:", "requirement:", "case.yaml: unknown key `requirement`"),
        ("{environments:", "{kindd: APP, environments:", "case.yaml: teams.core: projects.web: unknown key `kindd`"),
        ("{environments:", "{kind: BLOG, environments:", "`kind` must be one of APP, MODEL"),
        ("visible:", "visibel:", "case.yaml: expect.ana: unknown key `visibel`"),
        ("core/web]", "core/wob]", "case.yaml: expect.ana: core/wob: there is nothing at `core/wob`"),
        ("{ana: {visible", "{ann: {visible", "case.yaml: expect: ann: nobody is called `ann`"),
        ("acme: MEMBER", "acme: OWNER", "case.yaml: memberships.ana: acme: there is no role `OWNER`"),
        ("acme: MEMBER", "core: MEMBER", "case.yaml: facts: `ana` doesn't belong to `acme`"),
        ("visible: [core/web]", "allowed: {core: FLY}", "`core` must be one of ORGANIZATION_VIEW"),
        ("visible: [core/web]", "exactly: {core: PROJECT_VIEW}", "`PROJECT_VIEW` is never asked of `core`"),
        ("people: [ana]", "people: [ana, ana]", "case.yaml: people: `ana` is there already"),
        ("people: [ana]", "people: [ana]\npeople: [bo]", "case.yaml: key `people` stands twice, again in line 6"),
        ("expect: {ana: {visible: [core/web]}}", "", "case.yaml: expects nothing"),
        ("people:", "now: noon\npeople:", "`now` must be an instant like 2026-01-15T12:00:00Z, found `noon`"),
        (
            "people:",
            "restrictions: {p: {scope: core}}\npeople:",
            "restrictions.p: restriction: a restriction of `core` needs",
        ),
        ("people:", "keys: {k: {of: bo}}\npeople:", "case.yaml: keys.k: `of` must be a person"),
    ],
)
def test_mistake_names_the_file_and_the_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in _GOOD
    with pytest.raises(WorldError, match=re.escape(message)):
        load(_write(tmp_path, _GOOD.replace(old, new)))


def test_good_file_is_a_world(tmp_path: Path) -> None:
    world = load(_write(tmp_path, _GOOD))
    (expected,) = world.expectations
    assert (expected.person, expected.path, expected.permission) == ("ana", "core/web", Permission.PROJECT_VIEW)
    assert expected.allowed
    assert expected.at == world.now == 1_768_478_400_000_000


def test_hidden_and_exactly_expect_every_permission(tmp_path: Path) -> None:
    text = _GOOD.replace("visible: [core/web]", "hidden: [core], exactly: {core/web: [PROJECT_VIEW]}")
    expectations = load(_write(tmp_path, text)).expectations
    codes = [expected.code for expected in expectations if expected.path == "core"]
    assert codes == [ErrorCode.NOT_FOUND] * len(Permission)
    answers = {expected.permission: expected.code for expected in expectations if expected.path == "core/web"}
    assert answers.keys() == set(Permission)
    assert answers[Permission.PROJECT_VIEW] is None
    assert answers[Permission.PROJECT_PUSH] is ErrorCode.FORBIDDEN
    assert answers[Permission.TEAM_VIEW] is ErrorCode.INVALID


def test_ids_follow_from_names_and_look_like_the_program_s() -> None:
    assert made_id("env", "a", "b") == made_id("env", "a", "b") != made_id("env", "ab")
    assert re.fullmatch(r"env_[0-9a-hjkmnp-tv-z]{24}", made_id("env", "a"))
    assert WorldBuilder().team("core").id == WorldBuilder().team("core").id
