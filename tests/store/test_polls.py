"""Polls keep to their budget, and to what Xendit still allows, for the sake of webhooks and waiting buyers."""

import json
from pathlib import Path

from store.orders import budget
from store.rules import clock
from store.xendit import Endpoint

from ..events import session_event
from ..in_process import Sandbox, Shop
from ..standing_clock import StandingClock
from .test_worker import paid_unnoticed


def calls(shop: Shop) -> int:
    return len(shop.sandbox.calls("GET")) + len(shop.sandbox.calls("POST"))


def test_polls_leave_the_last_calls_that_xendit_allows_to_those_who_wait(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox())
    polled, heard = paid_unnoticed(shop), paid_unnoticed(shop)
    limits = {"Rate-Limit-Limit": "60", "Rate-Limit-Remaining": "6", "Rate-Limit-Reset": "20.5"}
    shop.app.extensions["xendit"].rate_limits.note(Endpoint.GET_SESSION, limits, is_refused=False)
    shop.make_everything_due()
    record = shop.sandbox.session(heard.session_id)
    before = calls(shop)

    shop.worker().run_once()
    while_few_are_left = calls(shop) - before
    shop.send_webhook(session_event("completed", record))
    shop.worker().run_once()

    assert while_few_are_left == 0
    assert [each.status()["status"] for each in (heard, polled)] == ["paid", "pending"]


def test_a_webhook_is_worked_through_though_the_budget_of_polls_is_spent(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox())
    polled, heard = paid_unnoticed(shop), paid_unnoticed(shop)
    shop.make_everything_due()
    with shop.app.app_context():
        budget.reserve(budget.A_MINUTE_WITH_TEST_KEY, budget.A_MINUTE_WITH_TEST_KEY)

    shop.send_webhook(session_event("completed", shop.sandbox.session(heard.session_id)))
    shop.worker().run_once()

    assert [each.status()["status"] for each in (heard, polled)] == ["paid", "pending"]


def test_polls_go_on_when_the_minute_is_over(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox())
    polled = paid_unnoticed(shop)
    standing = StandingClock(clock.now())
    with clock.using(standing):
        shop.app.extensions["xendit"].rate_limits.note(Endpoint.GET_SESSION, {}, is_refused=True)
        shop.make_everything_due()
        shop.worker().run_once()
        refused = polled.status()["status"]
        standing.sleep(60)
        shop.worker().run_once()

    assert (refused, polled.status()["status"]) == ("pending", "paid")


def test_a_look_that_takes_several_calls_is_counted_as_so_many(shop: Shop):
    """The money is seen in the session, and its payment is read too; the reads of buyers count for nothing."""
    shop.make_everything_due()
    buyer = paid_unnoticed(shop)
    shop.make_everything_due()
    before = calls(shop)

    shop.worker().run_once()

    made = calls(shop) - before
    (counted,) = shop.sql("SELECT made FROM call_budgets")
    counted = counted[0] if isinstance(counted[0], dict) else json.loads(counted[0])
    assert buyer.status()["status"] == "paid"
    assert sum(counted.values()) == made
