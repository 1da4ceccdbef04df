"""Settings come from the environment and `.env`, and a bad one is told in one line that gives no secret away."""

import inspect
import re
import stat
from pathlib import Path
from typing import Literal, get_args, get_origin
from urllib.parse import quote

import asyncpg
import pytest
from pydantic.fields import FieldInfo

from app.settings import Settings, SettingsError, load, unknown, variable

POSTGRES = "postgresql://bw:pa%40ss@db.example/bailiwick"
SECRET = "a-secret-long-enough"


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No variable of the machine's and no `.env` of the checkout reaches these tests."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_given_comes_before_the_environment_and_that_before_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("BAILIWICK_PORT=1\nBAILIWICK_HOST=file\nBAILIWICK_LOG_LEVEL=error\nELSE=1\n")
    monkeypatch.setenv("BAILIWICK_PORT", "2")
    monkeypatch.setenv("BAILIWICK_HOST", "environment")
    current = load(port=3)
    assert (current.port, current.host, current.log_level) == (3, "environment", "error")


def test_an_empty_variable_is_not_set(monkeypatch):
    monkeypatch.setenv("BAILIWICK_SECRET", "")
    assert load().secret is None


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        load().port = 1


def test_every_setting_says_what_it_means():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_setting_of_few_values_tells_them_all():
    few = {name: get_args(field.annotation) for name, field in Settings.model_fields.items() if is_literal(field)}
    assert {"create_organization", "log_level", "log_format"} <= few.keys()
    for name, values in few.items():
        assert set(re.findall("`([^`]+)`", Settings.model_fields[name].description)) == set(values), name


def is_literal(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is Literal


@pytest.mark.parametrize(
    ("given", "url", "file"),
    [
        ("sqlite:///data/x.db", "sqlite:///data/x.db", Path("data/x.db")),
        ("sqlite:////var/lib/x.db?timeout=1", "sqlite:////var/lib/x.db?timeout=1", Path("/var/lib/x.db")),
        ("postgresql://bw@db/x", "postgresql://bw@db/x", None),
        ("postgres://bw@db/x?sslmode=require", "postgresql://bw@db/x?ssl=require", None),
    ],
)
def test_the_database_is_named_as_people_name_it(given, url, file):
    current = load(database_url=given, secret=SECRET)
    assert (current.database_url, current.database_file) == (url, file)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "99999", "`BAILIWICK_PORT=99999` should be less than or equal to 65535"),
        ("DEMO", "maybe", "`BAILIWICK_DEMO=maybe` should be a valid boolean, unable to interpret input"),
        ("SECRET", "short", "`BAILIWICK_SECRET` should have at least 16 characters"),
        (
            "DATABASE_URL",
            "mysql://u:pw@h/x",
            "`BAILIWICK_DATABASE_URL` should begin with `sqlite:///` or `postgresql://`",
        ),
        (
            "DATABASE_URL",
            "sqlite:///",
            "`BAILIWICK_DATABASE_URL` should name a file, as in `sqlite:///data/bailiwick.db`",
        ),
        (
            "DATABASE_URL",
            "sqlite:///:memory:",
            "`BAILIWICK_DATABASE_URL` should name a file, as in `sqlite:///data/bailiwick.db`",
        ),
        (
            "DATABASE_URL",
            "postgresql://u:pw@h",
            "`BAILIWICK_DATABASE_URL` should name a database, as in `postgresql://user:password@host/bailiwick`",
        ),
        (
            "DATABASE_URL",
            "postgresql://u:pw@h:port/x",
            (
                "`BAILIWICK_DATABASE_URL` should have a number up to 65535 as its port, "
                "as in `postgresql://user:password@host:5432/bailiwick`"
            ),
        ),
        (
            "DATABASE_URL",
            "postgresql://u:pw@h/x?sslmode=require&foo=bar",
            "`BAILIWICK_DATABASE_URL` should not have `foo`, which is no option of a PostgreSQL address",
        ),
    ],
)
def test_a_bad_value_is_one_line_that_names_it(monkeypatch, name, value, message):
    monkeypatch.setenv(f"BAILIWICK_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value) == message


@pytest.mark.parametrize("port", ["65536", "54x2", ""])
def test_a_port_is_a_number_that_a_port_may_have(port):
    assert load(database_url="postgresql://u:pw@[::1]:65535/x", secret=SECRET).database_place == "[::1]:65535"
    with pytest.raises(SettingsError, match="a number up to 65535 as its port"):
        load(database_url=f"postgresql://u:pw@h:{port}/x", secret=SECRET)


@pytest.mark.parametrize("sign", ["#", "/", "?", "@", "["])
@pytest.mark.parametrize("before", ["qu", "12", "12/x?port="])
def test_a_sign_that_ends_a_password_is_to_be_encoded(sign, before):
    password = f"{before}{sign}ss"
    good = load(database_url=f"postgresql://u:{quote(password, safe='')}@h/x", secret=SECRET)
    assert good.database_place == "h:5432"
    with pytest.raises(SettingsError) as caught:
        load(database_url=f"postgresql://u:{password}@h/x", secret=SECRET)
    assert str(caught.value) == (
        "`BAILIWICK_DATABASE_URL` can't be read: percent-encode `#`, `/`, `?` and `@` in a user's name or password, "
        "as in `postgresql://user:pass%40word@host/bailiwick`"
    )


def test_the_options_of_an_address_are_what_the_driver_takes_as_text():
    others = {"dsn", "loop", "timeout", "connection_class", "record_class", "server_settings"}
    others |= {"statement_cache_size", "max_cached_statement_lifetime", "max_cacheable_statement_size"}
    taken = inspect.signature(asyncpg.connect).parameters.keys() - others
    for name in taken | {"sslmode", "prepared_statement_cache_size"}:
        load(database_url=f"postgresql://h/x?{name}=1", secret=SECRET)
    for name in others:
        with pytest.raises(SettingsError, match=f"should not have `{name}`"):
            load(database_url=f"postgresql://h/x?{name}=1", secret=SECRET)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://u:pw@h/x", "h:5432"),
        ("postgresql://h:1/x?port=2", "h:1"),
        ("postgresql://u@/x?host=h&port=2", "h:2"),
        ("postgresql:///x?host=a:1&host=b:2", "a:1, b:2"),
        ("postgresql:///x?host=/run/postgresql", "/run/postgresql"),
        ("postgresql:///x", ""),
    ],
)
def test_the_place_of_postgresql_is_where_its_address_says(url, place):
    assert load(database_url=url, secret=SECRET).database_place == place


def test_several_bad_values_are_told_together():
    with pytest.raises(SettingsError, match=r"_PORT=x.*; .*_LOG_LEVEL=loud"):
        load(port="x", log_level="loud")


def test_an_unreadable_file_is_told(tmp_path):
    (tmp_path / ".env").write_bytes(b"BAILIWICK_HOST=\xff\n")
    with pytest.raises(SettingsError, match=r"`\.env` can't be read"):
        load()


def test_names_that_are_no_settings_are_found_and_others_are_not(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("BAILIWICK_HOST=x\nBAILIWICK_COLOUR=\nbailiwick_databse_url=x\nBAILIWICKS=1\n")
    monkeypatch.setenv("BAILIWICK_PROT", "8123")
    monkeypatch.setenv("bailiwick_port", "8123")
    meant = {
        "BAILIWICK_PROT": "BAILIWICK_PORT",
        "BAILIWICK_COLOUR": None,
        "bailiwick_databse_url": "BAILIWICK_DATABASE_URL",
    }
    assert unknown() == meant
    (tmp_path / ".env").write_bytes(b"BAILIWICK_HOST=\xff\n")
    with pytest.raises(SettingsError, match=r"`\.env` can't be read"):
        unknown()


def test_servers_on_postgresql_share_a_secret():
    with pytest.raises(SettingsError, match="`BAILIWICK_SECRET` is missing"):
        load(database_url=POSTGRES)
    assert load(database_url=POSTGRES, secret=SECRET).pepper() == SECRET.encode()


@pytest.mark.parametrize(
    "url", [POSTGRES, "postgresql://bw:pa%40ss%2Fx@h/db", "postgresql://bw@h/db?password=pa@ss&port=1"]
)
def test_no_secret_is_shown(url):
    current = load(database_url=url, secret=SECRET)
    seen = repr(current) + current.shown("database_url") + current.shown("secret") + current.database_place
    assert not re.search("pa(@|%40)ss", seen)
    assert SECRET not in seen


def test_a_secret_is_made_once_beside_the_file_for_its_owner_alone(tmp_path):
    current = load(database_url=f"sqlite:///{tmp_path}/deep/er/x.db")
    pepper = current.pepper()
    kept = tmp_path / "deep/er/x.secret"
    assert current.pepper() == pepper == kept.read_bytes().strip()
    assert len(pepper) == 64
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["x.secret"]


def test_a_kept_secret_that_was_cut_is_not_taken(tmp_path):
    (tmp_path / "x.secret").write_text("cut\n")
    with pytest.raises(SettingsError, match="too short: restore that file"):
        load(database_url=f"sqlite:///{tmp_path}/x.db").pepper()


def test_a_place_where_nothing_can_be_kept_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"x\.secret` can't be used"):
        load(database_url=f"sqlite:///{tmp_path}/file/x.db").pepper()
