"""Payments as a machine of their own, refunds, cases for a person, an outbox, and each movement of stock."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# How SQLite's constraints without a name are called here, so that one can be taken away; PostgreSQL calls them so.
NAMES = {"uq": "%(table_name)s_%(column_0_name)s_key"}
OPEN_ORDER = "status = 'pending' AND NOT set_aside"
OPEN_REFUND = "status IN ('NEW', 'PENDING', 'SENT')"
CASE_KINDS = "'MISMATCH', 'STOCK_GONE', 'SECOND_PAYMENT', 'REFUND_FAILED', 'REFUSED', 'AUTHORIZED', 'UNSURE'"
REFUND_STATUSES = "'NEW', 'SENT', 'PENDING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'REJECTED', 'BY_HAND'"

# Until now an order kept one sentence for a person.
CASES = """
    INSERT INTO cases (order_id, kind, reason, opened_at)
    SELECT id, CASE
        WHEN attention LIKE 'Xendit refuses: %' THEN 'REFUSED'
        WHEN attention LIKE '%: a second payment for a paid order.' THEN 'SECOND_PAYMENT'
        WHEN attention LIKE '%: money came after the order was canceled.' THEN 'STOCK_GONE'
        WHEN EXISTS (SELECT 1 FROM attempts WHERE order_id = orders.id AND status = 'SUSPECT') THEN 'MISMATCH'
        ELSE 'UNSURE' END, attention, created_at
    FROM orders WHERE attention IS NOT NULL
"""
CASES_OF_ATTEMPTS = """
    UPDATE cases SET attempt_id = (SELECT MIN(id) FROM attempts WHERE order_id = cases.order_id AND status = 'SUSPECT')
    WHERE kind = 'MISMATCH'
"""
CASES_OF_PAYMENTS = """
    UPDATE cases SET payment_id = (
        SELECT MAX(payments.id) FROM payments JOIN attempts ON attempts.id = payments.attempt_id
        WHERE attempts.order_id = cases.order_id)
    WHERE kind IN ('SECOND_PAYMENT', 'STOCK_GONE')
"""
PROBLEMS = """
    UPDATE attempts SET next_check_at = expires_at,
        problem = (SELECT attention FROM orders WHERE orders.id = attempts.order_id)
    WHERE status = 'SUSPECT'
"""
SET_ASIDE = """
    UPDATE orders SET set_aside = {true}
    WHERE status = 'pending' AND id IN (SELECT order_id FROM attempts WHERE status = 'SUSPECT')
"""
SECOND_PAYMENTS = """
    UPDATE payments SET is_surplus = {true}, refund_due = {true}
    WHERE id IN (SELECT payment_id FROM cases WHERE kind = 'SECOND_PAYMENT')
"""
MONEY_FOR_CANCELED_ORDERS = """
    UPDATE payments SET refund_due = {true}
    WHERE attempt_id IN (SELECT attempts.id FROM attempts JOIN orders ON orders.id = attempts.order_id
                         WHERE orders.status = 'canceled')
"""
STORIES = """
    INSERT INTO order_events (order_id, from_status, to_status, cause, created_at)
    SELECT DISTINCT orders.id, 'canceled', 'refund_due', 'an upgrade: late money has a status of its own',
        CURRENT_TIMESTAMP
    FROM orders JOIN attempts ON attempts.order_id = orders.id JOIN payments ON payments.attempt_id = attempts.id
    WHERE orders.status = 'canceled'
"""
REFUNDS_DUE = """
    UPDATE orders SET status = 'refund_due'
    WHERE status = 'canceled' AND id IN (
        SELECT attempts.order_id FROM attempts JOIN payments ON payments.attempt_id = attempts.id)
"""
# What lies on the shelf and what orders have taken is what was there.
LOADED = """
    INSERT INTO stock_movements (product_id, pieces, reason, created_at)
    SELECT products.id, products.stock + (
        SELECT COALESCE(SUM(quantity), 0) FROM order_lines JOIN orders ON orders.id = order_lines.order_id
        WHERE order_lines.product_id = products.id AND orders.status NOT IN ('canceled', 'refund_due')),
        'LOADED', CURRENT_TIMESTAMP
    FROM products
"""
ORDERED = """
    INSERT INTO stock_movements (product_id, pieces, reason, order_id, created_at)
    SELECT order_lines.product_id, -order_lines.quantity, 'ORDERED', orders.id, orders.created_at
    FROM order_lines JOIN orders ON orders.id = order_lines.order_id
    WHERE orders.status NOT IN ('canceled', 'refund_due')
"""


def upgrade():
    _widen()
    _add_columns()
    _create_tables()
    op.create_index("one_open_refund_per_payment", "refunds", ["payment_id"], unique=True, **_where(OPEN_REFUND))
    _take_over()


def downgrade():
    raise NotImplementedError("The tables of before cannot say what these do.")


def _where(condition):
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _take_over():
    true = "1" if op.get_bind().dialect.name == "sqlite" else "true"
    statements = (
        CASES, CASES_OF_ATTEMPTS, CASES_OF_PAYMENTS, PROBLEMS, SET_ASIDE, SECOND_PAYMENTS, MONEY_FOR_CANCELED_ORDERS,
        STORIES, REFUNDS_DUE, LOADED, ORDERED,
    )  # fmt: skip
    for statement in statements:
        op.execute(statement.format(true=true))


def _widen():
    """Ids of Xendit's are accepted up to 255 characters, so they are kept so."""
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.alter_column("session_id", type_=sa.String(255), existing_type=sa.String(64))
    with op.batch_alter_table("payments", naming_convention=NAMES) as batch_op:
        batch_op.drop_constraint("payments_attempt_id_key", type_="unique")
        batch_op.alter_column("payment_id", type_=sa.String(255), existing_type=sa.String(64))


def _add_columns():
    _add("attempts", "payment_request_id", sa.String(255), index=True)
    _add("attempts", "business_id", sa.String(255))
    _add("attempts", "problem", sa.String(200))
    _add("attempts", "unknown_since", sa.DateTime(timezone=True))
    _add("attempts", "failed_looks", sa.Integer(), "0")
    _add("payments", "payment_request_id", sa.String(255))
    _add("payments", "channel_code", sa.String(255))
    _add("payments", "status", sa.String(20), "'CAPTURED'")
    _add("payments", "is_surplus", sa.Boolean(), "false")
    _add("payments", "refund_due", sa.Boolean(), "false")
    with op.batch_alter_table("payments") as batch_op:
        batch_op.create_check_constraint("payment_status", "status IN ('AUTHORIZED', 'CAPTURED', 'EXPIRED', 'VOIDED')")
    op.create_index("ix_payments_attempt_id", "payments", ["attempt_id"])
    _add("webhook_events", "payment_request_id", sa.String(255))
    _add("webhook_events", "refund_id", sa.String(255))
    _add("orders", "set_aside", sa.Boolean(), "false")
    op.drop_index("one_pending_order_per_buyer", table_name="orders")
    op.create_index("one_pending_order_per_buyer", "orders", ["buyer_key"], unique=True, **_where(OPEN_ORDER))


def _add(table, name, kind, default=None, index=False):
    """Add a column. A default is for the rows that are there, and does not stay."""
    with op.batch_alter_table(table) as batch_op:
        column = sa.Column(name, kind, nullable=default is None, server_default=default and sa.text(default))
        batch_op.add_column(column)
    if default is not None:
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(name, server_default=None, existing_type=kind, existing_nullable=False)
    if index:
        op.create_index(f"ix_{table}_{name}", table, [name])


def _create_tables():
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "refunds",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("payment_id", sa.Integer(), sa.ForeignKey("payments.id"), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False, unique=True),
        sa.Column("refund_id", sa.String(255), unique=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("restock", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(500)),
        sa.Column("failure_code", sa.String(64)),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("sent_at", moment),
        sa.Column("next_check_at", moment),
        sa.Column("failed_looks", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"status IN ({REFUND_STATUSES})", name="refund_status"),
        sa.CheckConstraint("amount > 0", name="refund_amount_positive"),
        _whole("amount"),
    )
    op.create_index("ix_refunds_order_id", "refunds", ["order_id"])
    op.create_index("refunds_of_payment", "refunds", ["payment_id"])
    op.create_index("refunds_by_next_check", "refunds", ["next_check_at", "id"])
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("attempt_id", sa.Integer(), sa.ForeignKey("attempts.id")),
        sa.Column("payment_id", sa.Integer(), sa.ForeignKey("payments.id")),
        sa.Column("refund_id", sa.Integer(), sa.ForeignKey("refunds.id")),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("closed_at", moment),
        sa.Column("verdict", sa.String(10)),
        sa.Column("note", sa.String(500)),
        sa.CheckConstraint(f"kind IN ({CASE_KINDS})", name="case_kind"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), nullable=False, index=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("sent_at", moment),
        sa.UniqueConstraint("kind", "order_id", "subject", name="told_once"),
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("product_id", sa.Integer(), sa.ForeignKey("products.id"), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("orders.id"), index=True),
        sa.Column("created_at", moment, nullable=False),
        sa.CheckConstraint("reason IN ('LOADED', 'ORDERED', 'GIVEN_BACK', 'COUNTED')", name="movement_reason"),
        _whole("pieces"),
    )
    op.create_index("movements_of_product", "stock_movements", ["product_id", "pieces"])
    with op.batch_alter_table("order_events") as batch_op:
        for column, table in (("payment_id", "payments"), ("refund_id", "refunds")):
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(f"order_events_{column}_fkey", table, [column], ["id"])


def _whole(column):
    check = sa.CheckConstraint(f"typeof({column}) = 'integer'", name=f"{column}_whole")
    return check.ddl_if(dialect="sqlite")
