"""Every statement of the four products is shown by a test, or says why no server could show it."""

import ast
from pathlib import Path

from tests.conformance.statements import expected_ids, read_statements

TESTS = Path(__file__).parent.parent
MOST_NOT_APPLICABLE = 9


def shown_by() -> dict[str, list[str]]:
    """By statement: the conformance tests that are marked as showing it."""
    found: dict[str, list[str]] = {}
    for path in sorted((TESTS / "conformance").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for id in _marked(node):
                    found.setdefault(id, []).append(f"{path.stem}::{node.name}")
    return found


def _marked(test: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [
        argument.value
        for decorator in test.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement"
        for argument in decorator.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def test_the_statements_are_all_there_and_no_others() -> None:
    assert set(read_statements()) == expected_ids()
    assert len(expected_ids()) == 226


def test_every_statement_is_shown_or_not_applicable() -> None:
    shown = shown_by()
    neither = [s.id for s in read_statements().values() if s.not_applicable is None and s.id not in shown]
    assert neither == []


def test_what_is_shown_is_a_statement_that_applies() -> None:
    statements = read_statements()
    assert [id for id in shown_by() if id not in statements] == []
    assert [id for id in shown_by() if statements[id].not_applicable is not None] == []


def test_few_statements_are_not_applicable() -> None:
    assert sum(s.not_applicable is not None for s in read_statements().values()) <= MOST_NOT_APPLICABLE
