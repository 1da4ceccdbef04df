"""`bailiwick create-admin`: the first key of a production store, and what is told where there is none to make."""

from app.services.keys import is_well_formed

ADA = ("create-admin", "--name", "Ada Admin", "--email", "ada@example.com")


EVE = ("create-admin", "--name", "Eve", "--email", "eve@example.com")


def test_it_prints_a_key_once_and_a_second_call_is_refused_unless_another_is_wanted(bailiwick):
    assert bailiwick("migrate").code == 0
    first, second = bailiwick(*ADA), bailiwick(*EVE)
    told, key = first.out.splitlines()
    assert (first.code, first.err) == (0, "")
    assert told == "Ada Admin is an instance administrator; their key, shown this once:"
    assert is_well_formed(key)
    assert (second.code, second.out) == (1, "")
    assert second.err.startswith("bailiwick: there is an instance administrator already: `--another` makes another")
    told, other = bailiwick(*EVE, "--another").out.splitlines()
    assert told == "Eve is an instance administrator; their key, shown this once:"
    assert is_well_formed(other)
    assert other != key


def test_what_can_not_be_is_wrong_use(bailiwick):
    bailiwick("migrate")
    hint = "(see `bailiwick create-admin --help`)\n"
    refused = bailiwick("create-admin", "--name", "Ada", "--email", "ada")
    assert refused == (2, "", f"bailiwick: `ada` is not an e-mail {hint}")
    refused = bailiwick("create-admin", "--name", "", "--email", "ada@example.com")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("bailiwick: a name has 1 to 255 characters")
    refused = bailiwick("create-admin", "--name", "Ada")
    assert refused == (2, "", f"bailiwick: missing option `--email` {hint}")
    assert bailiwick(*ADA).code == 0
