"""Paths of slugs are gone through from the top, as far as they lead somewhere."""

from typing import NoReturn

from app.policy.facts import Facts
from tests.fixtures.client import Draft


class Path(str):
    """One that counts how often something is taken off its beginning."""

    __slots__ = ()
    looks = 0

    def partition(self, sep: str) -> tuple[str, str, str]:
        Path.looks += 1
        head, slash, rest = super().partition(sep)
        return head, slash, Path(rest)

    def split(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError("all of a path is looked at")


def _facts() -> Facts:
    draft = Draft()
    draft.team("core")
    draft.team("core/sub")
    draft.project("core/web")
    return draft.acme.facts()


def test_no_more_of_a_path_is_looked_at_than_leads_somewhere():
    """Who belongs to many organizations has one path looked up in each of them, as often as they have aliases."""
    facts, long = _facts(), "a/" * 1_000
    for text, looks, found in (
        ("globex/" + long, 1, (False, False)),
        ("acme/x/" + long, 2, (False, False)),
        ("acme/core/" + long, 3, (False, False)),
        ("acme/core", 2, (True, False)),
        ("acme/core/web", 3, (False, True)),
        ("acme/core/sub", 3, (True, False)),
        ("acme", 1, (False, False)),
        ("acme/", 2, (False, False)),
        ("", 1, (False, False)),
    ):
        for find, is_there in zip((facts.team_at, facts.project_at), found, strict=True):
            Path.looks = 0
            assert (find(Path(text)) is not None, Path.looks) == (is_there, looks), text
