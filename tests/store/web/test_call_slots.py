"""What buyers see while as many calls to Xendit are under way as this process makes at once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from store.xendit import Slots

from ...buyer import COFFEE, Buyer
from ...in_process import Sandbox, Shop

WORDS = "Nothing was charged"


@contextmanager
def all_taken(shop: Shop) -> Iterator[None]:
    """Others hold every slot, and wait for one wherever that may be done."""
    connection = shop.app.extensions["xendit"]._connection
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "slots", Slots(calls=0, waiting=0))
        yield


def test_a_checkout_without_a_slot_leads_to_its_order_which_can_be_paid_later(
    sandbox: Sandbox, shop: Shop, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.adds()

    with all_taken(shop):
        answer = buyer.checks_out()

    assert (answer.status_code, answer.headers["location"]) == (303, buyer.order.removeprefix(shop.url))
    assert WORDS in buyer.opens(buyer.order).text
    assert [attempt.status for attempt in buyer.attempts()] == ["NEW"]
    assert shop.stock(COFFEE) == before - 1
    assert buyer.presses("pay").headers["location"].startswith(sandbox.url)
    assert [attempt.status for attempt in buyer.attempts()] == ["ACTIVE"]


def test_paying_without_a_slot_leads_to_the_order_and_changes_nothing(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay()
    before = buyer.attempts()

    with all_taken(shop):
        answer = buyer.presses("pay")

    assert (answer.status_code, answer.headers["location"]) == (303, buyer.order.removeprefix(shop.url))
    assert WORDS in buyer.opens(buyer.order).text
    assert buyer.attempts() == before


def test_coming_back_and_canceling_without_a_slot_go_on_later(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay()

    with all_taken(shop):
        assert buyer.gets("{order}/complete").status_code == 200
        assert buyer.presses("cancel").status_code == 303
        assert buyer.status()["status"] == "closing"

    shop.make_everything_due()
    assert buyer.waits_until("canceled")
