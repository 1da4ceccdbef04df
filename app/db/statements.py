"""Statements that every request or change runs: written as Core has them, compiled once, run by SQLite's own driver.

What Core does around each statement (its cache's key, a context, a result with everything that results can do) takes
30 to 60 µs, SQLite itself 2 to 20.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

FEW = 20
"""For how many values of a list a text is kept; longer lists are left to Core."""

Processor = Callable[[Any], Any]
Values = Mapping[str, Any]


class _Text(NamedTuple):
    """What the driver is given: the text, how its values are had from named ones, and how they are converted."""

    text: str
    values: Callable[[Values], Any]
    constants: Values
    listed: Sequence[str]
    """The names of a list's values, one by one."""
    converted: Mapping[str, Processor]

    def bound(self, values: Values, ids: Iterable[Any] = ()) -> Any:
        named = {**self.constants, **values, **dict(zip(self.listed, ids, strict=True))}
        for name, convert in self.converted.items():
            named[name] = convert(named[name])
        return self.values(named)


class Statement:
    """A SELECT, INSERT or UPDATE whose values come by name, one of which may be a list (an expanding parameter).

    Means on each database what `Connection.execute` would do, and raises what that would raise; but on SQLite values
    too many by name are overlooked, and no events of SQLAlchemy's are heard. INSERT names every column of its table.
    """

    def __init__(self, clause: Executable, *, of: str | None = None) -> None:
        """`of`: the name of the list."""
        self._clause = clause
        self._list = of
        self._texts: dict[int, _Text] = {}
        self._row: Callable[[Iterable[Any]], Any] = tuple
        self._read: Sequence[tuple[int, Processor]] = ()

    def rows(self, connection: Connection, values: Values) -> Sequence[Any]:
        """The rows of a SELECT; their columns are attributes."""
        text = self._text(connection, values)
        if text is None:
            return connection.execute(self._clause, values).all()
        rows = _run(connection, "execute", text, self._bound(text, values)).fetchall()
        for place, convert in self._read:
            rows = [(*row[:place], convert(row[place]), *row[place + 1 :]) for row in rows]
        return list(map(self._row, rows))

    def run(self, connection: Connection, values: Values) -> int:
        """Run an INSERT or UPDATE; gives how many rows it was about."""
        text = self._text(connection, values)
        if text is None:
            return connection.execute(self._clause, values).rowcount
        return int(_run(connection, "execute", text, self._bound(text, values)).rowcount)

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run an INSERT for each row."""
        text = self._text(connection, {})
        if text is None:
            connection.execute(self._clause, rows)
        elif len(rows) == 1:
            _run(connection, "execute", text, text.bound(rows[0]))
        else:
            _run(connection, "executemany", text, [text.bound(row) for row in rows])

    def _bound(self, text: _Text, values: Values) -> Any:
        return text.bound(values, () if self._list is None else values[self._list])

    def _text(self, connection: Connection, values: Values) -> _Text | None:
        """The text for so many values; None where Core is to run it."""
        if connection.dialect.driver != "pysqlite":
            return None
        length = 0 if self._list is None else len(values[self._list])
        text = self._texts.get(length)
        if text is None and length <= FEW:
            text = self._texts[length] = self._compile(connection.dialect, length)
        return text

    def _compile(self, dialect: Dialect, length: int) -> _Text:
        compiled = self._clause.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        known: dict[str, Any] = {name: bind.value for name, bind in compiled.binds.items()}
        if self._list is not None:
            known[self._list] = [None] * length
        expanded = compiled.construct_expanded_state(known)
        names = expanded.positiontup or ()
        binds = {name: bind for name, bind in compiled.binds.items() if name in names}
        converting = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        if isinstance(self._clause, Select):
            self._describe(self._clause, dialect)
        return _Text(
            expanded.statement,
            _getter(names),
            {name: bind.value for name, bind in binds.items() if not bind.required},
            () if self._list is None else expanded.parameter_expansion[self._list],
            {name: convert for name, convert in converting.items() if convert is not None},
        )

    def _describe(self, clause: Select[Any], dialect: Dialect) -> None:
        columns = list(clause.selected_columns)
        row: Any = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]  # noqa: PYI024
        self._row = row._make
        reading = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._read = [(place, convert) for place, convert in enumerate(reading) if convert is not None]


def _getter(names: Sequence[str]) -> Callable[[Values], Any]:
    """The values of these names in their order, as a tuple."""
    if len(names) == 1:
        return lambda values: (values[names[0]],)
    return itemgetter(*names) if names else lambda _: ()


def _run(connection: Connection, how: str, text: _Text, values: Any) -> Any:
    """A cursor that has run a text inside the connection's transaction, which begins here if it has not."""
    if not connection.in_transaction():
        connection.begin()
    return drive(connection, text.text, values, how)


def drive(connection: Connection, text: str, values: Any = (), how: str = "execute") -> Any:
    """A cursor of SQLite's driver that has run a text, and nothing else. Raises what Core raises."""
    cursor = connection.connection.cursor()
    try:
        getattr(cursor, how)(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        of_driver = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(text, values, error, of_driver, dialect=connection.dialect) from error
    return cursor
