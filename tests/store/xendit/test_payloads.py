"""What goes to Xendit, and what is taken from its answers."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sandbox.api.bodies import SCHEMAS
from sandbox.contract.schema import problems
from store.xendit import Customer, Item, Session, SessionRequest, UntrustedAnswer

REQUEST = SessionRequest(
    reference="W-TEST22-A1",
    amount=188000,
    currency="IDR",
    country="ID",
    description="Order W-TEST22 at Warung",
    customer=Customer("W-TEST22", "Siti", "Rahayu", "siti@example.com", "+6281234567890"),
    items=(
        Item("coffee", "PHYSICAL_PRODUCT", "Coffee", "Coffee & tea", 85000, 2),
        Item("shipping", "FEE", "Shipping", "Shipping", 18000, 1),
    ),
    expires_at=datetime(2026, 1, 5, 10, 30, 0, 999, tzinfo=UTC),
    success_return_url="https://shop.example/order/t/complete",
    cancel_return_url="https://shop.example/order/t/cancel",
)
ANSWER = {
    "payment_session_id": "ps-1",
    "status": "ACTIVE",
    "session_type": "PAY",
    "reference_id": "W-TEST22-A1",
    "amount": 188000,
    "currency": "IDR",
    "payment_id": "py-1",
    "payment_link_url": "https://xen.to/x",
    "payment_request_id": "pr-1",
    "business_id": "5f27a14a9bf05c73dd040bc8",
}


@pytest.mark.parametrize("customer", [
    REQUEST.customer,
    replace(REQUEST.customer, surname=""),
    replace(REQUEST.customer, email=None),
    replace(REQUEST.customer, given_names="x" * 50, surname="y" * 50),
], ids=["all details", "one name", "no e-mail", "long names"])  # fmt: skip
def test_a_request_keeps_to_xendits_schema(customer: Customer):
    body = json.loads(json.dumps(replace(REQUEST, customer=customer).to_json()))

    assert list(problems(SCHEMAS["CreateSession"], body, "")) == []


def test_what_the_buyer_did_not_give_is_left_out_of_the_request():
    customer = replace(REQUEST.customer, surname="", email=None).to_json()

    assert "email" not in customer
    assert customer["individual_detail"] == {"given_names": "Siti"}


def test_a_request_says_all_that_it_is_given():
    body = REQUEST.to_json()

    assert [body[name] for name in ("reference_id", "currency", "country", "description")] == [
        "W-TEST22-A1", "IDR", "ID", "Order W-TEST22 at Warung"
    ]  # fmt: skip
    assert body["customer"] == {
        "type": "INDIVIDUAL", "reference_id": "W-TEST22", "email": "siti@example.com",
        "mobile_number": "+6281234567890", "individual_detail": {"given_names": "Siti", "surname": "Rahayu"},
    }  # fmt: skip
    assert body["items"][0] == {
        "reference_id": "coffee", "type": "PHYSICAL_PRODUCT", "name": "Coffee", "category": "Coffee & tea",
        "net_unit_amount": 85000, "quantity": 2,
    }  # fmt: skip
    assert [item["reference_id"] for item in body["items"]] == ["coffee", "shipping"]
    assert body["success_return_url"] == "https://shop.example/order/t/complete"
    assert body["cancel_return_url"] == "https://shop.example/order/t/cancel"


def test_a_payment_is_asked_for_once_and_captured_at_once():
    body = REQUEST.to_json()

    assert (body["session_type"], body["mode"], body["capture_method"]) == ("PAY", "PAYMENT_LINK", "AUTOMATIC")
    assert body["expires_at"] == "2026-01-05T10:30:00Z"


@pytest.mark.parametrize(
    ("amount", "written"), [(150000, "150000"), (Decimal("1250.50"), "1250.5"), (Decimal("0.07"), "0.07")]
)
def test_amounts_are_numbers_with_exactly_their_digits(amount, written: str):
    assert json.dumps(replace(REQUEST, amount=amount).to_json()["amount"]) == written


def test_an_answer_becomes_a_session():
    session = Session.from_json(ANSWER)

    assert session == Session(
        "ps-1", "ACTIVE", "PAY", "W-TEST22-A1", Decimal(188000), "IDR", "py-1", "https://xen.to/x",
        payment_request_id="pr-1", business_id="5f27a14a9bf05c73dd040bc8",
    )  # fmt: skip
    assert session.is_active


@pytest.mark.parametrize("status", ["COMPLETED", "EXPIRED", "CANCELED", "active", "NEW_WORD"])
def test_only_active_is_active(status: str):
    assert not Session.from_json({**ANSWER, "status": status}).is_active


@pytest.mark.parametrize(
    "body",
    [
        None, [], "text", 7, {}, [ANSWER],
        *({**ANSWER, "payment_session_id": odd} for odd in (None, "", 7, [], "x" * 256)),
        *({**ANSWER, "status": odd} for odd in (None, "", 7, {}, ["ACTIVE"])),
    ],
    ids=lambda body: ascii(body)[:60],
)  # fmt: skip
def test_an_answer_without_id_or_status_is_no_session(body):
    with pytest.raises(UntrustedAnswer):
        Session.from_json(body)


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        (188000, 188000), ("188000", 188000), (Decimal("188000.00"), 188000), ("188000.50", Decimal("188000.5")),
        (None, None), (True, None), (False, None), ("", None), ("Rp188.000", None), ("NaN", None), ("Infinity", None),
        ("-Infinity", None), ([188000], None), ({}, None), (188000.0, None),
    ],
    ids=repr,
)  # fmt: skip
def test_an_amount_is_a_number_or_a_number_written_as_text(sent, amount):
    assert Session.from_json({**ANSWER, "amount": sent}).amount == amount


@pytest.mark.parametrize("field", ["session_type", "reference_id", "currency"])
@pytest.mark.parametrize("odd", [None, 7, [], {}, True, "x" * 256], ids=lambda odd: ascii(odd)[:12])
def test_a_text_that_is_none_compares_equal_to_nothing_we_sent(field: str, odd):
    session = Session.from_json({**ANSWER, field: odd})

    name = {"session_type": "type", "reference_id": "reference", "currency": "currency"}[field]
    assert getattr(session, name) == ""


@pytest.mark.parametrize("odd", [None, "", 7, [], {}, True], ids=repr)
def test_another_id_or_a_link_that_is_no_text_is_none(odd):
    names = ("payment_id", "payment_request_id", "business_id", "payment_link_url")

    session = Session.from_json({**ANSWER, **dict.fromkeys(names, odd)})

    found = (session.payment_id, session.payment_request_id, session.business_id, session.link)
    assert found == (None, None, None, None)


def test_a_link_is_taken_up_to_two_thousand_characters():
    links = ["https://xen.to/".ljust(length, "x") for length in (2000, 2001)]

    assert [Session.from_json({**ANSWER, "payment_link_url": link}).link for link in links] == [links[0], None]


def test_a_session_that_xendit_does_not_know_ended_without_money():
    gone = Session.ended("ps-1", "W-TEST22-A1")

    assert gone == Session("ps-1", "CANCELED", "", "W-TEST22-A1", None, "", None, None)
    assert gone.has_ended


def test_fields_that_we_do_not_know_are_ignored():
    assert Session.from_json({**ANSWER, "new": {"deep": []}}) == Session.from_json(ANSWER)


def test_an_id_is_taken_as_it_is_up_to_what_can_be_stored():
    ids = {"payment_session_id": "x" * 255, "payment_id": "y" * 255, "payment_request_id": "z" * 255}

    session = Session.from_json({**ANSWER, **ids, "business_id": "b" * 255})

    found = (session.id, session.payment_id, session.payment_request_id, session.business_id)
    assert found == ("x" * 255, "y" * 255, "z" * 255, "b" * 255)


@pytest.mark.parametrize("name", ["payment_id", "payment_request_id", "business_id"])
def test_another_id_that_cannot_be_stored_is_none(name: str):
    assert getattr(Session.from_json({**ANSWER, name: "y" * 256}), name) is None


def test_a_session_whose_own_id_cannot_be_stored_is_no_session():
    with pytest.raises(UntrustedAnswer):
        Session.from_json({**ANSWER, "payment_session_id": "x" * 256})
