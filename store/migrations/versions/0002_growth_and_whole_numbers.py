"""Indexes for what the shop asks again and again, and whole numbers where SQLite would take fractions."""

import sqlalchemy as sa
from alembic import op

from store.config import SettingsError

revision = "0002"
down_revision = "0001"

WHOLE = {
    "products": ("price", "stock"),
    "orders": ("amount", "shipping_fee"),
    "order_lines": ("unit_price", "quantity"),
    "attempts": ("amount",),
    "payments": ("amount",),
}
PARTIAL = {
    "orders_for_a_person": ("orders", ["id"], "attention IS NOT NULL"),
    "open_events_by_due": ("webhook_events", ["due_at", "id"], "processed_at IS NULL"),
}
INDEXES = {
    "orders_of_buyer": ("orders", ["buyer_key", "id"]),
    "orders_by_status": ("orders", ["status", "id"]),
    "attempts_by_next_check": ("attempts", ["next_check_at", "id"]),
    "products_by_position": ("products", ["position"]),
    "products_by_price": ("products", ["price", "position"]),
    "products_by_name": ("products", [sa.text("lower(name)"), "position"]),
    "products_of_category_by_position": ("products", ["category_id", "position"]),
    "products_of_category_by_price": ("products", ["category_id", "price", "position"]),
    "products_of_category_by_name": ("products", ["category_id", sa.text("lower(name)"), "position"]),
}
# Their work is done by the ones above.
REPLACED = {"attempts": "next_check_at", "products": "category_id", "webhook_events": "due_at"}


def upgrade():
    op.add_column("attempts", sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True))
    for table, column in REPLACED.items():
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    if op.get_bind().dialect.name == "sqlite":
        _refuse_fractions()
        for table, columns in WHOLE.items():
            with op.batch_alter_table(table) as batch_op:
                for column in columns:
                    batch_op.create_check_constraint(f"{column}_whole", f"typeof({column}) = 'integer'")
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    for name, (table, columns, where) in PARTIAL.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade():
    for name, (table, *_) in (INDEXES | PARTIAL).items():
        op.drop_index(name, table_name=table)
    if op.get_bind().dialect.name == "sqlite":
        for table, columns in WHOLE.items():
            with op.batch_alter_table(table) as batch_op:
                for column in columns:
                    batch_op.drop_constraint(f"{column}_whole", type_="check")
    for table, column in REPLACED.items():
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_column("attempts", "hinted_at")


def _refuse_fractions():
    """Raise SettingsError for each row whose number nobody but the merchant can make whole."""
    problems = [
        f"{table}, id {row.id}: {column} is {row.value}, but it must be a whole number."
        for table, columns in WHOLE.items()
        for column in columns
        for row in op.get_bind().execute(
            sa.text(f"SELECT id, {column} AS value FROM {table} WHERE typeof({column}) <> 'integer' ORDER BY id")
        )
    ]
    if problems:
        advice = "Correct this in the database, then run `flask --app app init-db` again."
        raise SettingsError([*problems, advice])
