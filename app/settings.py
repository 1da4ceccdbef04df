"""What the operator may choose: `BAILIWICK_…` variables and a `.env` file, read here and nowhere else."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict, exceptions

PREFIX = "BAILIWICK_"

_SECRETS = ("secret", "database_url")
_SECRET_LENGTH = 16
_LAST_PORT = 65535
_MEBIBYTE = 1024 * 1024

# What the driver takes by keyword and as text; `sslmode`, see _with_asyncpg_options; and what SQLAlchemy takes of them.
_POSTGRESQL_OPTIONS = frozenset(
    {"command_timeout", "database", "direct_tls", "gsslib", "host", "krbsrvname", "passfile", "password", "port"}
    | {"service", "servicefile", "ssl", "target_session_attrs", "user"}
    | {"sslmode", "prepared_statement_cache_size"}
)
_UNENCODED = (
    "can't be read: percent-encode `#`, `/`, `?` and `@` in a user's name or password, "
    "as in `postgresql://user:pass%40word@host/bailiwick`"
)


class SettingsError(Exception):
    """Some setting can't be used; the message says which, why and what to do, in one line and without secrets."""


class Settings(BaseSettings):
    """Everything that differs from one installation to the next. Frozen: what a server started with, it keeps."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    database_url: str = Field(
        default="sqlite:///data/bailiwick.db",
        repr=False,
        description="where the facts are kept: `sqlite:///path/to/file` or `postgresql://user:password@host/name`",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="keys the hashes of API keys; left out, a random one is kept beside the SQLite file; "
        "PostgreSQL needs one, the same for every server",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="the address to listen on")
    port: int = Field(default=8000, ge=0, le=_LAST_PORT, description="the port to listen on; 0 takes any that is free")
    demo: bool = Field(
        default=False,
        description="load the four demo organizations into an empty store and let the explorer switch people",
    )
    explorer: bool = Field(default=True, description="serve the explorer, the page for asking by hand")
    graphql_get: bool = Field(default=False, description="answer queries sent by GET too")
    max_body_bytes: int = Field(default=_MEBIBYTE, ge=1024, description="the largest request body taken, in bytes")
    max_tokens: int = Field(default=4000, ge=100, description="the most words and signs a GraphQL document may have")
    max_depth: int = Field(default=20, ge=1, description="how deep the selections of a GraphQL document may nest")
    max_complexity: int = Field(
        default=20_000, ge=100, description="the most objects a GraphQL document may ask for, its pages multiplied"
    )
    memory_budget_mb: int = Field(
        default=1024,
        ge=64,
        description="what organizations and views kept in memory may take, in MiB; the longest unused go",
    )
    answers_mb: int = Field(
        default=64, ge=0, description="what answers kept to be given again may take, in MiB; 0 keeps none"
    )
    create_organization: Literal["anyone", "administrators"] = Field(
        default="anyone", description="who may create organizations: `anyone`, or only the instance's `administrators`"
    )
    denials_per_day: int = Field(
        default=10_000,
        ge=0,
        description="how many refused mutations of one day an organization keeps for its auditors, "
        "at most a tenth of them by one person; several servers count each for itself",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged: `debug`, `info`, `warning` or `error`"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="how a line of the log is written: `text` for people, `json` for machines"
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        scheme, _, rest = url.partition("://")
        if scheme == "sqlite" and rest.startswith("/"):
            if rest.partition("?")[0] in ("/", "/:memory:"):
                raise ValueError("should name a file, as in `sqlite:///data/bailiwick.db`")
            return url
        if scheme not in ("postgresql", "postgres"):
            raise ValueError("should begin with `sqlite:///` or `postgresql://`")
        parts = _split(url)
        if not parts.path.strip("/"):
            raise ValueError("should name a database, as in `postgresql://user:password@host/bailiwick`")
        port = re.search(r":([^:\]]*)$", parts.netloc.rpartition("@")[2])
        if port and not (re.fullmatch("[0-9]{1,5}", port[1]) and int(port[1]) <= _LAST_PORT):
            raise ValueError(
                f"should have a number up to {_LAST_PORT} as its port, "
                "as in `postgresql://user:password@host:5432/bailiwick`"
            )
        for name, _ in parse_qsl(parts.query, keep_blank_values=True):
            if name not in _POSTGRESQL_OPTIONS:
                raise ValueError(f"should not have `{name}`, which is no option of a PostgreSQL address")
        return f"postgresql://{_with_asyncpg_options(rest)}"

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret) < _SECRET_LENGTH:
            raise ValueError(f"should have at least {_SECRET_LENGTH} characters")
        return secret

    @model_validator(mode="after")
    def _shared_secret(self) -> Self:
        if self.secret is None and self.database_file is None:
            raise ValueError(
                f"`{PREFIX}SECRET` is missing: every server on one PostgreSQL database must share a secret, "
                "for example from `openssl rand -hex 32`"
            )
        return self

    @property
    def database_file(self) -> Path | None:
        """The SQLite file; None with PostgreSQL."""
        scheme, _, rest = self.database_url.partition("://")
        return Path(rest.partition("?")[0].removeprefix("/")) if scheme == "sqlite" else None

    @property
    def database_place(self) -> str:
        """Where the address looks for PostgreSQL, as `host:port`, nothing secret; empty where it doesn't say."""
        parts = urlsplit(self.database_url)
        options = parse_qs(parts.query)
        hosts = options.get("host") or [parts.netloc.rpartition("@")[2]]
        port = options.get("port", ["5432"])[0]
        return ", ".join(
            host if host.startswith("/") or re.search(r":\d+$", host) else f"{host}:{port}" for host in hosts if host
        )

    @property
    def secret_file(self) -> Path:
        """Where the secret is kept that nobody chose: beside the SQLite file."""
        assert self.database_file is not None  # _shared_secret
        return self.database_file.with_suffix(".secret")

    def shown(self, field: str) -> str:
        """The value of a field, fit to be printed: secrets masked, nothing as the empty text."""
        value = getattr(self, field)
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        return _without_passwords(value) if field == "database_url" else str(value)

    def pepper(self) -> bytes:
        """The secret that keys the hashes of API keys; makes and keeps one beside the SQLite file when there is none.

        Raises SettingsError when that file can't be made, read or used.
        """
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        path = self.secret_file
        try:
            if not path.exists():
                _keep_new_secret(path)
            pepper = path.read_bytes().strip()
        except OSError as error:
            raise SettingsError(f"the secret kept in `{path}` can't be used: {error.strerror}") from error
        if len(pepper) < _SECRET_LENGTH:
            raise SettingsError(f"the secret kept in `{path}` is too short: restore that file from a copy")
        return pepper


def load(**given: object) -> Settings:
    """The settings: what is `given` by name first, then the environment, then `.env`, then the defaults.

    Raises SettingsError.
    """
    try:
        with _reading_the_file():
            return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_problem(one["loc"], one["msg"], one["input"]) for one in error.errors())
        ) from None


def unknown() -> dict[str, str | None]:
    """The names `BAILIWICK_…` that are set and are no setting's, each with the variable that may be meant by it.

    Raises SettingsError where `.env` can't be read.
    """
    with _reading_the_file():
        file = DotEnvSettingsSource(Settings, case_sensitive=True, env_ignore_empty=False)
    ours = [name for name in (*os.environ, *file.env_vars) if name.upper().startswith(PREFIX)]
    fields = {name: name[len(PREFIX) :].lower() for name in ours}
    return {name: _close_to(field) for name, field in fields.items() if field not in Settings.model_fields}


def variable(field: str) -> str:
    """The environment variable of a field of Settings."""
    return PREFIX + field.upper()


@contextmanager
def _reading_the_file() -> Iterator[None]:
    try:
        yield
    except (exceptions.SettingsError, OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"`.env` can't be read: {error}") from None


def _close_to(field: str) -> str | None:
    found = get_close_matches(field, Settings.model_fields, 1)
    return variable(found[0]) if found else None


def _problem(location: tuple[int | str, ...], message: str, value: object) -> str:
    reason = message.removeprefix("Value error, ").removeprefix("Input ")
    if not location:
        return reason
    field = str(location[0])
    name = f"`{variable(field)}`" if field in _SECRETS else f"`{variable(field)}={value}`"
    return f"{name} {reason[:1].lower()}{reason[1:]}"


def _without_passwords(url: str) -> str:
    hidden = re.sub(r"(?<=//)([^:@]*):.*(?=@)", r"\1:********", url)
    return re.sub(r"(?<=password=)[^&]*", "********", hidden)


def _split(url: str) -> SplitResult:
    """Raises ValueError where a sign in a password ends it, and the rest would be told as something else."""
    try:
        parts = urlsplit(url)
    except ValueError:  # its message holds the password
        raise ValueError(_UNENCODED) from None
    users = parts.netloc.count("@")
    if users > 1 or "@" in parts.path + parts.fragment or ("@" in parts.query and not users):
        raise ValueError(_UNENCODED)
    return parts


def _with_asyncpg_options(rest: str) -> str:
    """libpq's `sslmode`, which hosts put into their addresses, is `ssl` to asyncpg."""
    address, mark, query = rest.partition("?")
    options = [("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(query)]
    return address + mark + urlencode(options)


def _keep_new_secret(path: Path) -> None:
    """Write a new secret that only the owner may read; of several processes at once, one wins and all read the same."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
