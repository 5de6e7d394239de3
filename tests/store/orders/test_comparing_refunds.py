"""What is told of a refund that is another one at Xendit, or that only one side knows."""

from decimal import Decimal

import pytest

from store.models import Attempt, Case, Order, Payment, Refund
from store.orders.comparison import ASK_XENDIT, BY_HAND, compared_foreign, compared_refund
from store.orders.differences import FIX, Difference
from store.rules.clock import now
from store.rules.status import CaseKind, RefundStatus
from store.xendit import RefundRecord

NUMBER = "W-TEST22"
OPEN = ("NEW", "SENT", "PENDING", "REJECTED")


def refund_with(**changes) -> Refund:
    facts = {"reference": "W-TEST22-R1", "refund_id": "rfd-1", "status": "SUCCEEDED", "amount": 85000}
    return Refund(id=9, currency="IDR", **{**facts, **changes})


def order_with(*refunds: Refund, cases: tuple[Case, ...] = ()) -> Order:
    attempt = Attempt(payments=[Payment(id=8, refunds=list(refunds))])
    return Order(number=NUMBER, attempts=[attempt], cases=list(cases))


def record(**changes) -> RefundRecord:
    facts = {"id": "rfd-1", "status": "SUCCEEDED", "reference": "W-TEST22-R1", "amount": Decimal(85000)}
    return RefundRecord(**{**facts, "currency": "IDR", **changes}, payment_request_id="pr-1", failure_code=None)


def told(order: Order, refund: Refund, found: RefundRecord | None) -> list[Difference]:
    return list(compared_refund(order, refund, found))


def by_look(kind: str, what: str) -> Difference:
    return Difference(kind, what, FIX, order=NUMBER, refund_id=9)


def by_nobody(kind: str, what: str, advice: str = ASK_XENDIT) -> Difference:
    return Difference(kind, what, advice, order=NUMBER)


def test_a_refund_that_is_the_same_on_both_sides_is_not_told():
    refund = refund_with()

    assert told(order_with(refund), refund, record()) == []


@pytest.mark.parametrize("status", RefundStatus)
def test_a_refund_that_xendit_does_not_know_is_told_unless_it_was_rejected(status: str):
    refund = refund_with(status=status)
    what = "Xendit does not know refund W-TEST22-R1, over Rp85.000 here."
    say = by_look if status in OPEN else by_nobody

    assert told(order_with(refund), refund, None) == ([] if status == "REJECTED" else [say("refund_unknown", what)])


STATUSES = {"PENDING": "PENDING", "SUCCEEDED": "SUCCEEDED", "FAILED": "FAILED", "CANCELLED": "CANCELED", "NEW": None}


@pytest.mark.parametrize("status", RefundStatus)
@pytest.mark.parametrize(("there", "fitting"), STATUSES.items(), ids=STATUSES)
def test_each_status_of_a_refund_is_one_of_ours(there: str, fitting: str | None, status: str):
    refund = refund_with(status=status)
    say = by_look if status in OPEN else by_nobody
    differs = say("refund", f"Refund W-TEST22-R1 is {there} at Xendit, but {status} here.")

    assert told(order_with(refund), refund, record(status=there)) == ([] if status == fitting else [differs])


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({"amount": Decimal(1)}, "Rp1"), ({"amount": Decimal(85001)}, "Rp85.001"), ({"amount": None}, "None IDR"),
        ({"currency": "VND"}, "85.000₫"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_refund_over_another_sum_is_told_unless_a_case_tells_of_it(changes: dict, there: str):
    what = f"Refund W-TEST22-R1 is over {there} at Xendit, but over Rp85.000 here."
    differs = [by_nobody("refund", what)]
    kind, refund = CaseKind.REFUND_FAILED, refund_with()
    cases = {
        "none": order_with(refund),
        "closed": order_with(refund, cases=(Case(kind=kind, refund_id=9, closed_at=now()),)),
        "another": order_with(refund, cases=(Case(kind=kind, refund_id=10),)),
        "open": order_with(refund, cases=(Case(kind=kind, refund_id=9),)),
    }

    found = {name: told(order, refund, record(**changes)) for name, order in cases.items()}

    assert found == {"none": differs, "closed": differs, "another": differs, "open": []}


FOREIGN = {"id": "rfd-2", "reference": "theirs"}


def foreign(order: Order, *records: RefundRecord) -> list[Difference]:
    return list(compared_foreign(order, list(records)))


def test_money_that_only_xendit_gave_back_is_told():
    what = "Xendit gave back Rp85.000 by rfd-2, of which the shop knows nothing."
    differs = by_nobody("refund_missing", what, BY_HAND.format(NUMBER))

    assert foreign(order_with(refund_with()), record(**FOREIGN)) == [differs]
    assert foreign(order_with(refund_with()), record(), record(**FOREIGN)) == [differs]


@pytest.mark.parametrize(
    "changes",
    [{"id": "rfd-1"}, {"reference": "W-TEST22-R1"}, {"status": "FAILED"}, {"status": "CANCELLED"}],
    ids=repr,
)  # fmt: skip
def test_a_refund_that_the_shop_knows_or_that_gave_nothing_back_is_not_told(changes: dict):
    assert foreign(order_with(refund_with()), record(**{**FOREIGN, **changes})) == []


def test_each_refund_by_hand_accounts_for_one_of_its_sum():
    by_hand = refund_with(status="BY_HAND", refund_id=None)
    theirs = [record(id=f"rfd-{number}", reference=str(number)) for number in (2, 3)]

    assert foreign(order_with(by_hand), theirs[0]) == []
    assert [each.what[:34] for each in foreign(order_with(by_hand), *theirs)] == ["Xendit gave back Rp85.000 by rfd-3"]
    assert len(foreign(order_with(by_hand), record(**FOREIGN, amount=Decimal(1)))) == 1
