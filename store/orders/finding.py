"""Finding orders: by token, number, or the browser that placed them; listing them; locking one that is to change."""

from collections.abc import Iterable

from ..database import db
from ..models import Attempt, Order, Payment, Refund
from ..rules.status import OrderStatus


def unfinished_orders(buyer_key: str | None) -> list[Order]:
    """Return the orders of this browser that may still become paid, or are still being closed; the oldest first.

    The one that is open comes before those that are set aside: their money does not fit, or is only reserved.
    """
    if buyer_key is None:
        return []
    unfinished = Order.status.in_([OrderStatus.PENDING, OrderStatus.CLOSING])
    mine = db.select(Order).filter_by(buyer_key=buyer_key).where(unfinished)
    return list(db.session.scalars(mine.order_by(Order.set_aside, Order.id)))


def newest_order_of(buyer_key: str | None) -> Order | None:
    """Return the last order that this browser placed, whatever became of it."""
    if buyer_key is None:
        return None
    return db.session.scalar(db.select(Order).filter_by(buyer_key=buyer_key).order_by(Order.id.desc()).limit(1))


def find_order(token: str) -> Order | None:
    """Return the order whose pages carry this token."""
    return db.session.scalar(db.select(Order).filter_by(token=token))


def order_numbered(number: str) -> Order | None:
    """Return the order with this number, in whatever case it was typed."""
    return db.session.scalar(db.select(Order).filter_by(number=number.upper()))


def listed_orders(
    limit: int, after: Order | None = None, status: OrderStatus | None = None, only_attention: bool = False
) -> list[Order]:
    """Return up to `limit` orders: those that need a person, then the others; in both the newest first.

    `after` is the last order of the page before.
    """
    wanted = db.select(Order).order_by(Order.id.desc())
    if status:
        wanted = wanted.filter_by(status=status)
    older = [] if after is None else [Order.id < after.id]
    for_a_person, others = Order.attention.is_not(None), Order.attention.is_(None)
    if only_attention:
        parts = [[for_a_person, *older]]
    elif after is None or after.attention:
        parts = [[for_a_person, *older], [others]]
    else:
        parts = [[others, *older]]
    found: list[Order] = []
    for part in parts:
        found += db.session.scalars(wanted.where(*part).limit(limit - len(found)))
    return found


def payments_of(orders: Iterable[Order]) -> dict[int, list[Payment]]:
    """Return the payments of these orders, oldest first, by the order's id."""
    rows = db.session.execute(
        db.select(Attempt.order_id, Payment)
        .join(Payment, Payment.attempt_id == Attempt.id)
        .where(Attempt.order_id.in_([order.id for order in orders]))
        .order_by(Payment.id)
    )
    found: dict[int, list[Payment]] = {}
    for order_id, payment in rows:
        found.setdefault(order_id, []).append(payment)
    return found


def refunds_of(orders: Iterable[Order]) -> dict[int, list[Refund]]:
    """Return the refunds of these orders, oldest first, by the order's id."""
    rows = db.session.scalars(
        db.select(Refund).where(Refund.order_id.in_([order.id for order in orders])).order_by(Refund.id)
    )
    found: dict[int, list[Refund]] = {}
    for refund in rows:
        found.setdefault(refund.order_id, []).append(refund)
    return found


def lock(order_id: int) -> Order:
    """Return the order, locked until the transaction ends (SQLite's whole database already is)."""
    return db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)


def lock_with_attempt(attempt_id: int) -> tuple[Order, Attempt]:
    """Return the attempt and its order, locked until the transaction ends.

    The attempt is read once the order is locked: whoever had the lock before may just have changed it.
    """
    its_order = db.select(Attempt.order_id).filter_by(id=attempt_id).scalar_subquery()
    locked = db.select(Order).where(Order.id == its_order).with_for_update(of=Order)
    order = db.session.scalars(locked, execution_options={"populate_existing": True}).one()
    return order, next(each for each in order.attempts if each.id == attempt_id)


def lock_with_refund(refund_id: int) -> tuple[Order, Refund]:
    """Return the refund and its order, locked until the transaction ends; read in the same order as an attempt."""
    order = lock(db.session.scalars(db.select(Refund.order_id).filter_by(id=refund_id)).one())
    return order, db.session.get_one(Refund, refund_id, populate_existing=True)
