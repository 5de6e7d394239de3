"""Shop and worker killed in the middle of things, as by a power cut, and started again."""

import threading

import pytest

from ..buyer import COFFEE, DETAILS, Buyer
from ..events import session_event
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy, delay
from ..waiting import wait_until


@pytest.fixture(scope="module")
def shop(shop_of_provider: Shop) -> Shop:
    return shop_of_provider


def test_a_shop_killed_while_the_provider_works_keeps_the_order_and_can_be_paid_again(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.adds(quantity=2)
    die_while_the_provider_works(shop, provider, buyer)
    shop.start()

    buyer.order = buyer.order_page()
    number = buyer.status()["number"]
    assert "not paid" in buyer.opens(buyer.order).text
    assert (buyer.status()["status"], buyer.status()["payment"]["status"]) == ("pending", "SENT")
    assert shop.stock(COFFEE) == before - 2

    answer = buyer.presses("pay")

    assert answer.headers["location"] == provider.session_for(f"{number}-A2")["payment_link_url"]
    assert provider.created(number) == [f"{number}-A1", f"{number}-A2"]
    assert shop.stock(COFFEE) == before - 2

    shop.send_webhook(session_event("completed", provider.complete(buyer.session_id)))

    assert buyer.waits_until("paid")["attention"] is False


def die_while_the_provider_works(shop: Shop, provider: SpoilingProxy, buyer: Buyer) -> None:
    form = buyer.opens("/checkout").form("/checkout")
    calls = provider.count("create", None)
    provider.will("create", delay(6))
    caller = threading.Thread(target=press_and_hear_nothing, args=(buyer, form))
    caller.start()
    wait_until(lambda: provider.count("create", None) > calls)
    shop.process.kill()
    caller.join()


def press_and_hear_nothing(buyer: Buyer, form) -> None:
    with pytest.raises(OSError):
        buyer.sends(form, **DETAILS)


def test_a_worker_killed_while_it_settles_leaves_the_work_to_the_next(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    buyer.goes_to_pay()
    session = provider.complete(buyer.session_id)
    provider.will("get", delay(6))
    shop.send_webhook(session_event("completed", session))
    wait_until(lambda: provider.count("get", session["payment_session_id"]))

    shop.worker.kill()
    provider.heals()

    assert buyer.status()["status"] == "pending"
    inbox = "SELECT processed_at FROM webhook_events WHERE session_id = ?"
    assert shop.sql(inbox, session["payment_session_id"]) == [(None,)]

    shop.make_everything_due()  # the dead worker's reservation ends after 30 seconds
    shop.start_worker()

    assert buyer.waits_until("paid")["attention"] is False
    wait_until(lambda: shop.sql(inbox, session["payment_session_id"]) != [(None,)])


def test_an_event_that_was_answered_is_worked_through_though_all_died_at_once(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    buyer.goes_to_pay()
    session = provider.complete(buyer.session_id)
    shop.worker.kill()

    assert shop.send_webhook(session_event("completed", session)).status_code == 200
    shop.process.kill()
    shop.start()
    shop.start_worker()

    assert buyer.waits_until("paid")["payment"]["status"] == "COMPLETED"


def test_an_order_whose_shop_died_before_it_called_is_given_up_and_its_stock_comes_back(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    shop.sql(
        "UPDATE attempts SET status = 'NEW', session_id = NULL, sent_at = NULL, next_check_at = '2000-01-01'"
        " WHERE reference = ?", buyer.attempts()[0].reference,
    )  # fmt: skip

    assert buyer.waits_until("canceled")["payment"]["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before
