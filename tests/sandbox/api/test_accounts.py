"""Each test key is a merchant of its own: nobody sees another's sessions, payments, refunds or webhooks."""

import uuid

import pytest
import requests

from sandbox.memory import records
from sandbox.memory.ledger import Ledger

from ..conftest import new_customer, new_merchant, until
from ..controls import Control

CALLS_ABOUT_ONE = [
    ("GET", "/sessions/{payment_session_id}", None),
    ("POST", "/sessions/{payment_session_id}/cancel", None),
    ("GET", "/v3/payments/{payment_id}", None),
    ("POST", "/v3/payments/{payment_id}/capture", {"capture_amount": 1}),
    ("POST", "/v3/payments/{payment_id}/cancel", None),
    ("GET", "/v3/payment_requests/{payment_request_id}", None),
    ("POST", "/v3/payment_requests/{payment_request_id}/simulate", {}),
    ("GET", "/refunds/{refund_id}", None),
    ("POST", "/refunds/{refund_id}/cancel", None),
    ("GET", "/v3/payment_tokens/{payment_token_id}", None),
    ("GET", "/customers/{customer_id}", None),
    ("POST", "/refunds", {"payment_request_id": "{payment_request_id}", "reason": "OTHERS"}),
]


@pytest.fixture
def other(here, receiver):
    return new_merchant(here, receiver)


@pytest.mark.parametrize(("method", "path", "body"), CALLS_ABOUT_ONE)
def test_another_merchants_objects_are_not_found(merchant, other, buyer, method, path, body):
    session = merchant.create(customer=new_customer(), allow_save_payment_method="FORCED")
    buyer.pays_by_card(session)
    paid = merchant.session(session)
    refund_id = merchant.refunds(session).json()["id"]
    body = body and {name: str(value).format(**paid) if name == "payment_request_id" else value
                     for name, value in body.items()}  # fmt: skip

    answer = other.http.request(method, other.address + path.format(**paid, refund_id=refund_id), json=body, timeout=30)

    assert answer.status_code == 404
    assert answer.json()["error_code"] in ("NOT_FOUND", "DATA_NOT_FOUND")
    assert merchant.session(session) == paid


def test_another_merchants_customer_is_unknown_and_the_same_reference_is_another_customer(merchant, other):
    siti = new_customer()
    customer_id = merchant.create(customer=siti)["customer_id"]

    assert other.refused(customer_id=customer_id).json()["error_code"] == "DATA_NOT_FOUND"
    assert other.create(customer=siti)["customer_id"] != customer_id


def test_another_merchants_records_are_not_in_the_ledger(here, merchant, other, buyer, receiver):
    session = merchant.create()
    buyer.pays_by_card(session)
    merchant.refunds(session)
    receiver.wait_for(session, "refund.succeeded")
    mine, theirs = Ledger(here.database, merchant.key), Ledger(here.database, other.key)
    session_id = session["payment_session_id"]

    for read in ("payments_of", "payment_requests_of", "refunds_of"):
        assert getattr(mine, read)(session_id)
        assert not getattr(theirs, read)(session_id)
    held, seen = (records.of_account(ledger, session_id) for ledger in (mine, theirs))
    for kind in ("sessions", "payment_requests", "payments", "captures", "refunds", "calls", "deliveries"):
        assert held[kind]
        assert seen[kind] == []
    assert (theirs.newest_sessions(), theirs.newest_deliveries()) == ([], [])
    assert theirs.resend([held["deliveries"][0]["id"]]) == 0


def test_each_account_has_its_own_business_and_token(merchant, other, buyer, receiver):
    mine, theirs = merchant.create(), other.create()
    buyer.pays_by_card(mine)
    buyer.pays_by_card(theirs)

    webhooks = [receiver.wait_for(session, "payment.capture") for session in (mine, theirs)]
    tokens = {webhook["headers"]["x-callback-token"] for webhook in webhooks}
    assert len(tokens) == 2
    assert all(len(token) == 64 for token in tokens)
    assert mine["business_id"] != theirs["business_id"]
    assert [webhook["body"]["business_id"] for webhook in webhooks] == [
        mine["business_id"],
        theirs["business_id"],
    ]


def test_a_reset_empties_one_account_only(merchant, other):
    mine, theirs = merchant.create(), other.create()

    reset = requests.post(f"{merchant.address}/_control/reset", auth=(merchant.key, ""), timeout=30)

    assert reset.status_code == 204
    assert merchant.get(f"/sessions/{mine['payment_session_id']}").status_code == 404
    assert other.session(theirs) == theirs


def test_a_webhook_without_an_address_is_kept_but_not_sent(merchant, buyer, receiver):
    merchant.sets(webhook_url=None)
    session = merchant.create()

    buyer.fails_by_qr(session)

    control = Control(merchant.address, merchant.key)
    [delivery] = until(lambda: control.deliveries(session), lambda rows: rows[0]["state"] == "NOT_SENT")
    assert receiver.events(session) == []
    merchant.sets(webhook_url=receiver.url)
    control.does("POST", f"deliveries/{delivery['id']}/resend")
    receiver.wait_for(session, "payment.failure")


@pytest.mark.parametrize(
    "change",
    [
        {"webhook_url": "ftp://shop.example"},
        {"webhook_url": 7},
        {"webhook_token": ""},
        {"webhook_token": "with space"},
        {"rate_limited": 1},
        {"refund_seconds": -1},
        {"refund_failure_code": "WHATEVER"},
        {"webhook_timeout_seconds": 0},
        {"merchant": ""},
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence(merchant, change):
    with pytest.raises(ValueError, match=next(iter(change))):
        merchant.sets(**change)


def test_a_session_of_any_account_has_its_page(here, receiver, buyer):
    merchant = new_merchant(here, receiver)
    merchant.sets(merchant=f"Toko {uuid.uuid4()}")
    session = merchant.create()

    assert merchant.sets().merchant in buyer.opens(session).text
