"""Xendit was away, and is back: how soon the shop sees what was paid meanwhile, when no webhook tells it."""

import pytest

from store.database import release

WITHIN = 60  # seconds (RELIABILITY, G2)


@pytest.mark.parametrize("minutes", [1, 5, 10, 20])
def test_money_is_seen_within_a_minute_after_an_outage_of_any_length(desk, sandbox, minutes):
    order = desk.opens()
    sandbox.turn_dial("never")
    sandbox.spoil("*", "reset_before_work", count=None)
    for _ in range(minutes * 12):
        desk.waits(seconds=5)
        desk.looks_at_attempts()
    release()
    sandbox.heal()
    sandbox.pay(order.newest_attempt.session_id)

    for _ in range(WITHIN // 2):
        desk.waits(seconds=2)
        desk.looks_at_attempts()

    assert order.is_paid
