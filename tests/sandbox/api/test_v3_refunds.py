"""POST and GET /v3/refunds: by payment, with a version, and apart from the older refunds."""

import re

import pytest

from ..conftest import until
from ..controls import names

VERSION = {"api-version": "2024-11-11"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def paid(merchant, buyer):
    session = merchant.create()
    buyer.pays_by_card(session)
    return merchant.session(session)


def asks(merchant, paid, headers=VERSION, **changes):
    body = {"payment_id": paid["payment_id"], "reference_id": "refund-1"} | changes
    body = {name: value for name, value in body.items() if value is not None}
    return merchant.post("/v3/refunds", json=body, headers=headers)


def reads(merchant, refund_id, headers=VERSION):
    return merchant.get(f"/v3/refunds/{refund_id}", headers=headers)


def of_refund(webhooks):
    """The data of the webhook that tells a refund's success, once it has come."""
    came = until(webhooks, lambda all: "refund.succeeded" in names(all))
    return next(each["body"]["data"] for each in came if each["body"]["event"] == "refund.succeeded")


def test_a_refund_is_pending_first_and_ends_by_webhook(merchant, paid, webhooks):
    answer = asks(merchant, paid, reason="OTHERS", metadata={"why": "broken"})

    refund = answer.json()
    assert answer.status_code == 200
    assert re.fullmatch(r"rfd-[0-9a-f-]{36}", refund["refund_id"])
    assert not {"id", "payment_request_id", "failure_code"} & refund.keys()
    assert (refund["status"], refund["amount"], refund["currency"]) == ("PENDING", 150000, "IDR")
    assert (refund["payment_id"], refund["business_id"]) == (paid["payment_id"], paid["business_id"])
    assert (refund["reason"], refund["metadata"]) == ("OTHERS", {"why": "broken"})
    told = of_refund(webhooks)["data"]
    assert told == refund | {"status": "SUCCEEDED", "updated": told["updated"]}
    assert reads(merchant, refund["refund_id"]).json() == told


def test_a_failed_refund_says_why(merchant, paid):
    merchant.sets(refund_failure_code="ACCOUNT_NOT_FOUND")
    refund_id = asks(merchant, paid).json()["refund_id"]

    refund = until(lambda: reads(merchant, refund_id).json(), lambda refund: refund["status"] != "PENDING")

    assert (refund["status"], refund["failure_code"]) == ("FAILED", "ACCOUNT_NOT_FOUND")


@pytest.mark.parametrize(("headers", "path"), [({}, "/headers/api-version"), ({"api-version": "2020-01-01"}, None)])
def test_nothing_goes_without_the_version(merchant, paid, headers, path):
    for answer in (asks(merchant, paid, headers), reads(merchant, f"rfd-{UNKNOWN}", headers)):
        assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
        assert answer.json()["errors"][0]["path"] == "/headers/api-version"


@pytest.mark.parametrize(
    ("changes", "error_code"),
    [
        ({"reference_id": None}, "API_VALIDATION_ERROR"),
        ({"payment_id": None}, "API_VALIDATION_ERROR"),
        ({"reason": "BECAUSE"}, "API_VALIDATION_ERROR"),
        ({"metadata": {"key": "v" * 501}}, "API_VALIDATION_ERROR"),
        ({"amount": 0}, "INVALID_VALUE_ERROR"),
        ({"amount": 150001}, "REFUND_AMOUNT_EXCEEDED"),
    ],
)
def test_a_wrong_request_is_refused(merchant, paid, changes, error_code):
    answer = asks(merchant, paid, **changes)

    assert (answer.status_code, answer.json()["error_code"]) == (400, error_code)


def test_a_payment_that_nobody_made_is_not_found(merchant, paid):
    answer = asks(merchant, paid, payment_id=f"py-{UNKNOWN}")

    assert (answer.status_code, answer.json()["error_code"]) == (404, "DATA_NOT_FOUND")


def test_the_currency_is_the_payments_whatever_is_sent(merchant, paid):
    assert asks(merchant, paid, currency="PHP").json()["currency"] == "IDR"


def test_neither_api_knows_the_refunds_of_the_other(merchant, paid):
    merchant.sets(refund_seconds=0)
    newer = asks(merchant, paid, amount=1000).json()["refund_id"]
    until(lambda: reads(merchant, newer).json(), lambda refund: refund["status"] == "SUCCEEDED")
    older = merchant.refunds(paid, amount=1000).json()["id"]

    assert reads(merchant, older).status_code == 404
    assert merchant.get(f"/refunds/{newer}").status_code == 404
    assert [refund["id"] for refund in merchant.get("/refunds/").json()["data"]] == [older]


def test_what_one_api_gives_back_the_other_cannot(merchant, paid):
    merchant.sets(refund_seconds=60)
    asks(merchant, paid, amount=1000)

    assert merchant.refunds(paid).json()["error_code"] == "REFUND_IN_PROGRESS"


@pytest.mark.parametrize("refund_id", ["rfd-1", f"RFD-{UNKNOWN}", f"rfd-{UNKNOWN}".replace("4000", "4FFF")])
def test_an_id_of_another_form_is_refused(merchant, refund_id):
    answer = reads(merchant, refund_id)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "/params/refund_id")


def test_it_comes_with_odd_ids_too(merchant, control, paid, webhooks):
    control.turns_dial("odd_ids")

    refund = asks(merchant, paid).json()

    told = of_refund(webhooks)
    assert (told["refund_id"], "data" in told) == (refund["refund_id"], False)
