"""Expected failures carry what their sender may know, and no more."""

from app import errors
from app.policy.vocabulary import ErrorCode, Permission


def test_forbidden_names_what_is_missing_and_where():
    error = errors.forbidden(Permission.PROJECT_UPDATE, "prj_1")
    assert (error.code, error.permission, error.resource_id) == (
        ErrorCode.FORBIDDEN,
        Permission.PROJECT_UPDATE,
        "prj_1",
    )
    assert str(error) == error.message == "you need `PROJECT_UPDATE` on `prj_1` for this"


def test_not_found_gives_nothing_away():
    error = errors.not_found()
    assert (error.code, error.permission, error.resource_id, error.problems) == (ErrorCode.NOT_FOUND, None, None, ())


def test_invalid_says_where():
    error = errors.invalid("`first` is at most 100", "input", 1, "first")
    assert error.problems == (errors.Problem(("input", 1, "first"), ErrorCode.INVALID, "`first` is at most 100"),)
    assert errors.invalid("nowhere").problems == ()
