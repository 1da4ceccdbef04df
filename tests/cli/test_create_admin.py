"""`bailiwick create-admin`: the first key of a production store, and what is told where there is none to make."""

from app.services.keys import is_well_formed

ADA = ("create-admin", "--name", "Ada Admin", "--email", "ada@example.com")


def test_it_prints_a_key_once_and_a_second_call_is_refused(bailiwick):
    assert bailiwick("migrate").code == 0
    first, second = bailiwick(*ADA), bailiwick("create-admin", "--name", "Eve", "--email", "eve@example.com")
    told, key = first.out.splitlines()
    assert (first.code, first.err) == (0, "")
    assert told == "Ada Admin is an instance administrator; their key, shown this once:"
    assert is_well_formed(key)
    line = "bailiwick: there is an instance administrator already: this makes the first one alone\n"
    assert second == (1, "", line)


def test_a_store_that_was_not_migrated_is_told(bailiwick):
    assert bailiwick(*ADA) == (1, "", "bailiwick: the store is not up to date: run `bailiwick migrate`\n")


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
