"""Money that is only authorized: a completed session, and a payment that is captured, released, or lapses."""

import pytest

from .test_played_buyer import plays


@pytest.fixture
def authorized(merchant, control):
    """A session that was to be captured at once, and whose money is only reserved."""
    answer = plays(control, merchant.create(), "pay", authorize=True)
    assert answer.status_code == 200
    return answer.json()


def expires(control, session):
    return control.asks("POST", f"payments/{session['payment_id']}/expire")


def events(control, session, count):
    return sorted(row["event"] for row in control.waits_for(session, count))


def test_the_session_is_completed_and_its_payment_only_authorized(merchant, control, authorized):
    payment = merchant.payment(authorized)

    assert (authorized["status"], authorized["capture_method"]) == ("COMPLETED", "AUTOMATIC")
    assert (payment["status"], payment["capture_method"], payment["channel_code"]) == ("AUTHORIZED", "MANUAL", "CARDS")
    assert "captures" not in payment
    assert merchant.payment_request(authorized)["status"] == "AUTHORIZED"
    assert events(control, authorized, 2) == ["payment.authorization", "payment_session.completed"]


@pytest.mark.parametrize("amount", [150000, 75000])
def test_it_is_captured_whole_or_a_part(merchant, control, authorized, amount):
    assert merchant.captures(authorized, amount).status_code == 200

    payment = merchant.payment(authorized)
    assert (payment["status"], payment["captures"][0]["capture_amount"]) == ("SUCCEEDED", amount)
    assert "payment.capture" in events(control, authorized, 3)


def test_it_is_released(merchant, authorized):
    assert merchant.releases(authorized).status_code == 200

    assert merchant.payment(authorized)["status"] == "CANCELED"


def test_it_lapses_at_once_where_one_says_so(merchant, control, authorized):
    answer = expires(control, authorized)

    assert (answer.status_code, answer.json()) == (200, merchant.payment(authorized))
    assert answer.json()["status"] == "EXPIRED"
    assert "payment.expiry" in events(control, authorized, 3)


def test_only_what_is_authorized_lapses(merchant, control, authorized):
    merchant.captures(authorized, 1000)

    refused = expires(control, authorized)

    assert (refused.status_code, refused.json()["error_code"]) == (400, "INELIGIBLE_TRANSACTION_STATUS")
    assert control.asks("POST", "payments/py-00000000-0000-4000-8000-000000000000/expire").status_code == 404


@pytest.mark.parametrize("choices", [{"channel": "QRIS"}, {"late": True}, {"authorize": "yes"}])
def test_what_cannot_be_authorized_is_refused_with_a_sentence(merchant, control, choices):
    session = merchant.create()

    refused = plays(control, session, "pay", **{"authorize": True, **choices})

    assert refused.status_code == 400
    assert refused.json()["message"].endswith(".")
    assert control.ledger(session)["payments"] == []
