"""POST /refunds: who may be refunded how much, how long and how often; and how it ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

PHILIPPINES = {"country": "PH", "currency": "PHP", "amount": 1000}


@pytest.fixture
def paid(merchant, buyer):
    """A session of 150000 paid by card."""
    session = merchant.create()
    buyer.pays_by_card(session)
    return session


def refunded(merchant, receiver, session, count=1, **changes):
    """Ask for a refund and wait for its end; what the webhook told."""
    answer = merchant.refunds(session, **changes)
    assert answer.status_code == 200, answer.text
    return receiver.wait_for_all(session, "refund.succeeded", count)[-1]["body"]["data"]["data"]


def pays_by(code, session, buyer):
    return buyer._sends(f"{session['payment_link_url']}/{code.lower()}/paid", {})


def test_a_refund_is_pending_first_and_the_end_comes_by_webhook(merchant, paid, receiver):
    merchant.sets(refund_seconds=1)

    refund = merchant.refunds(paid, metadata={"why": "broken"}).json()

    told = receiver.wait_for(paid, "refund.succeeded")["body"]
    assert refund["id"].startswith("rfd-")
    assert (refund["status"], refund["amount"], refund["currency"]) == ("PENDING", 150000, "IDR")
    assert (refund["channel_code"], refund["payment_method_type"]) == ("CARDS", "CARD")
    assert refund["payment_request_id"] == merchant.session(paid)["payment_request_id"]
    assert (refund["failure_code"], refund["refund_fee_amount"], refund["metadata"]) == (
        None,
        None,
        {"why": "broken"},
    )
    assert told["data"]["event"] == told["event"]
    assert told["data"]["business_id"] == told["business_id"]
    assert told["data"]["data"]["id"] == refund["id"]
    assert (told["data"]["data"]["status"], told["data"]["data"]["amount"]) == ("SUCCEEDED", 150000)
    assert "payment_request_id" not in told["data"]["data"]


def test_a_refund_changes_neither_session_nor_payment(merchant, paid, receiver):
    before = merchant.session(paid), merchant.payment(paid)

    refunded(merchant, receiver, paid)

    assert (merchant.session(paid), merchant.payment(paid)) == before


def test_a_refund_ends_on_the_sandboxs_clock(merchant, paid, receiver, time):
    merchant.sets(refund_seconds=3600)
    merchant.refunds(paid)

    time.jump(timedelta(hours=2))

    receiver.wait_for(paid, "refund.succeeded")


@pytest.mark.parametrize("failure_code", ["INSUFFICIENT_BALANCE", "REFUND_FAILED", "ACCOUNT_NOT_FOUND"])
def test_a_refund_fails_when_the_account_says_so_and_may_be_asked_for_again(merchant, paid, receiver, failure_code):
    merchant.sets(refund_failure_code=failure_code)
    merchant.refunds(paid)
    told = receiver.wait_for(paid, "refund.failed")["body"]["data"]["data"]
    merchant.sets(refund_failure_code=None)

    again = refunded(merchant, receiver, paid)

    assert (told["status"], told["failure_code"]) == ("FAILED", failure_code)
    assert (again["status"], again["amount"], again["failure_code"]) == ("SUCCEEDED", 150000, None)


def test_one_pending_refund_blocks_the_next(merchant, paid):
    merchant.sets(refund_seconds=60)
    merchant.refunds(paid, amount=1000)

    answer = merchant.refunds(paid, amount=1000)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "REFUND_IN_PROGRESS")


def test_refunds_at_the_same_time_make_one(merchant, paid):
    merchant.sets(refund_seconds=60)

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: merchant.refunds(paid), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


def test_partial_refunds_add_up_to_what_was_captured(merchant, paid, receiver):
    refunded(merchant, receiver, paid, 1, amount=100000)

    too_much = merchant.refunds(paid, amount=50001)
    rest = refunded(merchant, receiver, paid, 2)

    assert too_much.json()["error_code"] == "REFUND_AMOUNT_EXCEEDED"
    assert rest["amount"] == 50000
    assert merchant.refunds(paid).json()["error_code"] == "REFUND_AMOUNT_EXCEEDED"


def test_only_what_was_captured_can_be_refunded(merchant, buyer, receiver):
    session = merchant.create(capture_method="MANUAL")
    buyer.pays_by_card(session)
    early = merchant.refunds(session)
    merchant.captures(session, 40000)

    too_much = merchant.refunds(session, amount=40001)

    assert early.json()["error_code"] == "INELIGIBLE_TRANSACTION_STATUS"
    assert too_much.json()["error_code"] == "REFUND_AMOUNT_EXCEEDED"
    assert refunded(merchant, receiver, session)["amount"] == 40000


@pytest.mark.parametrize(
    ("changes", "error_code"),
    [
        ({"amount": 0}, "INVALID_VALUE_ERROR"),
        ({"amount": 10.5}, "INVALID_VALUE_ERROR"),
        ({"currency": "PHP"}, "INVALID_VALUE_ERROR"),
        ({"amount": 150001}, "REFUND_AMOUNT_EXCEEDED"),
        ({"amount": -1}, "API_VALIDATION_ERROR"),
        ({"amount": "1000"}, "API_VALIDATION_ERROR"),
        ({"reason": None}, "API_VALIDATION_ERROR"),
        ({"reason": "BECAUSE"}, "API_VALIDATION_ERROR"),
        ({"reference_id": "r" * 256}, "API_VALIDATION_ERROR"),
        ({"payment_request_id": None}, "API_VALIDATION_ERROR"),
        ({"currency": "XXX"}, "API_VALIDATION_ERROR"),
        ({"metadata": {str(n): "" for n in range(51)}}, "API_VALIDATION_ERROR"),
        ({"metadata": {"k" * 41: ""}}, "API_VALIDATION_ERROR"),
        ({"metadata": {"key": "v" * 501}}, "API_VALIDATION_ERROR"),
    ],
)
def test_a_wrong_request_is_refused(merchant, paid, changes, error_code):
    answer = merchant.refunds(paid, **changes)

    assert (answer.status_code, answer.json()["error_code"]) == (400, error_code)


def test_an_unknown_payment_request_is_not_found(merchant, paid):
    answer = merchant.refunds(paid, payment_request_id="pr-00000000-0000-4000-8000-000000000000")

    assert (answer.status_code, answer.json()["error_code"]) == (404, "DATA_NOT_FOUND")


def test_a_channel_that_gives_nothing_back_refuses(merchant, buyer):
    session = merchant.create(**PHILIPPINES)
    pays_by("QRPH", session, buyer)

    answer = merchant.refunds(session)

    assert (answer.status_code, answer.json()["error_code"]) == (403, "REFUND_NOT_SUPPORTED")


def test_a_channel_that_gives_all_or_nothing_refuses_a_part(merchant, buyer, receiver):
    session = merchant.create()
    pays_by("QRIS", session, buyer)

    part = merchant.refunds(session, amount=1000)

    assert (part.status_code, part.json()["error_code"]) == (403, "PARTIAL_REFUND_NOT_SUPPORTED")
    assert refunded(merchant, receiver, session, amount=150000)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(("code", "days"), [("QRIS", 30), ("OVO", 14), ("KREDIVO", 14)])
def test_after_the_channels_last_day_there_is_no_refund(merchant, buyer, time, code, days):
    session = merchant.create()
    pays_by(code, session, buyer)

    time.jump(timedelta(days=days, minutes=1))

    assert merchant.refunds(session).json()["error_code"] == "INELIGIBLE_TRANSACTION_STATUS"


def test_on_the_channels_last_day_there_is_a_refund(merchant, buyer, receiver, time):
    session = merchant.create()
    pays_by("QRIS", session, buyer)
    time.jump(timedelta(days=29, hours=23))

    assert refunded(merchant, receiver, session)["status"] == "SUCCEEDED"


def test_some_channels_give_back_for_ever(merchant, buyer, receiver, time):
    session = merchant.create()
    pays_by("AKULAKU", session, buyer)
    time.jump(timedelta(days=3650))

    assert refunded(merchant, receiver, session)["status"] == "SUCCEEDED"
