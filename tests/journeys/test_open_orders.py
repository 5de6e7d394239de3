"""An open order is never stuck, never closed without a reason, and nobody waits for it too long."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ..buyer import COFFEE, DETAILS, Buyer
from ..events import payment_event
from ..processes import Shop
from ..spoiling_proxy import Spoiled, SpoilingProxy, error
from ..waiting import wait_until

UNKNOWN = error(404, "NOT_FOUND")


@pytest.fixture(scope="module")
def shop(shop_of_provider: Shop) -> Shop:
    return shop_of_provider


@pytest.fixture
def buyer(shop: Shop, provider: SpoilingProxy) -> Iterator[Buyer]:
    yield Buyer(shop)
    provider.heals()


def in_database(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def let_time_pass(shop: Shop, buyer: Buyer, **duration: int) -> None:
    """As if the newest attempt had been opened this long ago."""
    sent = in_database(datetime.now(UTC) - timedelta(**duration))
    shop.sql("UPDATE attempts SET sent_at = ? WHERE session_id = ?", sent, buyer.session_id)


def shorten_hold(shop: Shop, minutes: int) -> None:
    soon = in_database(datetime.now(UTC) + timedelta(minutes=minutes))
    shop.sql("UPDATE orders SET hold_expires_at = ? WHERE status = 'pending'", soon)
    shop.sql("UPDATE attempts SET expires_at = ? WHERE status = 'ACTIVE'", soon)


def wait_until_due_attempts_were_looked_at(shop: Shop) -> None:
    """The worker is done with the inbox, and with whatever that made due."""
    wait_until(lambda: not shop.sql("SELECT 1 FROM webhook_events WHERE processed_at IS NULL"))
    shop.flask("worker", "--once")


def test_one_wrong_404_makes_no_second_page_to_pay_on(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    link = buyer.goes_to_pay()
    let_time_pass(shop, buyer, minutes=2)
    provider.will("get", UNKNOWN)

    told = buyer.presses("pay").headers["location"]

    assert buyer.order.endswith(told)
    assert buyer.presses("pay").headers["location"] == link


def test_an_order_whose_session_is_unknown_to_the_provider_keeps_its_goods_until_that_is_sure(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    let_time_pass(shop, buyer, minutes=2)
    provider.always(UNKNOWN, "get", "cancel")

    buyer.presses("cancel")

    assert buyer.status()["status"] == "closing"
    assert shop.stock(COFFEE) == before - 1


def test_a_session_that_was_made_a_moment_ago_is_not_given_up(provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    provider.always(UNKNOWN, "get", "cancel")

    buyer.presses("cancel")

    assert buyer.status()["status"] == "closing"


def test_an_event_about_another_payment_does_not_close_an_order_that_was_just_placed(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    buyer.goes_to_pay()
    other = {**provider.record(buyer.session_id), "reference_id": "of-somebody-else"}
    as_just_placed = "status = 'NEW', session_id = NULL, next_check_at = NULL"
    shop.sql(f"UPDATE attempts SET {as_just_placed} WHERE session_id = ?", buyer.session_id)

    shop.send_webhook(payment_event("capture", other))
    wait_until_due_attempts_were_looked_at(shop)

    assert buyer.status()["status"] == "pending"


def test_the_return_page_answers_though_headers_trickle_in(provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    provider.always(Spoiled(drips=True), "get")
    started = time.monotonic()

    page = buyer.opens(f"{buyer.order}/complete")

    assert time.monotonic() - started < 20, "it waited for all that trickles"
    assert "checking" in page.text


def test_paying_with_little_time_left_ends_the_old_session_and_renews_the_hold(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock(COFFEE)
    first = buyer.goes_to_pay()
    first_session = buyer.session_id
    shorten_hold(shop, minutes=9)

    link = buyer.presses("pay").headers["location"]

    assert link != first
    assert provider.record(first_session)["status"] == "CANCELED"
    hold, session = shop.sql("SELECT hold_expires_at, expires_at FROM orders JOIN attempts ON attempts.order_id ="
                             " orders.id WHERE session_id = ?", buyer.session_id)[0]  # fmt: skip
    assert hold == session
    assert str(hold) > in_database(datetime.now(UTC) + timedelta(minutes=29))
    assert shop.stock(COFFEE) == before - 1


def test_news_of_an_older_attempt_does_not_keep_the_buyer_from_paying(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    buyer.goes_to_pay()
    older = provider.record(buyer.session_id)
    shorten_hold(shop, minutes=9)
    link = buyer.presses("pay").headers["location"]

    shop.send_webhook(payment_event("capture", older))
    wait_until(lambda: provider.count("get", older["payment_session_id"]))

    assert (buyer.status()["status"], buyer.status()["attention"]) == ("pending", False)
    assert buyer.presses("pay").headers["location"] == link


def test_a_checkout_that_is_refused_leaves_the_open_order_alone(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    form = buyer.opens("/checkout").form("/checkout")
    shop.sql("UPDATE products SET price = price + 1000 WHERE slug = ?", COFFEE)

    answer = buyer.sends(form, **DETAILS)

    shop.sql("UPDATE products SET price = price - 1000 WHERE slug = ?", COFFEE)
    assert answer.status_code == 422
    assert buyer.status()["status"] == "pending"
    assert provider.record(buyer.session_id)["status"] == "ACTIVE"


def test_a_buyer_whose_payment_is_looked_at_is_sent_to_that_order(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    provider.complete(buyer.session_id, amount=1)
    buyer.opens(f"{buyer.order}/complete")
    assert buyer.status()["payment"]["status"] == "SUSPECT"
    order = buyer.order

    answer = buyer.checks_out()

    assert answer.status_code == 303
    assert order.endswith(answer.headers["location"].rpartition("/")[2])
    assert "do not pay for this order again" in buyer.opens(order).text
