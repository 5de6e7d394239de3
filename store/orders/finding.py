"""Finding orders: by their token, by the browser that placed them, the newest; and locking one that is to change."""

from ..database import db
from ..models import Attempt, Order
from ..rules.status import OrderStatus


def open_order(buyer_key: str | None) -> Order | None:
    """Return the order that this browser has open, if any."""
    if buyer_key is None:
        return None
    return db.session.scalar(db.select(Order).filter_by(buyer_key=buyer_key, status=OrderStatus.PENDING))


def newest_order_of(buyer_key: str | None) -> Order | None:
    """Return the last order that this browser placed, whatever became of it."""
    if buyer_key is None:
        return None
    return db.session.scalar(db.select(Order).filter_by(buyer_key=buyer_key).order_by(Order.id.desc()).limit(1))


def find_order(token: str) -> Order | None:
    """Return the order whose pages carry this token."""
    return db.session.scalar(db.select(Order).filter_by(token=token))


def newest_orders(limit: int) -> list[Order]:
    """Return the newest orders, newest first."""
    return list(db.session.scalars(db.select(Order).order_by(Order.id.desc()).limit(limit)))


def lock(order_id: int) -> Order:
    """Return the order, locked until the transaction ends (SQLite's whole database already is)."""
    return db.session.get_one(Order, order_id, with_for_update=True)


def lock_with_attempt(attempt_id: int) -> tuple[Order, Attempt]:
    """Return the attempt and its order, locked until the transaction ends."""
    attempt = db.session.get_one(Attempt, attempt_id)
    return lock(attempt.order_id), attempt
