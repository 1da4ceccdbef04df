"""The history of the schema, as Alembic runs it; `app.db.migrate` is the way in."""
