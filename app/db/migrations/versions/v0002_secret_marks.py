"""By what the secret that keys are hashed with is known again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secret_marks",
        sa.Column("of", sa.Text(), primary_key=True),
        sa.Column("mark", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("secret_marks")
