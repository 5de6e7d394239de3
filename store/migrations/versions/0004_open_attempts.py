"""An index that finds the open attempts among all that are still looked at for days after their end."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade():
    op.create_index("attempts_by_status", "attempts", ["status", "next_check_at"])


def downgrade():
    op.drop_index("attempts_by_status", table_name="attempts")
