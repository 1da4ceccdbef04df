"""The rule sees facts and an instant, and nothing else: no files, no network, no clock, no chance, no waiting."""

import ast
from pathlib import Path

import pytest

POLICY = Path(__file__).parents[2] / "app/policy"
PURE = {"abc", "array", "bisect", "collections", "copy", "dataclasses", "enum", "functools", "heapq", "itertools"}
PURE |= {"math", "operator", "re", "typing", "unicodedata"}
IMPURE_BUILTINS = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}
WAITING = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)


def imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def impurities(source: str) -> list[str]:
    tree = ast.parse(source)
    strange = [name for name in imported(tree) if name.split(".")[0] not in PURE and not name.startswith("app.policy")]
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in IMPURE_BUILTINS]
    waiting = [type(node).__name__ for node in ast.walk(tree) if isinstance(node, WAITING)]
    return strange + used + waiting


@pytest.mark.parametrize("path", sorted(POLICY.rglob("*.py")), ids=lambda path: path.stem)
def test_a_module_of_the_rule_is_pure(path):
    assert impurities(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    ["import time", "from datetime import datetime", "import sqlalchemy as x", "open('f')", "async def f(): ..."],
)
def test_what_is_not_pure_is_seen(source):
    assert impurities(source) != []
