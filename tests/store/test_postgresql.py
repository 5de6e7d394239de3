"""How PostgreSQL is spoken to: nobody waits for ever, and nothing is lost behind a pooler."""

import pytest
from sqlalchemy.exc import OperationalError

from store.database import db, transaction

from ..databases import only_postgresql
from ..in_process import Shop

pytestmark = only_postgresql


def test_a_transaction_waits_for_no_lock_and_no_statement_for_ever(new_shop: Shop):
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")

    with new_shop.app.app_context():
        set_to = [db.session.scalar(db.text(f"SHOW {name}")) for name in names]

    assert set_to == ["10s", "30s", "1min"]


def test_who_waits_too_long_for_a_lock_is_told_that_the_database_is_busy(new_shop: Shop):
    with new_shop.app.app_context(), new_shop.database.held(), pytest.raises(OperationalError), transaction():
        db.session.execute(db.text("UPDATE orders SET city = city"))


def test_what_is_asked_often_is_not_prepared_on_a_connection_that_may_be_another_one(new_shop: Shop):
    with new_shop.app.app_context():
        for _ in range(10):
            db.session.execute(db.text("SELECT count(*) FROM orders WHERE id > :id"), {"id": 1})

        assert db.session.scalar(db.text("SELECT count(*) FROM pg_prepared_statements")) == 0
