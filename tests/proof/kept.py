"""Keeping a world in which the rule was wrong: as a world file, which from then on is an ordinary test."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from app.policy.vocabulary import ErrorCode, Permission
from tests.fixtures.world import WORLDS
from tests.proof.reference import Reference
from tests.proof.world import RandomWorld
from tests.proof.world_document import WorldDocument, instant


class Asked(NamedTuple):
    """Everything that a subject, named by their place in the world, may do with one resource at an instant (µs)."""

    at: int
    subject: int
    resource_id: str


def keep(world: RandomWorld, asked: Iterable[Asked], name: str, description: str, folder: Path = WORLDS) -> Path:
    """Write the world as a file that expects what the reference answers to these questions; gives its path.

    Raises CantSayError where a file can't hold the world.
    """
    path = folder / f"{name}.yaml"
    words = WorldDocument(world)
    whole = {"description": description, "rule": ["4"], **words.document(), **_expected(world, words, asked)}
    text = yaml.dump(whole, Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True, default_flow_style=None)
    path.write_text(text, encoding="utf-8")
    return path


class _Dumper(yaml.SafeDumper):
    """Writes words as they are, and whatever comes twice, twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Dumper.add_multi_representer(StrEnum, lambda dumper, word: dumper.represent_str(word.value))


def _expected(world: RandomWorld, words: WorldDocument, asked: Iterable[Asked]) -> dict[str, Any]:
    """What is asked at the first instant, which is the file's `now`, and at the others."""
    now, found = world.instants[0], dict[str, Any]()
    for at, group in groupby(sorted(set(asked)), lambda each: each.at):
        people = _people(Reference(world, at), words, group)
        if at == now:
            found["expect"] = people
        else:
            found.setdefault("at", {})[instant(at)] = people
    return found


def _people(reference: Reference, words: WorldDocument, asked: Iterator[Asked]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in asked:
        person = found.setdefault(words.subject(each.subject), {})
        path = words.path(each.resource_id)
        codes = {p: reference.verdict(each.subject, p, each.resource_id) for p in Permission}
        if set(codes.values()) == {ErrorCode.NOT_FOUND}:
            person.setdefault("hidden", []).append(path)
        elif set(codes.values()) == {ErrorCode.UNAUTHENTICATED}:
            person.setdefault("unauthenticated", []).append(path)
        else:
            allowed = [permission.value for permission, code in codes.items() if code is None]
            person.setdefault("exactly", {})[path] = allowed
    return found
