"""Which orders `reconcile` looks at, in pages of ids: those since a moment, then older ones that may still change."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select

from ..database import db, release
from ..models import Order, Refund
from ..rules.status import OrderStatus

ORDERS_AT_ONCE = 200
NOT_AT_THEIR_END = (OrderStatus.PENDING, OrderStatus.CLOSING, OrderStatus.REFUND_DUE)


def pages(since: datetime) -> Iterator[list[int]]:
    """Yield the ids of the orders to look at, the newest first."""
    first = db.session.scalar(
        db.select(Order.id).where(Order.created_at >= since).order_by(Order.created_at, Order.id).limit(1)
    )
    before = (db.session.scalar(db.select(Order.id).order_by(Order.id.desc()).limit(1)) or 0) + 1
    release()
    if first is not None:
        yield from _pages(db.select(Order.id).where(Order.id >= first), before)
        before = first
    yield from _pages(_not_at_their_end(), before)


def _pages(wanted: Select, before: int) -> Iterator[list[int]]:
    (order_id,) = wanted.selected_columns
    while True:
        page = wanted.where(order_id < before).order_by(order_id.desc()).limit(ORDERS_AT_ONCE)
        ids = list(db.session.scalars(page))
        release()
        if not ids:
            return
        yield ids
        before = ids[-1]


def _not_at_their_end() -> Select:
    """Orders that something may still happen to: one way to find them, one index."""
    found = db.union(
        *(db.select(Order.id).where(Order.status == status) for status in NOT_AT_THEIR_END),
        db.select(Order.id).where(Order.attention.is_not(None)),
        db.select(Refund.order_id.label("id")).where(Refund.next_check_at.is_not(None)),
    ).subquery()
    return db.select(found.c.id)
