"""The log, for people and for machines."""

import json
import logging

import pytest

from app.cli import logs


def record(**extra: object) -> logging.LogRecord:
    fields = {"name": "app.web", "levelname": "WARNING", "msg": "took %s", "args": ("long",), "created": 0.5, **extra}
    return logging.makeLogRecord(fields)


@pytest.fixture
def failed() -> logging.LogRecord:
    error = ValueError("two\nlines")
    return record(exc_info=(ValueError, error, None))


def test_a_line_for_people():
    assert logs.TextFormatter().format(record(request_id="r1")) == (
        "1970-01-01T00:00:00.500Z warning app.web: took long request_id=r1"
    )


def test_a_line_for_machines():
    assert json.loads(logs.JsonFormatter().format(record(request_id="r1", seconds=2))) == {
        "time": "1970-01-01T00:00:00.500Z",
        "level": "warning",
        "logger": "app.web",
        "message": "took long",
        "request_id": "r1",
        "seconds": 2,
    }


def test_a_failure_keeps_its_traceback_on_one_line_for_machines(failed):
    text = logs.JsonFormatter().format(failed)
    assert "\n" not in text
    assert json.loads(text)["exception"] == "ValueError: two\nlines"
    assert logs.TextFormatter().format(failed).endswith("\nValueError: two\nlines")


def test_nobody_forges_a_line(capsys):
    entry = json.loads(logs.JsonFormatter().format(record(args=('x"\n{"level": "error"}',), level="error")))
    assert entry["level"] == "warning"
