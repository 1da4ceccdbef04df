"""`bailiwick create-key`: a key for a person who is there, and what is told where none can be made."""

import pytest

from app.services.keys import is_well_formed

ADA = ("create-admin", "--name", "Ada Admin", "--email", "ada@example.com")
HINT = "(see `bailiwick create-key --help`)\n"


def test_it_prints_another_key_each_time(bailiwick):
    bailiwick("migrate")
    first = bailiwick(*ADA).out.splitlines()[1]
    keys = {first}
    for more in ((), ("--name", "laptop", "--days", "30")):
        done = bailiwick("create-key", "--email", "Ada@example.com", *more)
        told, key = done.out.splitlines()
        assert (done.code, done.err, told) == (0, "", "a key of Ada Admin, shown this once:")
        assert is_well_formed(key)
        keys.add(key)
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--email", "eve@example.com"), "nobody has this e-mail: `eve@example.com`; people are there once invited"),
        (("--email", "ada@example.com", "--name", ""), "a name has 1 to 255 characters"),
        (("--email", "ada@example.com", "--days", "0"), "invalid value for `--days`"),
        ((), "missing option `--email`"),
    ],
)
def test_what_can_not_be_is_wrong_use(bailiwick, arguments, told):
    bailiwick("migrate")
    bailiwick(*ADA)
    refused = bailiwick("create-key", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"bailiwick: {told}")
    assert refused.err.endswith(HINT)
