"""What `reconcile` finds where shop and Xendit, or the shop's own records, do not agree: each made on purpose."""

from collections.abc import Callable

import pytest

from store.database import db, release
from store.models import Order
from store.orders.deciding import decide
from store.orders.differences import FIX, Difference, Kind
from store.rules.status import OrderStatus, Verdict

from ...buyer import COFFEE
from ...in_process import Sandbox
from ..meanwhile import Meanwhile
from .auditor import Auditor
from .conftest import Desk


@pytest.fixture
def auditor(desk: Desk) -> Auditor:
    return Auditor(desk)


@pytest.fixture(autouse=True)
def refunds_are_done_when_xendit_is_let(sandbox: Sandbox) -> None:
    sandbox.change_account(refund_seconds=0, refund_failure_code=None)


def paid(desk: Desk, **options) -> Order:
    return desk.sells("CARDS", **options)


def session_of(order: Order) -> str:
    return order.newest_attempt.session_id


def kinds_of(found: list[Difference], order: Order) -> list[str]:
    return sorted(each.kind for each in found if each.order == order.number)


def test_orders_that_went_well_do_not_differ(desk: Desk, auditor: Auditor):
    paid(desk)
    desk.gives_back(paid(desk, buyer="tono"))
    desk.hears()
    desk.closes(desk.opens(buyer="budi"))
    desk.opens(buyer="ani")
    desk.places(buyer="rini")

    assert auditor.finds() == []
    assert auditor.course.orders == 5
    assert auditor.course.failed == 0


OF_IT = "attempt_id IN (SELECT id FROM attempts WHERE order_id = {0})"
# Money that was let go, and captured again.
THERE_AND_BACK = (
    "INSERT INTO order_events (order_id, attempt_id, payment_id, from_status, to_status, cause, created_at)"
    " SELECT a.order_id, a.id, p.id, m.was, m.became, 'me', p.created_at FROM payments p"
    " JOIN attempts a ON a.id = p.attempt_id, (SELECT 'CAPTURED' AS was, 'VOIDED' AS became"
    " UNION ALL SELECT 'VOIDED', 'CAPTURED') AS m WHERE a.order_id = {0} ORDER BY m.was"
)
# What somebody does to a paid order in the database, and what is then told of it.
BY_SQL = {
    "a line": ("UPDATE order_lines SET unit_price = 1 WHERE order_id = {0}", [Kind.LINES]),
    "no lines": ("DELETE FROM order_lines WHERE order_id = {0}", [Kind.LINES, Kind.PIECES]),
    "the total": ("UPDATE orders SET amount = 1 WHERE id = {0}", [Kind.ATTEMPT, Kind.CAPTURED, Kind.LINES]),
    "what was asked": ("UPDATE attempts SET amount = 1 WHERE order_id = {0}", [Kind.ATTEMPT, Kind.SESSION]),
    "what came": (f"UPDATE payments SET amount = 1 WHERE {OF_IT}", [Kind.CAPTURED, Kind.PAYMENT]),
    "its currency": (f"UPDATE payments SET currency = 'XXX' WHERE {OF_IT}", [Kind.CAPTURED, Kind.PAYMENT]),
    "money let go": (f"UPDATE payments SET status = 'VOIDED' WHERE {OF_IT}", [Kind.PAYMENT, Kind.STATUS]),
    "the payment": (f"DELETE FROM payments WHERE {OF_IT}", [Kind.PAYMENT_MISSING, Kind.STATUS, Kind.STATUS]),
    "another payment": (
        f"UPDATE payments SET payment_id = 'py-mine' WHERE {OF_IT}", [Kind.PAYMENT_MISSING, Kind.PAYMENT_UNKNOWN]
    ),
    "money back": ("UPDATE orders SET status = 'refunded' WHERE id = {0}", [Kind.MOVES, Kind.STATUS]),
    "still open": ("UPDATE orders SET status = 'pending' WHERE id = {0}", [Kind.MOVES, Kind.STATUS]),
    "the attempt": ("UPDATE attempts SET status = 'EXPIRED' WHERE order_id = {0}",
                    [Kind.MOVES, Kind.SESSION, Kind.STATUS, Kind.STATUS]),
    "the account": ("UPDATE attempts SET business_id = 'mine' WHERE order_id = {0}", [Kind.SESSION]),
    "a suspicion": ("UPDATE attempts SET status = 'SUSPECT' WHERE order_id = {0}", [Kind.MOVES, *[Kind.STATUS] * 3]),
    "another session": ("UPDATE attempts SET session_id = 'ps-mine' WHERE order_id = {0}", [Kind.SESSION_UNKNOWN]),
    "a move": ("UPDATE order_events SET from_status = 'closing' WHERE to_status = 'paid' AND order_id = {0}",
               [Kind.MOVES]),
    "a payment's moves": (THERE_AND_BACK, [Kind.MOVES]),
    "the story": ("DELETE FROM order_events WHERE order_id = {0}", [Kind.MOVES, Kind.MOVES]),
    "the pieces": ("DELETE FROM stock_movements WHERE order_id = {0}", [Kind.PIECES]),
}  # fmt: skip


def test_what_somebody_wrote_into_the_database_is_told_order_by_order(desk: Desk, auditor: Auditor):
    orders = {case: paid(desk, buyer=case) for case in BY_SQL}
    names = {order.number: case for case, order in orders.items()}
    for case, (statement, _) in BY_SQL.items():
        desk.shop.sql(statement.format(orders[case].id))

    found = auditor.finds()

    told = {case: sorted(each.kind for each in found if names.get(each.order) == case) for case in BY_SQL}
    assert told == {case: kinds for case, (_, kinds) in BY_SQL.items()}
    assert [(each.kind, each.product) for each in found if each.product] == [(Kind.STOCK, COFFEE)]
    assert all(each.what.endswith(".") and each.advice.endswith(".") for each in found)
    assert not any(each.is_known or each.is_fixed for each in found)


def is_given_back_without_the_shop(desk: Desk, order: Order) -> None:
    desk.shop.sandbox.give_back(order.newest_attempt.payment_request_id)


def is_given_back_unheard(desk: Desk, order: Order) -> None:
    desk.gives_back(order)
    desk.shop.sandbox.delivers()


def is_late(desk: Desk, order: Order) -> None:
    desk.closes(order)
    desk.shop.sandbox.pay_late(session_of(order))


def is_captured_unheard(desk: Desk, order: Order) -> None:
    desk.shop.sandbox.pay(session_of(order), authorize=True)
    desk.settles(order)
    desk.shop.sandbox.capture(order.payments[0].payment_id, order.amount)


def is_of_another(desk: Desk, order: Order) -> None:
    desk.shop.sandbox.alter(session_of(order), payment_request_id=None)
    desk.shop.sandbox.spoil("get_payment", "wrong_reference", session=session_of(order), count=None)


def alters(**changes) -> Callable[[Desk, Order], None]:
    return lambda desk, order: desk.shop.sandbox.alter(session_of(order), **changes)


# What happens at Xendit to an order whose payment page is open, what is told of it, and --fix settles all of it.
UNHEARD = {
    "paid": (lambda desk, order: desk.pays(order), [Kind.PAYMENT_MISSING, Kind.SESSION]),
    "reserved": (
        lambda desk, order: desk.shop.sandbox.pay(session_of(order), authorize=True), [Kind.PAYMENT_MISSING]
    ),
    "captured": (is_captured_unheard, [Kind.PAYMENT, Kind.SESSION]),
    "expired": (lambda desk, order: desk.shop.sandbox.expire(session_of(order)), [Kind.SESSION]),
    "late": (is_late, [Kind.PAYMENT_MISSING]),
}  # fmt: skip
# The same of an order that was paid: only a refund that the shop knows of can be settled.
AFTERWARDS = {
    "refunded": (is_given_back_unheard, [Kind.REFUND], []),
    "by Xendit alone": (is_given_back_without_the_shop, [Kind.REFUND_MISSING], [Kind.REFUND_MISSING]),
    "amount": (alters(amount=1), [Kind.SESSION], [Kind.SESSION]),
    "currency": (alters(currency="PHP"), [Kind.SESSION], [Kind.SESSION]),
    "reference": (alters(reference_id="of-another"), [Kind.SESSION], [Kind.SESSION]),
    "payment": (is_of_another, [Kind.PAYMENT], [Kind.PAYMENT]),
    "kind": (alters(session_type="SAVE"), [Kind.SESSION], [Kind.SESSION]),
}


def test_what_happened_at_xendit_unheard_is_told_and_settled(desk: Desk, auditor: Auditor):
    orders = {case: desk.opens(buyer=case) for case in UNHEARD}
    for case, (happens, _) in UNHEARD.items():
        happens(desk, orders[case])
    release()

    found, fixing, after = auditor.finds(), auditor.finds(is_fixing=True), auditor.finds()

    told = {case: kinds for case, (_, kinds) in UNHEARD.items()}
    assert {case: kinds_of(found, order) for case, order in orders.items()} == told
    assert {each.advice for each in found} == {FIX}
    assert {case: kinds_of(fixing, order) for case, order in orders.items()} == told
    assert all(each.is_fixed for each in fixing)
    assert after == []
    statuses = dict(desk.shop.sql("SELECT buyer_key, status FROM orders"))
    assert (statuses["late"], statuses["paid"]) == (OrderStatus.PAID, OrderStatus.PAID)


def test_what_xendit_changed_after_an_order_was_paid_is_told(desk: Desk, auditor: Auditor):
    orders = {case: paid(desk, buyer=case) for case in AFTERWARDS}
    for case, (happens, *_) in AFTERWARDS.items():
        happens(desk, orders[case])
    release()

    found, _, after = auditor.finds(), auditor.finds(is_fixing=True), auditor.finds()

    assert {case: kinds_of(found, order) for case, order in orders.items()} == {
        case: kinds for case, (_, kinds, _) in AFTERWARDS.items()
    }
    assert {case: kinds_of(after, order) for case, order in orders.items()} == {
        case: left for case, (*_, left) in AFTERWARDS.items()
    }


def test_a_second_payment_that_only_xendit_has_is_settled_to_a_case(desk: Desk, auditor: Auditor):
    order = desk.opens()
    first = session_of(order)
    desk.provider.cancel_session(first)
    desk.settles(order)
    desk.starts(order)
    desk.pays(order)
    desk.settles(order)
    desk.shop.sandbox.pay_late(first)
    release()

    found, _, after = auditor.finds(), auditor.finds(is_fixing=True), auditor.finds()

    assert kinds_of(found, order) == [Kind.PAYMENT_MISSING]
    assert kinds_of(after, order) == [Kind.CASE, Kind.REFUND_DUE]
    assert all(each.is_known for each in after)


def test_a_second_payment_of_one_session_that_only_xendit_has_is_settled_to_a_case(desk: Desk, auditor: Auditor):
    order = paid(desk)
    desk.shop.sandbox.another_payment(session_of(order), order.payments[0].payment_id)
    release()

    found, _, after = auditor.finds(), auditor.finds(is_fixing=True), auditor.finds()

    assert kinds_of(found, order) == [Kind.PAYMENT_MISSING]
    assert kinds_of(after, order) == [Kind.CASE, Kind.REFUND_DUE]


def test_a_stock_that_somebody_set_is_written_down_as_counted(desk: Desk, auditor: Auditor):
    desk.shop.set_stock(COFFEE, 3)

    found, fixing, after = auditor.finds(), auditor.finds(is_fixing=True), auditor.finds()

    assert [(each.kind, each.product, each.is_fixed) for each in found] == [(Kind.STOCK, COFFEE, False)]
    assert [(each.kind, each.product, each.is_fixed) for each in fixing] == [(Kind.STOCK, COFFEE, True)]
    assert (after, desk.shop.stock(COFFEE)) == ([], 3)


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("record", ["get_payment", "get_session"])
def test_money_that_does_not_fit_is_known_before_and_after_a_person_decides(
    desk: Desk, auditor: Auditor, record: str, verdict: Verdict
):
    order = desk.opens()
    desk.shop.sandbox.spoil(record, "wrong_amount", count=None)
    desk.pays(order)
    desk.settles(order)
    assert order.is_suspect

    before = auditor.kinds()
    decide(order.number, verdict, "a note")
    after = {each.kind: each.what for each in auditor.finds()}

    assert before == [Kind.CASE]
    assert sorted(after) == [Kind.DECIDED, *([Kind.REFUND_DUE] if verdict == Verdict.REJECT else [])]
    assert after[Kind.DECIDED].endswith(f': {verdict}, "a note".')


def test_what_just_happens_is_no_difference(desk: Desk, auditor: Auditor):
    """The worker settles the order between the look that finds it and the one that is to be sure."""
    order = desk.opens()
    desk.pays(order)
    auditor.provider = Meanwhile(desk.provider, lambda: desk.settles(order))

    assert auditor.finds() == []


def test_money_that_came_after_a_rejection_which_knew_of_none_is_found_and_settled(
    desk: Desk, auditor: Auditor, sandbox: Sandbox
):
    order = desk.opens()
    desk.pays(order)
    sandbox.plays("payment_failed")
    desk.settles(order)
    decide(order.number, Verdict.REJECT, "No money came.")
    sandbox.heal()

    assert Kind.PAYMENT_MISSING in kinds_of(auditor.finds(), order)
    assert all(each.is_fixed or each.is_known for each in auditor.finds(is_fixing=True))
    assert Kind.PAYMENT_MISSING not in kinds_of(auditor.finds(), order)


def test_money_that_fits_again_is_told_and_settled_before_the_worker_looks(
    desk: Desk, sandbox: Sandbox, auditor: Auditor
):
    order = desk.opens()
    order_id = order.id
    desk.pays(order)
    sandbox.plays("payment_half_captured")
    desk.settles(order)
    sandbox.heal()

    found, fixing = auditor.finds(), auditor.finds(is_fixing=True)

    assert [(each.kind, each.advice) for each in found if not each.is_known] == [(Kind.PAYMENT, FIX)]
    assert [each.is_fixed for each in fixing] == [True]
    assert auditor.finds() == []
    assert db.session.get_one(Order, order_id).is_paid
