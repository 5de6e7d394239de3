"""The hosted page: what it shows, and each way to pay, fail and leave."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from ..conftest import CHALLENGED_CARD, COMPONENTS, GOOD_CARD

AUTHENTICATION_FAILURES = [
    "UNAUTHENTICATED",
    "CANCELLED_AUTHENTICATION",
    "AUTHENTICATION_NOT_AVAILABLE",
    "AUTHENTICATION_REJECTED",
    "AUTHENTICATION_SERVER_ERROR",
    "API_GW_ASM_POLICY_ERROR",
]


def test_the_page_tells_who_is_paid_how_much_and_until_when(api, buyer):
    items = [
        {
            "reference_id": "a",
            "type": "FEE",
            "name": "Kopi <b>",
            "net_unit_amount": 75000,
            "quantity": 2,
            "category": "",
        }
    ]

    page = buyer.opens(api.create(description="Two bags", items=items))

    for text in ("Warung", "Two bags", "Kopi &lt;b&gt;", "× 2", "Rp150.000", "Pay before", "29 minutes left"):
        assert text in page.text
    assert "imitation of Xendit" in page.text
    assert re.search(r'http-equiv="refresh" content="1(79\d|800)', page.text)


@pytest.mark.parametrize("code", ["cards", "qris", "bca_virtual_account"])
def test_a_page_has_nothing_from_other_hosts_and_no_script_in_it(api, buyer, code):
    page = buyer.opens_channel(api.create(), code)

    assert re.findall(r"<script[^>]*>[^<]*", page.text) == ['<script src="/static/copy.js" defer>'] * (code != "cards")
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!shop\.example)', page.text)
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert "form-action" not in page.headers["Content-Security-Policy"]


def test_leaving_goes_to_the_merchant_and_keeps_the_session(api, buyer):
    session = api.create()

    page = buyer.opens(session)

    assert 'href="https://shop.example/cancel"' in page.text
    assert api.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize("way", ["pays_by_card", "pays_by_qr"])
def test_a_payment_completes_the_session_and_returns_to_the_merchant(api, buyer, way):
    session = api.create()

    answer = getattr(buyer, way)(session)

    paid = api.session(session)
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://shop.example/complete")
    assert paid["status"] == "COMPLETED"
    assert re.fullmatch(r"py-[0-9a-f-]{36}", paid["payment_id"])
    assert re.fullmatch(r"pr-[0-9a-f-]{36}", paid["payment_request_id"])


def test_without_a_return_url_the_page_says_that_it_is_paid(api, buyer):
    session = api.create(success_return_url=None)

    answer = buyer.pays_by_qr(session)

    assert answer.status_code == 303
    assert "Payment received" in buyer.opens(session).text


@pytest.mark.parametrize("way", ["by_qr", "by_card"])
def test_a_failed_try_leaves_the_session_active(api, buyer, way):
    session = api.create()

    if way == "by_qr":
        buyer.fails_by_qr(session)
    else:
        buyer.answers_the_bank(session, "UNAUTHENTICATED")

    page = buyer.opens(session)
    assert "Payment failed" in page.text
    assert api.session(session)["status"] == "ACTIVE"
    assert "payment_id" not in api.session(session)


def test_a_failed_try_can_be_followed_by_a_payment(api, buyer):
    session = api.create()
    buyer.fails_by_qr(session)
    buyer.answers_the_bank(session, "AUTHENTICATION_REJECTED")

    buyer.pays_by_card(session)

    assert api.session(session)["status"] == "COMPLETED"


def test_a_challenged_card_pays_only_when_the_bank_agrees(api, buyer):
    session = api.create()

    step = buyer.pays_by_card(session, CHALLENGED_CARD)
    page = requests.get(requests.compat.urljoin(session["payment_link_url"], step.headers["Location"]), timeout=30)
    before = api.session(session)
    answer = buyer.answers_the_bank(session, "AUTHENTICATED")

    assert step.status_code == 303
    assert "3-D Secure" in page.text
    assert before["status"] == "ACTIVE"
    assert answer.headers["Location"] == "https://shop.example/complete"
    assert api.session(session)["status"] == "COMPLETED"


def test_a_settled_attempt_can_not_be_answered_again(api, buyer):
    session = api.create()
    step = buyer.pays_by_card(session, CHALLENGED_CARD)
    url = api.address + step.headers["Location"]
    requests.post(url, data={"result": "UNAUTHENTICATED"}, timeout=30)

    again = requests.post(url, data={"result": "AUTHENTICATED"}, allow_redirects=False, timeout=30)

    assert (again.status_code, again.headers["Location"]) == (
        303,
        f"/checkout/{session['payment_session_id']}",
    )
    assert api.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize("result", AUTHENTICATION_FAILURES)
def test_each_refusal_of_the_bank_fails_the_try(api, buyer, receiver, result):
    session = api.create()

    buyer.answers_the_bank(session, result)

    failure = receiver.wait_for(session, "payment.failure")["body"]["data"]
    assert failure["failure_code"] == "AUTHENTICATION_FAILED"


@pytest.mark.parametrize(("amount", "failure_code"), [(10051, "EXPIRED_CARD"), (10054, "INSUFFICIENT_BALANCE")])
def test_some_amounts_fail_with_the_card_for_failures(api, buyer, receiver, amount, failure_code):
    session = api.create(amount=amount)

    buyer.answers_the_bank(session, "AUTHENTICATED")

    failure = receiver.wait_for(session, "payment.failure")["body"]["data"]
    assert failure["failure_code"] == failure_code
    assert api.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("field", "value", "mistake"),
    [
        ("card_number", "4000000000001001", "card number"),
        ("card_number", "", "card number"),
        ("expiry", "13/39", "MM/YY"),
        ("expiry", "01/20", "has expired"),
        ("cvn", "12", "3 digits"),
        ("cardholder_name", " ", "name on the card"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_the_rest_is_kept(api, buyer, field, value, mistake):
    session = api.create()

    page = buyer.pays_by_card(session, GOOD_CARD | {"cvn": "987", field: value})

    assert page.status_code == 422
    assert re.search(rf'id="{field}-mistake">[^<]*{mistake}', page.text)
    assert f'aria-describedby="{field}-mistake"' in page.text
    assert 'value="987"' not in page.text
    kept = [value for name, value in GOOD_CARD.items() if name not in (field, "cvn")]
    assert all(f'value="{value}"' in page.text for value in kept)
    assert api.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize("round", range(5))
def test_payments_at_the_same_time_make_one(api, buyer, receiver, round):
    session = api.create()

    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda _: buyer.pays_by_qr(session), range(16)))

    receiver.wait_for(session, "payment_session.completed")
    returned = [answer for answer in answers if answer.headers["Location"] == "https://shop.example/complete"]
    assert len(returned) == 1
    assert receiver.events(session).count("payment.capture") == 1


def test_a_channel_out_of_range_is_shown_but_can_not_pay(api, buyer):
    session = api.create(amount=4999)

    page = buyer.opens(session)
    buyer.pays_by_card(session)

    assert "Not available for this payment" in page.text
    assert 'name="card_number"' not in page.text
    assert api.session(session)["status"] == "ACTIVE"


def test_only_allowed_channels_are_offered(api, buyer):
    session = api.create(allowed_payment_channels=["QRIS"])

    page = buyer.opens(session)
    buyer.pays_by_card(session)

    assert "QRIS" in page.text
    assert 'name="card_number"' not in page.text
    assert api.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("country", "currency", "amount", "shown"),
    [
        ("PH", "PHP", 10000, "₱10,000"),
        ("TH", "THB", 10000, "฿10,000"),
        ("MY", "MYR", 4000.5, "RM4,000.50"),
        ("SG", "USD", 1000, "US$1,000"),
        ("VN", "VND", 10000, "10.000₫"),
    ],
)
def test_amounts_are_written_as_xendit_writes_them(api, buyer, country, currency, amount, shown):
    page = buyer.opens(api.create(country=country, currency=currency, amount=amount))

    assert shown in page.text


def test_an_unknown_link_has_a_page_of_its_own(address):
    page = requests.get(f"{address}/checkout/ps-000000000000000000000000", timeout=30)

    assert page.status_code == 404
    assert "<h1>Page not found</h1>" in page.text


def test_a_session_for_components_has_no_page(api):
    session = api.create(**COMPONENTS)

    page = requests.get(f"{api.address}/checkout/{session['payment_session_id']}", timeout=30)

    assert page.status_code == 404


def test_time_left_follows_the_clock_of_the_sandbox(merchant, buyer, time):
    session = merchant.create()

    time.jump(timedelta(minutes=10))

    assert "19 minutes left" in buyer.opens(session).text
    time.jump(timedelta(minutes=19, seconds=30))
    assert "less than a minute left" in buyer.opens(session).text
    time.jump(timedelta(minutes=1))
    assert "The time to pay is over." in buyer.opens(session).text


def test_an_attempt_that_nobody_finished_is_unsuccessful_and_the_session_goes_on(merchant, buyer, time):
    session = merchant.create()
    step = buyer.begins(session, "OVO")

    time.jump(timedelta(minutes=2))
    late = buyer.answers(session, step, "approve")
    page = buyer.follows(session, late).text

    assert "Payment unsuccessful" in page and "The time for this try is over." in page
    assert buyer.pays_by_card(session).headers["Location"] == "https://shop.example/complete"
