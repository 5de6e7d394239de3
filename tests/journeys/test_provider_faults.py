"""What becomes of orders while the provider fails, hangs, or is faster than its own answers."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..buyer import COFFEE, Buyer
from ..events import payment_event, session_event
from ..processes import SECRET_KEY, Shop
from ..spoiling_proxy import DOWN, RESET_AFTER, RESET_BEFORE, Fault, Spoiled, SpoilingProxy, delay
from ..waiting import wait_until

HANGS = 60  # seconds, far more than anybody waits
LONGEST_WAIT = 40  # seconds; a checkout gives up after 10, and a loaded machine needs some too


@pytest.fixture(scope="module")
def shop(shop_of_provider: Shop) -> Shop:
    return shop_of_provider


@pytest.fixture(autouse=True)
def well_again(provider: SpoilingProxy):
    yield
    provider.heals()


def test_a_buyer_is_not_kept_waiting_for_a_provider_that_hangs(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    before = shop.stock(COFFEE)
    buyer.adds()
    provider.will("create", delay(HANGS))
    started = time.monotonic()

    answer = buyer.checks_out()

    assert answer.status_code == 303
    assert time.monotonic() - started < LONGEST_WAIT
    assert "no money was taken" in buyer.opens(answer.headers["location"]).text.lower()
    assert_kept_unpaid(buyer, before, pieces=1)
    assert buyer.presses("pay").headers["location"].startswith(provider.url)


@pytest.mark.parametrize("fault", [DOWN, RESET_BEFORE, RESET_AFTER], ids=["down", "reset", "canceled, answer lost"])
def test_an_order_canceled_while_the_provider_is_down_is_closed_once_it_is_back(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, fault: Fault
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay(quantity=3)
    provider.always(fault, "cancel", "get")

    answer = buyer.presses("cancel")
    shop.make_everything_due()
    seen = buyer.opens(answer.headers["location"])

    assert "being canceled" in seen.text
    assert buyer.status()["status"] == "closing"
    assert shop.stock(COFFEE) == before - 3

    provider.heals()
    shop.make_everything_due()

    assert buyer.waits_until("canceled")["payment"]["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before


def test_an_order_canceled_while_its_session_is_being_made_ends_canceled(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    provider.change(buyer.session_id, status="EXPIRED")
    buyer.opens(f"{buyer.order}/cancel")
    buyer.waits_until("canceled")
    provider.will("create", Spoiled(before_answer=lambda _: cancel_from_another_tab(buyer)))

    answer = buyer.checks_out()

    assert not answer.headers["location"].startswith(provider.url)
    assert buyer.waits_until("canceled")["payment"]["status"] == "CANCELED"
    assert provider.record(buyer.session_id)["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before


def cancel_from_another_tab(buyer: Buyer) -> None:
    other = Buyer(buyer.shop)
    other.order = other.order_page()
    other.presses("cancel")


@pytest.mark.parametrize("worker_is_first", [True, False], ids=["worker first", "answer first"])
def test_a_webhook_that_is_faster_than_the_answer_pays_the_order(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, worker_is_first: bool
):
    def pay_at_once(session: dict) -> None:
        paid = provider.complete(session["payment_session_id"])
        assert shop.send_webhook(session_event("completed", paid)).status_code == 200
        if worker_is_first:
            wait_for_looks(provider, paid, 1)

    buyer.adds()
    provider.will("create", Spoiled(before_answer=pay_at_once))

    answer = buyer.checks_out()

    assert answer.status_code == 303
    assert buyer.waits_until("paid")["payment"]["status"] == "COMPLETED"
    assert not buyer.status()["attention"]


@pytest.mark.parametrize("paid", [True, False])
def test_a_session_whose_answer_was_lost_is_adopted_when_a_webhook_names_it(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, paid: bool
):
    buyer.adds()
    provider.will("create", RESET_AFTER)
    buyer.checks_out()
    session = provider.session_for(buyer.attempts()[0].reference)
    if paid:
        provider.complete(session["payment_session_id"])

    shop.send_webhook(session_event("completed", session))

    if paid:
        assert buyer.waits_until("paid")["attention"] is False
    else:
        wait_for_looks(provider, session, 2)
        assert buyer.status()["status"] == "pending"
    assert buyer.session_id == session["payment_session_id"]


def wait_for_looks(provider: SpoilingProxy, session: dict, times: int) -> None:
    wait_until(lambda: provider.count("get", session["payment_session_id"]) >= times)


def test_a_webhook_cannot_tie_an_attempt_to_the_session_of_another_order(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    victim, thief = buyer, Buyer(shop)
    victim.goes_to_pay()
    foreign = provider.complete(victim.session_id, reference_id="somebody-else")
    provider.keep({**foreign, "payment_session_id": "ps-" + "f" * 24})
    thief.adds()
    provider.will("create", RESET_AFTER)
    thief.checks_out()
    lost = thief.attempts()[0].reference

    shop.send_webhook(session_event("completed", foreign, payment_session_id="ps-" + "f" * 24, reference_id=lost))
    wait_for_looks(provider, {"payment_session_id": "ps-" + "f" * 24}, 2)

    assert thief.status()["status"] == "pending"
    assert thief.session_id is None


@pytest.mark.parametrize("end", ["EXPIRED", "CANCELED"])
@pytest.mark.parametrize("door", ["webhook", "poll"])
def test_money_for_a_canceled_order_takes_its_goods_again(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, end: str, door: str
):
    before = shop.stock(COFFEE)
    session = paid_after_its_end(shop, provider, buyer, end, door)

    buyer.waits_until("paid")

    assert (buyer.status()["payment"]["status"], buyer.status()["attention"]) == ("COMPLETED", False)
    assert shop.sql("SELECT count(*) FROM payments WHERE payment_id = ?", session["payment_id"]) == [(1,)]
    assert shop.stock(COFFEE) == before - 1


def test_money_for_a_canceled_order_whose_goods_are_gone_is_due_back(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    before = shop.stock(COFFEE)
    try:
        paid_after_its_end(shop, provider, buyer, "EXPIRED", "webhook", stock=0)
        buyer.waits_until("refund_due")
        assert shop.stock(COFFEE) == 0
    finally:
        shop.set_stock(COFFEE, before)

    assert (buyer.status()["payment"]["status"], buyer.status()["attention"]) == ("COMPLETED", True)


def paid_after_its_end(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, end: str, door: str, stock: int | None = None
) -> dict:
    buyer.goes_to_pay()
    provider.change(buyer.session_id, status=end)
    buyer.presses("cancel")
    buyer.waits_until("canceled")
    if stock is not None:
        shop.set_stock(COFFEE, stock)
    session = provider.complete(buyer.session_id)
    if door == "webhook":
        shop.send_webhook(session_event("completed", session))
    else:
        shop.make_everything_due()
    return session


def wait_for_attention(buyer: Buyer) -> None:
    wait_until(lambda: buyer.status()["attention"])


def test_money_that_only_a_webhook_reports_changes_nothing(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    session = provider.change(buyer.session_id, status="EXPIRED")
    buyer.presses("cancel")
    looks = provider.count("get", buyer.session_id)

    shop.send_webhook(payment_event("capture", session))
    wait_until(lambda: provider.count("get", buyer.session_id) > looks)

    assert (buyer.status()["status"], buyer.status()["attention"]) == ("canceled", False)


def test_a_second_payment_leaves_the_order_paid_and_asks_for_a_person(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.adds()
    provider.will("create", RESET_AFTER)
    buyer.checks_out()
    buyer.presses("pay")
    first, second = (provider.session_for(attempt.reference) for attempt in buyer.attempts())
    provider.complete(second["payment_session_id"])
    buyer.opens(f"{buyer.order}/complete")
    assert buyer.status()["attention"] is False

    shop.send_webhook(session_event("completed", provider.complete(first["payment_session_id"])))
    wait_for_attention(buyer)

    assert buyer.status()["status"] == "paid"
    assert [attempt.status for attempt in buyer.attempts()] == ["COMPLETED", "COMPLETED"]
    assert shop.stock(COFFEE) == before - 1


def test_the_return_page_answers_while_the_provider_hangs(provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    provider.complete(buyer.session_id)
    provider.always(delay(HANGS), "get")
    started = time.monotonic()

    page = buyer.opens(f"{buyer.order}/complete")

    assert time.monotonic() - started < 20
    assert "checking" in page.text
    assert buyer.status()["status"] == "pending"


def test_the_poll_settles_an_order_whose_buyer_never_returns_and_whose_webhooks_are_lost(
    provider: SpoilingProxy, buyer: Buyer
):
    buyer.goes_to_pay()
    provider.complete(buyer.session_id)

    assert buyer.waits_until("paid", within=60)["payment"]["status"] == "COMPLETED"


def test_webhooks_are_answered_while_the_provider_hangs(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    session = provider.complete(buyer.session_id)
    provider.always(delay(HANGS), "get")

    def send(number: int) -> float:
        started = time.monotonic()
        answer = shop.send_webhook(payment_event("capture", session, payment_id=f"py-hang-{number}"))
        assert answer.status_code == 200
        return time.monotonic() - started

    with ThreadPoolExecutor(5) as pool:
        slowest = max(pool.map(send, range(50)))

    assert slowest < 20, "a webhook waited for the provider"
    provider.heals()
    buyer.waits_until("paid")


def test_none_of_this_was_unforeseen_and_no_secret_was_logged(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()

    logged = shop.process.output() + shop.worker.output()

    assert buyer.attempts()[0].reference in logged
    for never in ("Traceback", "evil.example", "javascript:", SECRET_KEY, f"{provider.url}/checkout", "/order/"):
        assert never not in logged


def assert_kept_unpaid(buyer: Buyer, stock_before: int, pieces: int) -> None:
    assert buyer.status()["status"] == "pending"
    assert buyer.shop.stock(COFFEE) == stock_before - pieces
    assert "checkout" in " ".join(buyer.opens("/cart").links)
