"""What of a checkout happens under the lock: two short transactions, and what was read before them still holds."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event

from store.catalog.stock import OutOfStock
from store.database import db
from store.models import Attempt, Order
from store.orders.checkout import CartChanged, place_order
from store.orders.new_order import build, write
from store.orders.paying import NotPayable, start
from store.orders.summary import summarize
from store.rules.status import AttemptStatus
from store.sqlite import driver

from ...buyer import COFFEE
from ...databases import only_sqlite
from ...in_process import Shop
from ..meanwhile import Meanwhile
from .conftest import SITI, Desk

TEA = "jasmine-tea"
# Of one product: the piece, the order, its line, the movement, the attempt and the event; then attempt and event again.
FIRST, SECOND = 6, 3


@contextmanager
def transactions() -> Iterator[list[int]]:
    """How many statements stood in each write transaction."""
    counted: list[int] = []

    def count(connection, cursor, statement, *_) -> None:
        if statement == "BEGIN IMMEDIATE":
            counted.append(0)
        elif counted and not statement.startswith("BEGIN"):
            counted[-1] += 1

    event.listen(db.engine, "before_cursor_execute", count)
    yield counted
    event.remove(db.engine, "before_cursor_execute", count)


def checks_out(desk: Desk, provider: object = None) -> str:
    """Place an order and go to its payment page, as one press of the button does."""
    provider = provider or desk.provider
    placed = place_order({COFFEE: 1}, SITI, "siti", provider, desk.settings, pays=True)
    return start(placed.order_id, provider, desk.settings, placed.claim)


@only_sqlite
def test_a_checkout_is_two_short_transactions(desk: Desk):
    with transactions() as counted:
        checks_out(desk)

    assert counted == [FIRST, SECOND]


def test_the_call_is_reserved_with_the_order_so_that_it_is_known_if_the_shop_dies_in_it(desk: Desk):
    placed = place_order({COFFEE: 1}, SITI, "siti", desk.provider, desk.settings, pays=True)

    attempt = db.session.get_one(Order, placed.order_id).newest_attempt
    assert (attempt.status, attempt.sent_at is None, attempt.next_check_at is None) == ("SENT", False, False)
    assert attempt.reference == placed.claim.request.reference


def test_all_that_happened_is_in_the_log_of_the_order(desk: Desk):
    checks_out(desk)

    events = db.session.scalars(db.select(Order)).one().events
    assert [(each.from_status, each.to_status, each.cause) for each in events] == [
        ("NEW", "SENT", "the buyer pays"),
        ("SENT", "ACTIVE", "Xendit made the session"),
    ]
    assert {each.attempt_id for each in events} == {db.session.scalars(db.select(Attempt.id)).one()}


def test_what_happens_to_the_order_during_the_call_is_not_overwritten(desk: Desk):
    def is_canceled() -> None:
        order = db.session.scalars(db.select(Order)).one()
        desk.closes(order)
        assert order.is_closing

    with pytest.raises(NotPayable):
        checks_out(desk, Meanwhile(desk.provider, is_canceled, "create_session"))

    attempt = db.session.scalars(db.select(Attempt)).one()
    assert (attempt.status, attempt.session_id is None) == (AttemptStatus.SENT, False)


def test_a_price_that_changes_while_the_earlier_order_is_closed_is_agreed_to_again(desk: Desk, shop: Shop):
    desk.opens({COFFEE: 1})
    seen = summarize({TEA: 1}, Counter(), desk.settings.shop).amount

    def price_rises() -> None:
        shop.sql("UPDATE products SET price = price + 1000 WHERE slug = ?", TEA)

    desk.provider = Meanwhile(desk.provider, price_rises, "cancel_session")
    with pytest.raises(CartChanged):
        desk.places({TEA: 1}, seen=seen)

    assert len(db.session.scalars(db.select(Order)).all()) == 1


@pytest.mark.parametrize("change", ["price = price + 1", "stock = 0"])
def test_an_order_is_not_written_for_pieces_that_are_gone_or_cost_more(desk: Desk, shop: Shop, change: str):
    new = build(summarize({COFFEE: 1}, Counter(), desk.settings.shop), "siti", desk.settings, vars(SITI), pays=True)
    shop.sql(f"UPDATE products SET {change} WHERE slug = ?", COFFEE)

    with pytest.raises(OutOfStock):
        write(new)

    assert db.session.scalars(db.select(Order)).all() == []


def test_an_order_that_waits_for_a_person_by_now_is_not_led_to_the_page(desk: Desk, shop: Shop):
    order = desk.opens()
    desk.provider.cancel_session(order.newest_attempt.session_id)
    desk.settles(order)

    def money_came_that_does_not_fit() -> None:
        shop.sql("UPDATE attempts SET status = 'SUSPECT' WHERE number = 1")
        shop.sql("UPDATE orders SET set_aside = ?", True)

    with pytest.raises(NotPayable):
        start(order.id, Meanwhile(desk.provider, money_came_that_does_not_fit, "create_session"), desk.settings)

    assert order.active_attempt is None


@only_sqlite
def test_an_order_that_ends_just_as_its_buyer_goes_on_with_it_is_followed_by_another(desk: Desk, shop: Shop):
    first_id = desk.places().id

    def is_canceled(connection, cursor, statement, *_) -> None:
        if statement == "BEGIN IMMEDIATE":
            with closing(driver.connect(shop.folder / "shop.db")) as other, other:
                other.execute("UPDATE orders SET status = 'canceled' WHERE id = ?", (first_id,))

    event.listen(db.engine, "before_cursor_execute", is_canceled)
    second = desk.places()
    event.remove(db.engine, "before_cursor_execute", is_canceled)

    assert (second.id > first_id, second.status) == (True, "pending")


def test_a_session_of_which_a_webhook_told_before_the_answer_came_is_opened_once(desk: Desk, shop: Shop):
    def is_opened() -> None:
        shop.sql("UPDATE attempts SET status = 'ACTIVE'")

    assert checks_out(desk, Meanwhile(desk.provider, is_opened, "create_session"))

    events = db.session.scalars(db.select(Order)).one().events
    assert [each.to_status for each in events] == ["SENT"]
