"""Products by name in the same order on each database: PostgreSQL had its machine's own."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade():
    _sort_by("C")


def downgrade():
    _sort_by("default")


def _sort_by(collation):
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("products", "name", type_=sa.String(120, collation=collation), existing_nullable=False)
