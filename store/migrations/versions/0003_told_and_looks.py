"""What Xendit was told for an attempt, and how often buyers had it looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("attempts", sa.Column("told", sa.String(length=64), nullable=True))
    op.add_column("attempts", sa.Column("looks_spent_until", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.drop_column("looks_spent_until")
        batch_op.drop_column("told")
