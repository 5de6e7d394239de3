"""One session's story on the dashboard, from its creation to its last delivery."""

import re
from datetime import timedelta

import pytest

from ..conftest import new_customer, until
from ..controls import Control
from .conftest import Dashboard


@pytest.fixture
def dashboard(here, merchant):
    return Dashboard(here, merchant)


@pytest.fixture
def control(here, merchant):
    return Control(here.address, merchant.key)


def headings(page):
    """Kind and title of each entry, in the order of the page."""
    found = re.findall(r'<p class="entry__kind">([^·]+) ·.*?<h3>([^<]+?) ?(?:<|$)', page, re.S)
    return [(kind.strip(), title.strip()) for kind, title in found]


def test_the_story_is_told_in_the_order_of_time(merchant, dashboard, control, buyer):
    session = merchant.create()
    buyer.fails_by_qr(session)
    control.waits_for(session, 1)
    buyer.pays_by_card(session)
    control.waits_for(session, 3)
    merchant.refunds(session, amount=50000)
    control.waits_for(session, 4)

    told = headings(dashboard.opens_story(session))

    expected = [
        ("API call", "POST /sessions"),
        ("Attempt to pay", "QRIS"),
        ("Webhook", "payment.failure"),
        ("Attempt to pay", "CARDS"),
        ("Capture", "Rp150.000"),
        ("Webhook", "payment_session.completed"),
        ("API call", "POST /refunds"),
        ("Webhook", "refund.succeeded"),
    ]
    assert [entry for entry in told if entry in expected] == expected
    assert ("Refund", "Rp50.000") in told
    assert ("Webhook", "payment.capture") in told


def test_whatever_is_asked_about_a_refund_or_a_saved_method_is_told(merchant, dashboard, buyer):
    merchant.sets(refund_seconds=60)
    session = merchant.create(customer=new_customer(), allow_save_payment_method="FORCED")
    buyer.pays_by_card(session)
    paid, version = merchant.session(session), {"api-version": "2024-11-11"}
    older = f"/refunds/{merchant.refunds(session, amount=1000).json()['id']}"
    merchant.post(f"{older}/cancel")
    merchant.get(older)
    body = {"payment_id": paid["payment_id"], "reference_id": "refund-1", "amount": 2000}
    newer = f"/v3/refunds/{merchant.post('/v3/refunds', json=body, headers=version).json()['refund_id']}"
    merchant.get(newer, headers=version)
    token = f"/v3/payment_tokens/{paid['payment_token_id']}"
    merchant.get(token)

    told = headings(dashboard.opens_story(session))

    calls = [f"POST {older}/cancel", f"GET {older}", "POST /v3/refunds", f"GET {newer}", f"GET {token}"]
    assert [title for kind, title in told if kind == "API call"][-len(calls) :] == calls
    assert {("Refund", "Rp1.000"), ("Refund", "Rp2.000")} <= set(told)


def test_a_call_is_told_before_what_it_did(merchant, dashboard, control):
    control.turns_dial("before_answer")
    session = merchant.create()
    control.waits_for(session, 2)

    assert headings(dashboard.opens_story(session))[:2] == [("API call", "POST /sessions"), ("Attempt to pay", "QRIS")]


def test_the_customer_and_the_reason_of_a_refund_are_told(merchant, dashboard, buyer):
    siti = new_customer(email="siti@example.com")
    known = merchant.post("/customers", json=siti).json()["id"]
    session = merchant.create(customer_id=known)
    buyer.pays_by_card(session)
    merchant.refunds(session, amount=1000, reason="DUPLICATE")

    page = dashboard.opens_story(session)

    assert ("Customer", siti["reference_id"]) in headings(page)
    assert f"<p>{known}</p>" in page and "siti@example.com" in page
    assert "<p>DUPLICATE</p>" in page


def test_a_delivery_shows_request_headers_and_answer_but_no_token(merchant, dashboard, control, buyer):
    session = merchant.create()
    buyer.pays_by_qr(session)
    control.waits_for(session, 2)

    page = dashboard.opens_story(session)

    assert all(f"<summary>{part}</summary>" in page for part in ("Request", "Headers", "Answer"))
    assert "&#34;x-callback-token&#34;: &#34;•••&#34;" in page
    assert control.does("GET", "account")["webhook_token"] not in page
    assert merchant.key not in page


def test_each_try_is_told_and_the_next_one_announced(merchant, dashboard, control, buyer, receiver, time):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 503
    buyer.fails_by_qr(session)
    control.waits_for(session, 1)
    time.jump(timedelta(minutes=15))
    until(lambda: control.deliveries(session), lambda rows: len(rows[0]["tries"]) == 2)

    page = until(lambda: dashboard.opens_story(session), lambda page: "Next try at" in page)

    assert page.count("try 1: answered 503") == page.count("try 2: answered 503") == 1
    assert page.count('id="delivery-') == 1


def test_a_webhook_is_sent_again(merchant, dashboard, control, buyer, receiver):
    session, other = merchant.create(), merchant.create()
    buyer.fails_by_qr(session)
    [delivery] = control.waits_for(session, 1)

    dashboard.sends_to(session, f"/deliveries/{delivery['id']}/resend")

    receiver.wait_for_all(session, "payment.failure", 2)
    until(lambda: dashboard.opens_story(session), lambda page: "try 2, sent by hand: answered 200" in page)
    assert dashboard.sends_to(other, f"/deliveries/{delivery['id']}/resend").status_code == 404


def test_all_webhooks_of_a_session_are_sent_again(merchant, dashboard, control, buyer, receiver):
    session = merchant.create()
    buyer.pays_by_qr(session)
    control.waits_for(session, 2)

    assert dashboard.sends_to(session, "/resend").status_code == 303

    receiver.wait_for_all(session, "payment.capture", 2)
    receiver.wait_for_all(session, "payment_session.completed", 2)


@pytest.mark.parametrize(("position", "said"), [("never", "Held back"), ("late", "Leaves at")])
def test_a_webhook_that_did_not_leave_says_why(merchant, dashboard, buyer, position, said):
    session = merchant.create()
    dashboard.sends_to(session, "/dial", position=position)
    buyer.fails_by_qr(session)

    assert said in dashboard.opens_story(session)


def test_a_fault_that_acted_is_part_of_the_story(merchant, dashboard, control):
    session = merchant.create()
    control.orders("garbage", "get_session")
    merchant.get(f"/sessions/{session['payment_session_id']}")

    assert "Spoiled by the fault garbage." in dashboard.opens_story(session)


def test_a_session_expires_once(merchant, dashboard):
    session = merchant.create()

    assert dashboard.sends_to(session, "/expire").status_code == 303
    assert merchant.session(session)["status"] == "EXPIRED"
    assert dashboard.sends_to(session, "/expire").status_code == 422
