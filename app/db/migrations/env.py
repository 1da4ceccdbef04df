"""What Alembic runs for every command, on the connection and in the transaction that `app.db.migrate` has begun."""

from alembic import context

from app.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can't alter a column or a constraint: batch mode copies the table instead.
    render_as_batch=True,
    compare_server_default=True,
)
context.run_migrations()
