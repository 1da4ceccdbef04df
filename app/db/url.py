"""Which database a URL names."""

from sqlalchemy import URL, make_url


def parse_url(url: str) -> URL:
    """The URL without a driver: which one is used is this package's business.

    Raises ValueError for anything but a SQLite file or PostgreSQL; the message holds no password.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise ValueError(f"`{backend}` is not a database that can be used: give `sqlite:///path` or `postgresql://…`")
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ValueError("a database in memory can't be shared by readers and writer: name a file, `sqlite:///path`")
    return parsed.set(drivername=backend)
