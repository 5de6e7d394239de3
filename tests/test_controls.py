"""What a test tells a sandbox to do to a shop's money, and what it asks of its records: each word does what it says."""

from pathlib import Path

import pytest

from .buyer import Buyer
from .in_process import Sandbox, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, Sandbox())


@pytest.fixture
def session_id(shop: Shop) -> str:
    """The session of an order that waits to be paid."""
    Buyer(shop).goes_to_pay()
    return shop.sandbox.newest_session()


def events(shop: Shop) -> list[str]:
    shop.sandbox.delivers()
    return [event for (event,) in shop.sql("SELECT event FROM webhook_events ORDER BY id")]


def test_late_money_is_told_to_the_shop_and_stands_in_the_ledger(shop: Shop, session_id: str):
    shop.sandbox.expire(session_id)

    shop.sandbox.pay_late(session_id)

    assert shop.sandbox.session(session_id)["status"] == "EXPIRED"
    assert "payment.capture" in events(shop)
    ledger = shop.sandbox.ledger("payments", "captures")
    assert [payment["status"] for payment in ledger["payments"]] == ["SUCCEEDED"]
    assert ledger["captures"][0]["payment_id"] == ledger["payments"][0]["payment_id"]


def test_money_can_be_reserved_alone(shop: Shop, session_id: str):
    shop.sandbox.pay(session_id, authorize=True)

    assert shop.sandbox.session(session_id)["status"] == "COMPLETED"
    assert [payment["status"] for payment in shop.sandbox.ledger("payments")["payments"]] == ["AUTHORIZED"]


def test_the_dial_and_the_account_are_set_from_a_test(shop: Shop, session_id: str):
    shop.sandbox.turn_dial("never")
    shop.sandbox.change_account(refund_failure_code="REFUND_FAILED")

    shop.sandbox.pay(session_id)

    assert events(shop) == []
    assert {row["state"] for row in shop.sandbox.ledger("deliveries")["deliveries"]} == {"NOT_TOLD"}


def test_the_calls_of_the_shop_are_counted(shop: Shop, session_id: str):
    before = shop.sandbox.counted_calls()

    shop.sandbox.session(session_id)

    assert before["of"]["POST /sessions"] == {"calls": 1, "most_in_a_minute": 1}
    assert shop.sandbox.counted_calls()["calls"] == before["calls"] + 1
