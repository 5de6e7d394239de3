"""What is told of an attempt or a refund that is another one at Xendit: the sentence, and who can settle it."""

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import pytest

from store.models import Attempt, Case, Order, Payment
from store.orders.comparison import ASK_XENDIT, BY_HAND, OTHER_ACCOUNT, REFUSE_MONEY, Found, compared
from store.orders.differences import FIX
from store.rules.clock import now
from store.rules.status import CaseKind

from .test_matching import PAYMENT, REFERENCE, SESSION

NUMBER = "W-TEST22"
OTHERS = replace(PAYMENT, reference="W-TEST23-A1", payment_request_id="pr-2")
NO_MONEY_OF_OURS = "of which the shop knows nothing."
ENDED = ("EXPIRED", "CANCELED", "REJECTED")
OPEN = ("NEW", "SENT", "ACTIVE")


class Told(NamedTuple):
    kind: str
    what: str
    advice: str
    attempt_id: int | None = None
    payment_id: str | None = None


def order_with(status: str = "COMPLETED", payments: tuple = ({},), cases: tuple = (), **facts) -> Order:
    """An order with one attempt over Rp188.000, its payments with their differences, and cases about it."""
    known = {"payment_id": "py-1", "status": "CAPTURED", "amount": 188000, "currency": "IDR"}
    about = {"reference": REFERENCE, "session_id": "ps-1", "business_id": "ours", "amount": 188000, "currency": "IDR"}
    rows = [Payment(id=8, **{**known, **changes}) for changes in payments]
    attempt = Attempt(id=7, status=status, payments=rows, **{**about, **facts})
    return Order(number=NUMBER, attempts=[attempt], cases=[Case(**case) for case in cases])


def told(order: Order, session=SESSION, *records, missing: tuple[str, ...] = ()) -> list[Told]:
    payments = {record.id: record for record in records} | dict.fromkeys(missing)
    found = list(compared(order, order.attempts[0], Found(session, payments)))
    assert all(each.order == NUMBER and each.refund_id is None for each in found)
    return [Told(each.kind, each.what, each.advice, each.attempt_id, each.payment_id) for each in found]


def test_what_is_the_same_on_both_sides_is_not_told():
    assert told(order_with(), SESSION, PAYMENT) == []
    assert told(order_with(business_id=None), SESSION, PAYMENT) == []


def test_a_session_that_xendit_does_not_know_is_of_another_account():
    what = f"Xendit does not know the session of {REFERENCE}, which is COMPLETED here."

    assert told(order_with(), None, PAYMENT) == [Told("session_unknown", what, OTHER_ACCOUNT)]
    assert told(order_with("NEW", (), session_id=None), None) == []


@pytest.mark.parametrize(
    ("changes", "word", "there", "here"),
    [
        ({"reference": "W-TEST23-A1"}, "is of the reference", "W-TEST23-A1", REFERENCE),
        ({"reference": ""}, "is of the reference", "nothing", REFERENCE),
        ({"amount": Decimal(187999)}, "is over", "Rp187.999", "Rp188.000"),
        ({"currency": "XXX"}, "is over", "188000 XXX", "Rp188.000"),
        ({"amount": None}, "is over", "None IDR", "Rp188.000"),
        ({"type": "SAVE"}, "is of the type", "SAVE", "PAY"),
        ({"business_id": "theirs"}, "is of the account", "theirs", "ours"),
        ({"business_id": None}, "is of the account", "nothing", "ours"),
    ],
)  # fmt: skip
def test_a_session_for_something_else_than_was_asked_is_told(changes: dict, word: str, there: str, here: str):
    what = f"Xendit's session of {REFERENCE} {word} {there}, but here it {word} {here}."

    assert told(order_with(), replace(SESSION, **changes), PAYMENT) == [Told("session", what, ASK_XENDIT)]


def agree(there: str, status: str, *records) -> bool:
    paid = tuple({"payment_id": record.id, "status": record.status} for record in records)
    found = told(order_with(status, paid), replace(SESSION, status=there), *records)
    return not [each for each in found if each.kind == "session"]


# What an attempt may be here while its session is this at Xendit.
FITTING = {
    "ACTIVE": {"ACTIVE", "SUSPECT"},
    "COMPLETED": {"COMPLETED", "SUSPECT"},
    "EXPIRED": {*ENDED, "SUSPECT"},
    "CANCELED": {*ENDED, "SUSPECT"},
    "NEW_WORD": {"SUSPECT"},
}


@pytest.mark.parametrize(("there", "fitting"), FITTING.items(), ids=FITTING)
def test_each_status_of_a_session_fits_some_of_ours_and_no_other(there: str, fitting: set[str]):
    assert {each for each in (*OPEN, *ENDED, "COMPLETED", "SUSPECT") if agree(there, each)} == fitting


@pytest.mark.parametrize(
    ("money", "fitting"),
    [("AUTHORIZED", OPEN), ("PENDING", OPEN), ("CANCELED", ENDED), ("EXPIRED", ENDED), ("FAILED", ())],
)
def test_a_completed_session_fits_what_became_of_its_money(money: str, fitting: tuple[str, ...]):
    record = replace(PAYMENT, status=money)

    assert [each for each in (*OPEN, *ENDED) if agree("COMPLETED", each, record)] == list(fitting)
    captured = replace(PAYMENT, id="py-2")
    assert not [each for each in (*OPEN, *ENDED) if agree("COMPLETED", each, record, captured)]


@pytest.mark.parametrize("there", ["EXPIRED", "CANCELED"])
def test_an_ended_session_fits_late_money(there: str):
    assert agree(there, "COMPLETED", PAYMENT)
    assert not agree(there, "ACTIVE", PAYMENT)


@pytest.mark.parametrize(
    ("there", "status", "advice", "attempt_id"),
    [
        ("EXPIRED", "ACTIVE", FIX, 7), ("NEW_WORD", "EXPIRED", FIX, 7), ("ACTIVE", "SENT", FIX, 7),
        ("ACTIVE", "EXPIRED", REFUSE_MONEY, None), ("ACTIVE", "NEW", REFUSE_MONEY, None),
    ],
)  # fmt: skip
def test_what_a_session_became_unheard_is_settled_by_a_look_unless_it_still_takes_money(
    there: str, status: str, advice: str, attempt_id: int | None
):
    what = f"Xendit's session of {REFERENCE} is {there}, but here it is {status}."

    assert told(order_with(status, ()), replace(SESSION, status=there)) == [Told("session", what, advice, attempt_id)]


def test_a_session_that_takes_money_for_a_canceled_order_may_be_a_case_already():
    order = order_with("EXPIRED", (), ({"kind": CaseKind.UNSURE},))

    assert told(order, replace(SESSION, status="ACTIVE")) == []


DECIDED = {"kind": CaseKind.MISMATCH, "attempt_id": 7, "verdict": "reject", "closed_at": now()}
PENDING_CASE = {"kind": CaseKind.MISMATCH, "attempt_id": 7}


@pytest.mark.parametrize("case", [DECIDED, PENDING_CASE], ids=["decided", "open"])
def test_a_case_accounts_for_what_does_not_fit(case: dict):
    order = order_with("SUSPECT", (), (case,))

    assert told(order, replace(SESSION, status="EXPIRED", amount=None)) == []
    assert told(order_with(cases=(case,)), SESSION, OTHERS) == []
    assert told(order, SESSION, OTHERS) == []


@pytest.mark.parametrize(
    ("changes", "does"),
    [
        ({}, "took Rp188.000"), ({"captured": Decimal(7)}, "took Rp7"), ({"currency": "XXX"}, "took 188000 XXX"),
        ({"status": "AUTHORIZED", "asked": Decimal(9)}, "has reserved Rp9"),
    ],
    ids=repr,
)  # fmt: skip
def test_money_that_only_xendit_has_is_settled_by_a_look_at_it(changes: dict, does: str):
    what = f"Xendit {does} by py-1 for {REFERENCE}, {NO_MONEY_OF_OURS}"
    expired = replace(SESSION, status="EXPIRED")

    assert told(order_with("EXPIRED", ()), expired, replace(PAYMENT, **changes)) == [
        Told("payment_missing", what, FIX, 7, "py-1")
    ]


def test_a_payment_that_brought_no_money_may_be_unknown():
    expired = replace(SESSION, status="EXPIRED")

    assert told(order_with("EXPIRED", ()), expired, replace(PAYMENT, status="FAILED"), missing=("py-2",)) == []


def test_only_new_money_of_a_decided_attempt_is_told():
    order = order_with("COMPLETED", ({"payment_id": "py-0"},), (DECIDED,))
    known = replace(PAYMENT, id="py-0")
    what = f"Xendit took Rp188.000 by py-1 for {REFERENCE}, {NO_MONEY_OF_OURS}"

    assert told(order, SESSION, known, PAYMENT) == [Told("payment_missing", what, FIX, 7, "py-1")]
    assert told(order, SESSION, known, replace(PAYMENT, status="AUTHORIZED")) == []
    assert told(order, SESSION, known, replace(OTHERS, id="py-2")) == []
    assert told(order_with("SUSPECT", (), (PENDING_CASE,)), SESSION, PAYMENT) == []


def test_a_payment_that_xendit_does_not_know_is_of_another_account():
    what = "Xendit does not know payment py-1, over Rp188.000 here."

    assert told(order_with(), SESSION, missing=("py-1",)) == [Told("payment_unknown", what, OTHER_ACCOUNT)]


@pytest.mark.parametrize(("reference", "there"), [("W-TEST23-A1", "W-TEST23-A1"), ("", "nothing")])
def test_a_payment_of_another_session_is_told(reference: str, there: str):
    what = f"Payment py-1 is of {there} at Xendit, but of {REFERENCE} here."
    record = replace(OTHERS, reference=reference)

    assert told(order_with(), SESSION, record) == [Told("payment", what, ASK_XENDIT)]


PAYMENT_STATUSES = {
    "SUCCEEDED": "CAPTURED",
    "AUTHORIZED": "AUTHORIZED",
    "CANCELED": "VOIDED",
    "EXPIRED": "EXPIRED",
    "PENDING": None,
    "FAILED": None,
}


@pytest.mark.parametrize(("there", "fitting"), PAYMENT_STATUSES.items(), ids=PAYMENT_STATUSES)
def test_each_status_of_a_payment_is_one_of_ours(there: str, fitting: str | None):
    record = replace(PAYMENT, status=there)
    for status in ("CAPTURED", "AUTHORIZED", "VOIDED", "EXPIRED"):
        what = f"Payment py-1 is {there} at Xendit, but {status} here."
        by_look = status == "AUTHORIZED"
        row = Told("payment", what, FIX if by_look else ASK_XENDIT, 7 if by_look else None)

        found = told(order_with("SUSPECT", ({"status": status},)), SESSION, record)

        assert found == ([] if status == fitting else [row])


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({"captured": Decimal(5)}, "Rp5"), ({"currency": "XXX"}, "188000 XXX"), ({"captured": None}, "None IDR"),
        ({"currency": "VND"}, "188.000₫"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_payment_over_another_sum_is_settled_by_a_look_unless_it_is_settled_or_decided(changes: dict, there: str):
    what = f"Payment py-1 is over {there} at Xendit, but over Rp188.000 here."
    record = replace(PAYMENT, **changes)

    assert told(order_with(), SESSION, record) == [Told("payment", what, ASK_XENDIT)]
    assert told(order_with("SUSPECT"), SESSION, record) == [Told("payment", what, FIX, 7)]
    assert told(order_with("SUSPECT", cases=(DECIDED,)), SESSION, record) == [Told("payment", what, ASK_XENDIT)]


def test_of_reserved_money_the_sum_that_was_asked_counts():
    order = order_with("ACTIVE", ({"status": "AUTHORIZED"},))
    record = replace(PAYMENT, status="AUTHORIZED", captured=None)

    assert told(order, SESSION, record) == []
    assert len(told(order, SESSION, replace(record, asked=Decimal(1)))) == 1


def test_what_may_have_been_done_by_hand_is_written_down_by_a_command():
    assert BY_HAND.format(NUMBER).endswith(f"flask --app app refund {NUMBER} AMOUNT --done-by-hand NOTE.")
