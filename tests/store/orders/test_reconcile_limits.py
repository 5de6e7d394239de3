"""What `reconcile` cannot look at, how often it asks Xendit, how far it goes back, and what many orders take."""

import sys
from datetime import timedelta
from itertools import pairwise

import pytest

from store.database import db, release
from store.models import Order
from store.orders.differences import Kind
from store.orders.inquiry import FAILURES_IN_A_ROW, Inquiry
from store.orders.pacing import CALLS_A_MINUTE, CALLS_A_MINUTE_WITH_TEST_KEY, PacedClient
from store.orders.reconcile import Course, Reconciliation
from store.rules import clock
from store.rules.clock import now

from ...databases import on_one
from ..meanwhile import Meanwhile
from .auditor import Auditor
from .conftest import Desk

MANY = 10_000


@pytest.fixture
def auditor(desk: Desk) -> Auditor:
    return Auditor(desk)


def sold(desk: Desk, buyers: int) -> list[Order]:
    orders = [desk.sells("CARDS", buyer=f"buyer {each}") for each in range(buyers)]
    release()
    return orders


def test_an_order_that_xendit_does_not_answer_about_is_named_and_the_others_are_compared(desk: Desk, auditor: Auditor):
    first, second = sold(desk, 2)
    desk.shop.sandbox.alter(first.newest_attempt.session_id, amount=1)
    desk.shop.sandbox.spoil("get_session", "error", status=503)  # the newest is looked at first

    found = auditor.finds()

    assert [(each.kind, each.order) for each in found] == [(Kind.SESSION, first.number)]
    assert (auditor.course.failed_numbers, auditor.inquiry.away) == ([second.number], None)


@pytest.mark.parametrize(("status", "calls"), [(401, 1), (403, 1), (503, 3)])
def test_once_xendit_is_away_or_refuses_the_key_it_is_asked_no_more_and_the_rest_is_still_audited(
    desk: Desk, auditor: Auditor, status: int, calls: int
):
    orders = sold(desk, 4)
    desk.shop.sql("UPDATE order_lines SET unit_price = 1 WHERE order_id = ?", orders[0].id)
    desk.shop.sandbox.spoil("get_session", "error", status=status, count=None)
    before = len(desk.shop.sandbox.calls("GET"))

    found = auditor.finds()

    assert [(each.kind, each.order) for each in found] == [(Kind.LINES, orders[0].number)]
    assert auditor.course.failed_numbers == [order.number for order in reversed(orders)]
    assert str(status) in auditor.inquiry.away
    assert len(desk.shop.sandbox.calls("GET")) == before + calls


def test_no_transaction_is_open_while_xendit_is_asked(desk: Desk, auditor: Auditor):
    sold(desk, 1)
    were_open = []
    auditor.provider = Meanwhile(desk.provider, lambda: were_open.append(db.session().in_transaction()))

    assert auditor.finds() == []
    assert were_open == [False]


def test_failures_with_answers_between_them_do_not_mean_that_xendit_is_away(desk: Desk, auditor: Auditor):
    orders = sold(desk, 2 * FAILURES_IN_A_ROW - 1)
    for order in orders[::2]:
        desk.shop.sandbox.spoil("get_session", "error", status=503, session=order.newest_attempt.session_id)

    auditor.finds()

    assert (auditor.course.failed, auditor.inquiry.away) == (FAILURES_IN_A_ROW, None)


def test_what_differs_is_told_although_the_second_look_gets_no_answer(desk: Desk, auditor: Auditor):
    (order,) = sold(desk, 1)
    desk.shop.sandbox.alter(order.newest_attempt.session_id, amount=1)
    looks = []

    def spoil_the_second() -> None:
        looks.append(order)
        if len(looks) == 2:
            desk.shop.sandbox.spoil("get_payment", "error", status=503)

    auditor.provider = Meanwhile(desk.provider, spoil_the_second)

    found = auditor.finds()

    assert [each.kind for each in found] == [Kind.SESSION]
    assert auditor.course.failed_numbers == [order.number]


@pytest.mark.parametrize(("is_test_key", "most"), [(True, CALLS_A_MINUTE_WITH_TEST_KEY), (False, CALLS_A_MINUTE)])
def test_no_minute_has_more_calls_than_its_share(desk: Desk, is_test_key: bool, most: int):
    (order,) = sold(desk, 1)
    session_id = order.newest_attempt.session_id
    paced = PacedClient(desk.provider, is_test_key)
    made = []

    for _ in range(most + 10):
        paced.get_session(session_id)
        made.append(clock.monotonic())

    assert all(later - sooner >= 60 for sooner, later in zip(made, made[most:], strict=False))
    assert made[-1] - made[0] == 60
    assert all(sooner <= later for sooner, later in pairwise(made))


def test_after_a_429_the_same_is_asked_again_once_xendit_allows_it(desk: Desk):
    (order,) = sold(desk, 1)
    desk.shop.sandbox.spoil("get_session", "rate_limit", count=2)
    started = clock.monotonic()

    session = PacedClient(desk.provider, is_test_key=True).get_session(order.newest_attempt.session_id)

    assert session.id == order.newest_attempt.session_id
    assert clock.monotonic() > started


def test_older_orders_are_looked_at_while_something_may_still_happen_to_them(desk: Desk, auditor: Auditor):
    at_its_end, for_a_person, in_refund, *others = sold(desk, 6)
    desk.gives_back(in_refund)
    for order, status in zip(others, ("pending", "closing", "refund_due"), strict=True):
        desk.shop.sql("UPDATE orders SET status = ? WHERE id = ?", status, order.id)
    desk.shop.sql("UPDATE orders SET attention = 'See to it.' WHERE id = ?", for_a_person.id)
    desk.shop.sql("UPDATE orders SET created_at = ?", (now() - timedelta(days=31)).strftime("%Y-%m-%d %H:%M:%S"))
    new = desk.sells("CARDS", buyer="new")
    numbers = {order.number for order in (*others, for_a_person, in_refund, new)}
    last = at_its_end.number
    release()
    desk.shop.sql("UPDATE order_lines SET unit_price = 1")

    recent = {each.order for each in auditor.finds() if each.kind == Kind.LINES}
    all_of_them = {each.order for each in auditor.finds(days=32) if each.kind == Kind.LINES}

    assert recent == numbers
    assert all_of_them - recent == {last}


@on_one
def test_many_orders_take_no_more_memory_than_few(desk: Desk):
    like = desk.places()
    add_orders_like(desk, like, MANY)
    size = [sys.getallocatedblocks()]

    def note(course: Course) -> None:
        if course.orders % 4_000 == 0:
            size.append(sys.getallocatedblocks())

    work = Reconciliation(Inquiry(PacedClient(desk.provider, is_test_key=True)), False, note)

    assert list(work.run(now() - timedelta(days=30))) == []
    assert work.course.orders == MANY + 1
    assert max(size[1:]) - size[1] < 20_000  # a page of orders is more than that
    assert size[1] - size[0] < 200_000


def add_orders_like(desk: Desk, like: Order, count: int) -> None:
    """Add open orders without a session, which hold their pieces: rows of SQL alone, as that is quick."""
    desk.shop.sql(f"UPDATE products SET stock = stock + {count} WHERE id = {like.lines[0].product_id}")
    desk.shop.sql("INSERT INTO stock_movements (product_id, pieces, reason, created_at)"
                  f" VALUES ({like.lines[0].product_id}, {count}, 'COUNTED', CURRENT_TIMESTAMP)")  # fmt: skip
    own = {"id": f"{like.id} + n", "number": "'W-' || n", "token": "'token ' || n", "buyer_key": "'buyer ' || n"}
    desk.shop.sql(copies("orders", like.id, count, own))
    of_it = {"id": "id + n", "order_id": "order_id + n"}
    for line in like.lines:
        desk.shop.sql(copies("order_lines", line.id, count, of_it))
    for movement in like.movements:
        desk.shop.sql(copies("stock_movements", movement.id, count, {**of_it, "id": "id + n + 1000"}))
    for attempt in like.attempts:
        own = {**of_it, "reference": "reference || n", "next_check_at": "NULL"}
        desk.shop.sql(copies("attempts", attempt.id, count, own))
    desk.shop.sql(f"UPDATE products SET stock = stock - {count} WHERE id = {like.lines[0].product_id}")
    release()


def copies(table: str, row_id: int, count: int, own: dict[str, str]) -> str:
    """Return the SQL that copies a row so often; `own` is what differs, in which n is the number of the copy."""
    columns = [column.name for column in Order.metadata.tables[table].columns]
    values = ", ".join(own.get(column, column) for column in columns)
    numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
    copied = f"SELECT {values} FROM {table}, numbers WHERE id = {row_id}"
    return f"INSERT INTO {table} ({', '.join(columns)}) {numbers} {copied}"
