"""How bytes are kept: engines, transactions, tables and migrations, on SQLite and PostgreSQL."""
