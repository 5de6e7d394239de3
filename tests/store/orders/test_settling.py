"""Settling: Xendit's record decides, money beats clocks, what does not fit pays nothing, and twice changes nothing."""

import pytest

from store.database import db
from store.models import Order, OrderEvent, Payment
from store.orders.paying import PaymentUnavailable
from store.orders.records import Hint
from store.orders.settling import settle
from store.rules.schedule import UNKNOWN_FOR, UNKNOWN_LOOKS
from store.rules.status import AttemptStatus, CaseKind, OrderStatus
from store.xendit import ProviderUnavailable
from store.xendit.fields import LONGEST_ID

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from ..meanwhile import Meanwhile
from .conftest import Desk

UNKNOWN = "ps-" + "0" * 24
MISMATCHES = {
    "one rupiah less": {"amount": 102999},
    "one rupiah more": {"amount": 103001},
    "another currency": {"currency": "PHP"},
    "no amount": {"amount": None},
    "another reference": {"reference_id": "of-somebody-else"},
    "another kind of session": {"session_type": "SAVE"},
}


def payments() -> list[tuple[str, int]]:
    return [(payment.payment_id, payment.amount) for payment in db.session.scalars(db.select(Payment))]


def moves(order: Order) -> list[tuple[str, str]]:
    """What happened to the order itself, from its story."""
    rows = db.session.scalars(db.select(OrderEvent).filter_by(order_id=order.id, attempt_id=None))
    return [(row.from_status, row.to_status) for row in rows]


def placed_and_lost(desk: Desk, sandbox: Sandbox) -> Order:
    """An order whose session was made, but the shop never learned its id."""
    order = desk.places()
    sandbox.spoil("create_session", "reset_after_work")
    with pytest.raises(PaymentUnavailable):
        desk.starts(order)
    return order


def test_a_completed_session_pays_its_order(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)

    desk.settles(order)

    payment_id = sandbox.session(order.newest_attempt.session_id)["payment_id"]
    assert (order.status, order.newest_attempt.status) == (OrderStatus.PAID, AttemptStatus.COMPLETED)
    assert payments() == [(payment_id, order.amount)]
    assert order.paid_at is not None
    assert order.attention is None


def test_settling_a_paid_order_again_changes_nothing_and_asks_nobody(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    desk.settles(order)
    paid_at, calls = order.paid_at, sandbox.calls("GET")

    assert desk.settles(order) is None

    assert moves(order) == [(OrderStatus.PENDING, OrderStatus.PAID)]
    assert len(payments()) == 1
    assert order.paid_at == paid_at
    assert sandbox.calls("GET") == calls


def test_an_order_that_is_settled_while_xendit_answers_is_paid_once(desk: Desk):
    order = desk.opens()
    desk.pays(order)
    provider = Meanwhile(desk.provider, lambda: desk.settles(order))

    settle(order.newest_attempt.id, provider, "a test")

    assert moves(order) == [(OrderStatus.PENDING, OrderStatus.PAID)]
    assert (len(payments()), order.attention) == (1, None)


def test_an_open_session_changes_nothing(desk: Desk):
    order = desk.opens()

    session = desk.settles(order)

    assert session.is_active
    assert (order.status, order.newest_attempt.status, moves(order)) == (OrderStatus.PENDING, AttemptStatus.ACTIVE, [])


def test_an_attempt_that_was_never_sent_has_nothing_to_read(desk: Desk, sandbox: Sandbox):
    order = desk.places()

    assert desk.settles(order) is None
    assert sandbox.calls("GET") == []


def test_an_expired_session_cancels_its_order_and_gives_the_stock_back_once(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens({COFFEE: 3})
    sandbox.expire(order.newest_attempt.session_id)

    for _ in range(2):
        desk.settles(order)

    assert moves(order) == [(OrderStatus.PENDING, OrderStatus.CLOSING), (OrderStatus.CLOSING, OrderStatus.CANCELED)]
    assert shop.stock(COFFEE) == before


def test_a_session_that_was_canceled_elsewhere_leaves_its_order_payable(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.provider.cancel_session(order.newest_attempt.session_id)

    desk.settles(order)

    assert order.can_be_paid
    assert order.newest_attempt.status == AttemptStatus.CANCELED
    assert shop.stock(COFFEE) == before - 1


def test_money_beats_the_clock_of_the_hold(desk: Desk):
    order = desk.opens()
    desk.pays(order)
    desk.waits(hours=1)

    desk.settles(order)

    assert order.is_paid


def test_money_for_an_order_that_is_closing_pays_it(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.pays(order)
    desk.sets(order, status=OrderStatus.CLOSING)

    desk.settles(order)

    assert (order.is_paid, order.attention) == (True, None)
    assert shop.stock(COFFEE) == before - 1


@pytest.mark.parametrize("changes", MISMATCHES.values(), ids=MISMATCHES)
def test_a_record_that_does_not_fit_is_suspect_and_pays_nothing(
    desk: Desk, shop: Shop, sandbox: Sandbox, changes: dict
):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.pays(order)
    sandbox.alter(order.newest_attempt.session_id, **changes)

    for _ in range(2):
        desk.settles(order)

    assert (order.status, order.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.SUSPECT)
    assert order.newest_attempt.reference in order.attention
    assert [case.kind for case in order.open_cases] == [CaseKind.MISMATCH]
    assert shop.stock(COFFEE) == before - 1


def test_one_payment_never_counts_for_two_orders(desk: Desk, sandbox: Sandbox):
    first = desk.opens()
    desk.pays(first)
    desk.settles(first)
    (payment_id, _), *_ = payments()
    second = desk.opens(buyer="budi")
    desk.pays(second)
    sandbox.alter(second.newest_attempt.session_id, payment_id=payment_id)

    desk.settles(second)

    assert (second.status, second.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.SUSPECT)
    assert "belongs to another reference" in second.attention


def test_completed_without_a_payment_waits_for_the_end_of_the_attempt_and_is_then_suspect(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    sandbox.alter(order.newest_attempt.session_id, payment_id=None)

    desk.settles(order)
    waiting = order.newest_attempt.status
    desk.waits(minutes=30)
    desk.settles(order)

    assert (waiting, order.newest_attempt.status) == (AttemptStatus.ACTIVE, AttemptStatus.SUSPECT)
    assert "names no payment" in order.attention


@pytest.mark.parametrize("kind", ["error", "reset_before_work", "garbage", "truncated"])
def test_without_an_answer_nothing_changes_and_the_caller_knows(desk: Desk, sandbox: Sandbox, kind: str):
    order = desk.opens()
    desk.pays(order)
    sandbox.spoil("get_session", kind)

    with pytest.raises(ProviderUnavailable):
        desk.settles(order)

    assert (order.status, order.newest_attempt.status, payments()) == (OrderStatus.PENDING, AttemptStatus.ACTIVE, [])


def test_a_session_that_was_once_seen_does_not_vanish(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.sets(order.newest_attempt, session_id=UNKNOWN)

    for minutes in (0, 31, 600):
        desk.waits(minutes=minutes)
        with pytest.raises(ProviderUnavailable):
            desk.settles(order)

    assert (order.newest_attempt.status, order.is_pending) == (AttemptStatus.ACTIVE, True)
    assert shop.stock(COFFEE) == before - 1


def test_a_session_that_xendit_has_not_known_for_long_has_ended(desk: Desk):
    order = desk.opens()
    desk.sets(order.newest_attempt, session_id=UNKNOWN)
    with pytest.raises(ProviderUnavailable):
        desk.settles(order)
    desk.sets(order.newest_attempt, failed_looks=UNKNOWN_LOOKS)
    desk.waits(seconds=UNKNOWN_FOR.total_seconds())

    desk.settles(order)

    assert order.newest_attempt.status == AttemptStatus.CANCELED


def test_a_hint_finds_the_session_whose_answer_was_lost(desk: Desk, sandbox: Sandbox):
    order = placed_and_lost(desk, sandbox)
    session_id = sandbox.newest_session()

    desk.settles(order, hint=Hint(session_id))

    attempt = order.newest_attempt
    assert (attempt.session_id, attempt.status) == (session_id, AttemptStatus.ACTIVE)


def test_a_hint_at_the_session_of_another_order_is_not_believed(desk: Desk, sandbox: Sandbox):
    other = desk.opens(buyer="budi")
    desk.pays(other)
    order = placed_and_lost(desk, sandbox)

    desk.settles(order, hint=Hint(other.newest_attempt.session_id))

    assert order.newest_attempt.session_id is None
    assert (order.status, order.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.SENT)


def test_ids_of_the_longest_kind_are_kept_whole(desk: Desk, shop: Shop):
    order = desk.opens()
    names = ("session_id", "payment_request_id", "business_id")
    longest = {name: name[0] * LONGEST_ID for name in names}

    desk.sets(order.newest_attempt, **longest)

    assert shop.sql(f"SELECT {', '.join(names)} FROM attempts") == [tuple(longest.values())]
