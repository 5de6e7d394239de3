"""Finding orders: what is decided by is read once nobody else can change it."""

from sqlalchemy import event

from store.database import db, transaction
from store.orders.finding import lock_with_attempt

from .conftest import Desk


def test_an_attempt_is_read_once_its_order_is_locked(desk: Desk):
    attempt_id = desk.opens().newest_attempt.id
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _, __, statement, *___: statements.append(statement))

    with transaction():
        order, attempt = lock_with_attempt(attempt_id)

    assert attempt in order.attempts
    locked = next(place for place, statement in enumerate(statements) if "FROM orders" in statement)
    read = next(place for place, statement in enumerate(statements) if "attempts.status" in statement)
    assert locked < read
