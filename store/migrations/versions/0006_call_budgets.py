"""What all workers of a shop together have spent of the calls that polls may make."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade():
    budgets = op.create_table(
        "call_budgets",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.bulk_insert(budgets, [{"name": "polls", "made": {}}])


def downgrade():
    op.drop_table("call_budgets")
