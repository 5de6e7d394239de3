"""Whether Xendit's record fits the attempt: each fact that differs pays nothing, and the words say which it was."""

from dataclasses import replace
from decimal import Decimal

import pytest

from store.models import Attempt, Payment
from store.orders.matching import is_new_money, money_of, problem
from store.orders.records import Record
from store.xendit import PaymentRecord, Session

REFERENCE = "W-TEST22-A1"
SESSION = Session(
    id="ps-1", status="COMPLETED", type="PAY", reference=REFERENCE, amount=Decimal(188000), currency="IDR",
    payment_id="py-1", link=None, payment_request_id="pr-1", business_id="ours",
)  # fmt: skip
PAYMENT = PaymentRecord(
    id="py-1", status="SUCCEEDED", reference=f"{REFERENCE}_aB3_x-9Zq0", payment_request_id="pr-1", business_id="ours",
    currency="IDR", channel_code="QRIS", failure_code=None, asked=Decimal(188000), captured=Decimal(188000),
)  # fmt: skip
OTHER_REFERENCE = "the session at Xendit belongs to another reference."
OTHER_ACCOUNT = "the session at Xendit belongs to another account."
PAYMENT_OF_ANOTHER = "its payment belongs to another reference."
LONG = "x" * 300


def attempt(*known: str, **changes) -> Attempt:
    """An attempt over Rp188.000 with these payments on record."""
    facts = {"reference": REFERENCE, "session_id": "ps-1", "business_id": "ours", "amount": 188000, "currency": "IDR"}
    return Attempt(**{**facts, **changes}, payments=[Payment(payment_id=each) for each in known])


def found(session: dict | None = None, payment: dict | None = None) -> Record:
    """A record that fits, but for these facts."""
    return Record(replace(SESSION, **session or {}), replace(PAYMENT, **payment or {}))


def test_a_record_that_fits_has_no_problem():
    assert problem(attempt(), found()) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": "ps-2"}, OTHER_REFERENCE), ({"reference": f"{REFERENCE}0"}, OTHER_REFERENCE),
        ({"id": "ps-2", "reference": "W-TEST23-A1"}, OTHER_REFERENCE), ({"business_id": "theirs"}, OTHER_ACCOUNT),
        ({"type": "SAVE"}, "the session at Xendit is of type SAVE."),
        ({"type": LONG}, f"the session at Xendit is of type {LONG[:20]}."),
        ({"amount": Decimal(187999)}, "Xendit's record shows 187999 IDR."),
        ({"amount": Decimal(188001)}, "Xendit's record shows 188001 IDR."),
        ({"amount": Decimal("188000.5")}, "Xendit's record shows 188000.5 IDR."),
        ({"amount": Decimal(0)}, "Xendit's record shows 0 IDR."),
        ({"currency": "VND"}, "Xendit's record shows 188000 VND."),
        ({"currency": LONG}, "Xendit's record shows 188000 xxx."),
        ({"amount": Decimal("9" * 50)}, f"Xendit's record shows {'9' * 40} IDR."),
        ({"amount": None}, "Xendit's record shows a sum that its record does not name."),
    ],
    ids=lambda value: ascii(value)[:60],
)  # fmt: skip
def test_a_session_that_differs_from_what_was_asked_is_told_by_what_differs(changes: dict, told: str):
    assert problem(attempt(), found(session=changes)) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reference": "W-TEST23-A1", "payment_request_id": "pr-2"}, PAYMENT_OF_ANOTHER),
        ({"reference": "W-TEST23-A1", "payment_request_id": None}, PAYMENT_OF_ANOTHER),
        ({"business_id": "theirs"}, "its payment belongs to another account."),
        ({"status": "AUTHORIZED"}, "Xendit calls the session COMPLETED, but its payment is AUTHORIZED."),
        ({"status": LONG}, f"Xendit calls the session COMPLETED, but its payment is {LONG[:20]}."),
        ({"captured": Decimal(187999)}, "Xendit captured 187999 IDR."),
        ({"captured": Decimal(188001)}, "Xendit captured 188001 IDR."),
        ({"currency": "USD"}, "Xendit captured 188000 USD."),
        ({"captured": None}, "Xendit captured a sum that its record does not name."),
    ],
    ids=lambda value: ascii(value)[:60],
)  # fmt: skip
def test_a_payment_that_differs_from_what_was_asked_is_told_by_what_differs(changes: dict, told: str):
    assert problem(attempt(), found(payment=changes)) == told


def test_a_completed_session_without_a_payment_does_not_fit():
    told = "Xendit calls the session completed, but names no payment."

    assert problem(attempt(), Record(SESSION, None)) == told


@pytest.mark.parametrize("changes", [{"reference": "W-TEST23-A1"}, {"payment_request_id": "pr-2"}], ids=repr)
def test_a_payment_fits_by_its_payment_request_or_by_its_reference(changes: dict):
    assert problem(attempt(), found(payment=changes)) is None


def test_an_account_that_nobody_names_differs_from_none_but_the_sessions_counts_for_the_payment():
    assert problem(attempt(business_id=None), found()) is None
    assert problem(attempt(), found(session={"business_id": None}, payment={"business_id": None})) is None
    told = problem(attempt(business_id=None), found(payment={"business_id": "theirs"}))
    assert told == "its payment belongs to another account."


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({}, 188000), ({"captured": Decimal(5)}, 5), ({"captured": None}, None), ({"captured": Decimal(0)}, None),
        ({"status": "AUTHORIZED", "asked": Decimal(7)}, 7), ({"status": "AUTHORIZED", "asked": None}, None),
        ({"currency": "PHP", "captured": Decimal("12.5")}, 1250), ({"currency": "XXX"}, None),
    ],
    ids=repr,
)  # fmt: skip
def test_the_money_of_a_payment_is_what_was_captured_or_what_is_reserved(changes: dict, amount: int | None):
    assert money_of(replace(PAYMENT, **changes)) == amount


def test_money_is_new_if_it_was_captured_for_this_session_and_is_not_on_record():
    assert is_new_money(attempt(), SESSION, PAYMENT)
    assert is_new_money(attempt("py-0"), SESSION, replace(PAYMENT, reference="W-TEST23-A1"))
    assert is_new_money(attempt(), SESSION, replace(PAYMENT, payment_request_id=None))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "AUTHORIZED"}, {"status": "AUTHORIZED", "asked": None}, {"captured": None}, {"captured": Decimal(0)},
        {"id": "py-0"}, {"reference": "W-TEST23-A1", "payment_request_id": "pr-2"},
    ],
    ids=repr,
)  # fmt: skip
def test_money_that_did_not_come_or_is_known_or_of_another_is_not_new(changes: dict):
    assert not is_new_money(attempt("py-0"), SESSION, replace(PAYMENT, **changes))


def test_without_a_payment_there_is_no_new_money():
    assert not is_new_money(attempt(), SESSION, None)
