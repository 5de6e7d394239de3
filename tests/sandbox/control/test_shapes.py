"""The dial's lies and odd shapes: what the webhook says, while every record stays true."""

import pytest

from ..conftest import until
from ..controls import names

CAPTURE, COMPLETED = "payment.capture", "payment_session.completed"


def of_payment(told):
    return told.get(CAPTURE) or told["payment.succeeded"]


ALTERED = {
    "wrong_amount": lambda told, _: [
        of_payment(told)["data"]["request_amount"], of_payment(told)["data"]["captures"][0]["capture_amount"],
        told[COMPLETED]["data"]["amount"],
    ] == [149999] * 3,
    "wrong_currency": lambda told, _: {each["data"]["currency"] for each in told.values()} == {"PHP"},
    "unknown_reference": lambda told, session: session["reference_id"] not in str(told)
    and session["payment_id"] not in str(told) and session["payment_session_id"] not in (
        told[COMPLETED]["data"]["payment_session_id"]),
    "odd_names": lambda told, _: set(told) == {"payment.succeeded", COMPLETED},
    "odd_ids": lambda told, session: told[COMPLETED]["data"]["id"] == session["payment_session_id"]
    and "payment_session_id" not in told[COMPLETED]["data"],
    "odd_nulls": lambda told, _: all(each["data"]["metadata"] is None for each in told.values()),
    "odd_extras": lambda told, _: all("webhook_version" in each for each in told.values()),
    "odd_type": lambda told, _: (of_payment(told)["data"]["type"], of_payment(told)["data"]["status"])
    == ("SINGLE_PAYMENT", "CAPTURED"),
    "odd_reference": lambda told, session: of_payment(told)["data"]["reference_id"]
    == told[COMPLETED]["data"]["reference_id"] == session["reference_id"],
    "odd_gaps": lambda told, _: not {"captures", "request_amount"} & set(of_payment(told)["data"])
    and "api_version" not in of_payment(told),
}  # fmt: skip


@pytest.mark.parametrize("position", ALTERED)
def test_an_altered_webhook_leaves_the_records_alone(merchant, control, buyer, webhooks, position):
    control.turns_dial(position)
    session = merchant.create()

    buyer.pays_by_qr(session)

    control.waits_for(session, 2)
    told = {each["body"]["event"]: each["body"] for each in webhooks()}
    assert ALTERED[position](told, merchant.session(session))
    assert merchant.session(session)["amount"] == merchant.payment(session)["request_amount"] == 150000
    assert merchant.payment(session)["captures"][0]["capture_amount"] == 150000
    assert merchant.session(session)["currency"] == "IDR"


def test_a_refund_too_comes_with_odd_ids(merchant, control, buyer, webhooks):
    control.turns_dial("odd_ids")
    session = merchant.create()
    buyer.pays_by_card(session)

    refund = merchant.refunds(session).json()

    told = until(webhooks, lambda all: "refund.succeeded" in names(all))[-1]["body"]["data"]
    assert (told["refund_id"], "id" in told, "data" in told) == (refund["id"], False, False)


OF_A_REFUND = {
    "wrong_amount": {"amount": 149999},
    "wrong_currency": {"currency": "PHP"},
    "unknown_reference": {
        "id": "rfd-00000000-0000-4000-8000-000000000000",
        "payment_id": "py-00000000-0000-4000-8000-000000000000",
        "reference_id": "reference-of-nobody",
    },
}


def refunded(merchant, control, buyer, position):
    """A refund as it ended, asked for with the dial at that position."""
    session = merchant.create()
    buyer.pays_by_card(session)
    control.waits_for(session, 2)
    control.turns_dial(position)
    refund_id = merchant.refunds(session).json()["id"]
    return until(lambda: merchant.get(f"/refunds/{refund_id}").json(), lambda refund: refund["status"] != "PENDING")


@pytest.mark.parametrize("position", OF_A_REFUND)
def test_what_is_wrong_in_webhooks_is_wrong_in_those_of_refunds(merchant, control, buyer, webhooks, position):
    refund = refunded(merchant, control, buyer, position)

    told = until(webhooks, lambda all: "refund.succeeded" in names(all))[-1]["body"]["data"]["data"]
    true = {name: value for name, value in refund.items() if name != "payment_request_id"}
    assert told == true | OF_A_REFUND[position]


@pytest.mark.parametrize(
    ("position", "failure_code", "ends"),
    [
        ("failure_after_success", None, ["SUCCEEDED", "FAILED"]),
        ("success_after_failure", "REFUND_FAILED", ["FAILED", "SUCCEEDED"]),
    ],
)
def test_the_end_of_a_refund_is_told_and_then_the_other(
    merchant, control, buyer, webhooks, position, failure_code, ends
):
    merchant.sets(refund_failure_code=failure_code)

    refund = refunded(merchant, control, buyer, position)

    told = until(lambda: [each["body"] for each in webhooks()][2:], lambda all: len(all) == 2)
    assert [each["data"]["data"]["status"] for each in told] == ends
    assert [each["event"] for each in told] == [each["data"]["event"] for each in told]
    assert [each["event"] for each in told] == [f"refund.{end.lower()}" for end in ends]
    assert refund["status"] == ends[0]
