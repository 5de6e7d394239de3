"""Records that do not fit: what the API shows of a payment or a session is not true, and the ledger stays so."""

import pytest

from .test_played_buyer import plays

OTHER = {
    "wrong_currency": ("currency", "PHP"),
    "wrong_business": ("business_id", "000000000000000000000000"),
    "wrong_reference": ("reference_id", "reference-of-nobody"),
}


@pytest.fixture
def paid(merchant, control):
    """The session as the API shows it once it was paid."""
    return plays(control, merchant.create(), "pay").json()


def payment(merchant, session):
    return merchant.get(f"/v3/payments/{session['payment_id']}").json()


@pytest.mark.parametrize("kind", OTHER)
def test_a_payment_and_a_session_show_another_value_in_one_field(merchant, control, paid, kind):
    true = payment(merchant, paid)
    name, value = OTHER[kind]
    for operation in ("get_payment", "get_session"):
        control.orders(kind, operation)

    assert payment(merchant, paid) == true | {name: value}
    assert merchant.session(paid) == paid | {name: value}
    assert (payment(merchant, paid), merchant.session(paid)) == (true, paid)


@pytest.mark.parametrize("kind", OTHER)
def test_the_other_value_can_be_chosen(merchant, control, paid, kind):
    control.orders(kind, "get_payment", value="THIS")

    assert payment(merchant, paid)[OTHER[kind][0]] == "THIS"


@pytest.mark.parametrize(("value", "shown"), [(None, 75000), (1, 1), (149999, 149999)])
def test_a_payment_shows_less_captured_than_was_asked_for(merchant, control, paid, value, shown):
    control.orders("half_captured", "get_payment", value=value)

    lie = payment(merchant, paid)

    assert [capture["capture_amount"] for capture in lie["captures"]] == [shown]
    assert (lie["request_amount"], lie["status"]) == (150000, "SUCCEEDED")
    assert control.ledger()["captures"][0]["capture_amount"] == 150000


@pytest.mark.parametrize("status", ["PENDING", "FAILED", "AUTHORIZED", "CANCELED", "EXPIRED"])
def test_a_payment_that_is_said_not_to_have_succeeded_shows_no_captures(merchant, control, paid, status):
    control.orders("wrong_status", "get_payment", value=status)

    lie = payment(merchant, paid)

    assert (lie["status"], "captures" in lie) == (status, False)
    assert merchant.session(paid)["status"] == "COMPLETED"


def test_a_payment_with_an_odd_word_for_success_keeps_its_captures(merchant, control, paid):
    control.orders("wrong_status", "get_payment", value="CAPTURED")

    assert "captures" in payment(merchant, paid)


def test_what_is_missing_in_some_records_is_missing(merchant, control, paid):
    true = payment(merchant, paid)
    for value in (None, "captures", "request_amount"):
        control.orders("gaps", "get_payment", value=value)

    every, captures, amount = (payment(merchant, paid) for _ in range(3))

    assert not {"captures", "request_amount", "business_id"} & set(every)
    assert captures == {name: value for name, value in true.items() if name != "captures"}
    assert set(true) - set(amount) == {"request_amount"}


@pytest.mark.parametrize("position", ["never", "repeat", "forged_token"])
def test_the_webhooks_of_a_refund_obey_the_dial(merchant, control, paid, position):
    before = len(control.waits_for(paid, 2))
    control.turns_dial(position)

    assert merchant.refunds(paid).status_code == 200

    count = 3 if position == "repeat" else 1
    rows = control.waits_for(paid, before + count)[before:]
    assert {row["event"] for row in rows} == {"refund.succeeded"}
    assert [(row["state"] == "NOT_TOLD", bool(row["forged"])) for row in rows] == [
        (position == "never", position == "forged_token")
    ] * count
