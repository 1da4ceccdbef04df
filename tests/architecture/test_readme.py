"""What README.md promises is so: its queries answer what it shows, its tables are the code's, its commands exist."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import bailiwick
from tests.architecture.readme import GENERATED, README, Example, answer_to, demo_server, examples, generated

TEXT = README.read_text(encoding="utf-8")
EXAMPLES = list(examples(TEXT))


@pytest.fixture
async def demo(database_url: str) -> AsyncIterator[Any]:
    async with demo_server(database_url) as server:
        yield server


async def test_every_query_answers_what_is_shown(demo: Any) -> None:
    client, keys = demo
    assert len(EXAMPLES) >= 6
    for example in EXAMPLES:
        assert await answer_to(client, keys, example) == json.loads(example.answer), example.query


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.who)
def test_no_answer_shown_is_an_error_by_accident(example: Example) -> None:
    assert ("errors" in json.loads(example.answer)) is ("# refused" in example.query)


def test_the_generated_parts_are_the_codes() -> None:
    parts = list(GENERATED.finditer(TEXT))
    assert {part[2] for part in parts} == {"permissions", "settings", "commands"}
    for part in parts:
        assert part[0] == f"{part[1]}{generated(part[2])}{part[3]}", "run `make readme`"


def test_the_commands_exist() -> None:
    root = README.parent
    targets = set(re.findall(r"^\.PHONY: (\S+)$", (root / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", TEXT, re.MULTILINE))
    assert named
    assert named <= targets
    commands = set(re.findall(r"(?:`|bin/)bailiwick ([a-z][a-z-]+)", TEXT))
    assert commands
    assert commands <= set(bailiwick.commands)


def test_the_folders_of_the_map_exist() -> None:
    named = re.findall(r"^(app/\S+|tests/\S*)", TEXT, re.MULTILINE)
    assert len(named) > 8
    assert [path for path in named if not (Path(README).parent / path).exists()] == []


def test_the_rule_in_prose_names_every_module_and_no_other() -> None:
    folder = README.parent / "app/policy"
    named = set(re.findall(r"`(\w+\.py)`", (folder / "README.md").read_text(encoding="utf-8")))
    assert named == {path.name for path in folder.glob("*.py")} - {"__init__.py"}


def test_the_house_names_every_room() -> None:
    folder = README.parent / "app"
    text = (folder / "README.md").read_text(encoding="utf-8")
    rooms = {f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir() if path.name[0] not in "._"}
    told = re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)
    assert rooms - {"README.md"} == set(re.findall(r"`([^`]+)`", " ".join(told)))
