"""What a database's schema says, as sorted lines: what two schemas have apart is what they differ in."""

from sqlalchemy import Connection, text

_POSTGRESQL = """
SELECT format('column %s.%s %s %s %s %s', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
              a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
UNION ALL
SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND conrelid::regclass::text <> 'alembic_version'
UNION ALL
SELECT format('index %s', indexdef) FROM pg_indexes
 WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


def schema_text(connection: Connection) -> list[str]:
    """Every column, constraint and index with all that can be said of it, Alembic's own table left out."""
    if connection.dialect.name == "postgresql":
        return sorted(connection.execute(text(_POSTGRESQL)).scalars())
    statements = connection.execute(
        text("SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'")
    )
    lines = [f"{table}: {line}" for table, sql in statements for line in _lines(sql)]
    columns = connection.execute(
        text(
            "SELECT format('column %s.%d %s', m.name, x.cid, x.name) FROM sqlite_master m, pragma_table_xinfo(m.name) x"
            " WHERE m.type = 'table' AND m.name <> 'alembic_version'"
        )
    )
    return sorted([*lines, *columns.scalars()])


def _lines(sql: str) -> list[str]:
    """A statement by its lines, without what means nothing: quotes of names, the comma that a last line has not."""
    return [" ".join(line.split()).removesuffix(",") for line in sql.replace('"', "").splitlines()]
