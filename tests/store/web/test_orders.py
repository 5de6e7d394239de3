"""An order's pages: who sees what of it, and that they tell Xendit's record and not what the address says."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ...buyer import Buyer
from ...in_process import Shop
from ...records import SECRET_KEY
from .conftest import PERSONAL, PHONE

UNKNOWN_TOKENS = ["A" * 32, "a", "x" * 43, "x" * 2000, "%00", "%F0%9F%98%80", "1", "W-7K3M9Q", "'%20OR%201=1--"]


@pytest.mark.parametrize("page", ["", "/complete", "/cancel", "/status"])
def test_every_unknown_token_gets_the_same_answer(shop: Shop, page: str):
    answers = [shop.browser().get(f"{shop.url}/order/{token}{page}") for token in UNKNOWN_TOKENS]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_an_orders_number_does_not_open_it(ordered: Buyer):
    assert ordered.gets(f"/order/{ordered.status()['number']}").status_code == 404


def test_tokens_carry_at_least_128_random_bits(shop: Shop, ordered: Buyer):
    tokens = [token for (token,) in shop.sql("SELECT token FROM orders")]

    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22,}", token) for token in tokens)
    assert len(set(tokens)) == len(tokens)


@pytest.mark.parametrize("page", ["", "/complete", "/cancel", "/status"])
@pytest.mark.parametrize("visitor", ["without a cookie", "another buyer"])
def test_others_see_an_orders_state_but_nothing_personal(shop: Shop, ordered: Buyer, page: str, visitor: str):
    other = Buyer(shop)
    if visitor == "another buyer":
        other.adds()
        other.checks_out()

    seen = other.browser.get(ordered.order + page)

    assert seen.status_code == 200
    assert ordered.status()["number"] in seen.text
    for text in (*PERSONAL.values(), PHONE, PHONE[3:], "secret.mailbox"):
        assert text not in seen.text


def test_the_buyer_sees_the_details_that_were_given(ordered: Buyer):
    text = ordered.opens(ordered.order).text

    assert all(detail in text for field, detail in PERSONAL.items() if field != "mobile_number")
    assert PHONE in text


@pytest.mark.parametrize("query", ["status=PAID", "status=COMPLETED&payment_id=py-1", "looks=12", "looks=999999999999"])
def test_the_return_page_believes_xendits_record_and_not_its_address(ordered: Buyer, query: str):
    page = ordered.opens(f"{ordered.order}/complete?{query}")

    assert page.status == 200
    assert "not paid" in page.text
    assert "Thank you" not in page.text
    assert ordered.status()["status"] == "pending"


def test_the_return_page_tells_why_a_try_failed(shop: Shop, buyer: Buyer):
    buyer.fails_by_qris(buyer.goes_to_pay())
    shop.works()

    left, returned = buyer.opens(f"{buyer.order}/cancel"), buyer.opens(f"{buyer.order}/complete")

    (reason,) = re.findall(r'"notice notice--problem">([^<]+)<', left.html)
    assert "We are checking your payment" in returned.text
    assert reason in returned.html


def test_sixty_reloads_are_a_few_calls_and_a_webhook_is_seen_at_once(shop: Shop, ordered: Buyer):
    sandbox = shop.sandbox
    before = len(sandbox.calls("GET"))

    for number in range(60):
        ordered.opens(f"{ordered.order}/{'complete' if number % 2 else 'cancel'}")

    assert 1 <= len(sandbox.calls("GET")) - before <= 6

    ordered.pays_by_qris(sandbox.session(ordered.session_id)["payment_link_url"])
    shop.works()

    assert "is paid" in ordered.opens(f"{ordered.order}/complete").text


def test_who_wants_to_pay_after_the_last_hold_is_told_so_and_can_order_again(shop: Shop, ordered: Buyer):
    ordered.browser.post(f"{shop.sandbox.url}/sessions/{ordered.session_id}/cancel", auth=(SECRET_KEY, ""))
    form = ordered.opens(ordered.order).form("/pay")
    shop.sql("UPDATE orders SET created_at = '2020-01-01', hold_expires_at = '2020-01-01'")

    page = ordered.opens(ordered.sends(form).headers["location"])

    assert "This order was canceled" in page.text
    assert "You can place a new order from your cart" in page.text
    assert ordered.checks_out().headers["location"].startswith(shop.sandbox.url)


def test_a_time_of_another_day_has_its_day(shop: Shop, ordered: Buyer):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    shop.sql("UPDATE orders SET hold_expires_at = ?", f"{tomorrow:%Y-%m-%d %H:%M:%S.%f}")
    local = tomorrow.astimezone(timezone(timedelta(hours=7)))

    text = ordered.opens(ordered.order).text

    assert f"until {local:%H:%M} WIB on {local.day} {local:%B} ." in text


def test_a_time_of_today_is_only_a_time(shop: Shop, ordered: Buyer):
    now = datetime.now(UTC)
    shop.sql("UPDATE orders SET hold_expires_at = ?", f"{now:%Y-%m-%d %H:%M:%S.%f}")

    assert re.search(r"We keep the goods for you until \d\d:\d\d WIB \.", ordered.opens(ordered.order).text)
