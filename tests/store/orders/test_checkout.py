"""Placing an order: what is held and frozen, what happens to the order before, and when nothing is written."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from store.database import db
from store.models import Order
from store.orders.checkout import AlreadyPaid, CartChanged, EarlierOrderClosing
from store.orders.paying import PaymentUnavailable
from store.orders.summary import held_for, summarize
from store.rules.clock import now
from store.rules.status import AttemptStatus, OrderStatus
from store.sqlite import driver

from ...buyer import CATALOG, COFFEE
from ...databases import only_sqlite
from ...in_process import Sandbox, Shop
from .conftest import Desk

TEA = "jasmine-tea"


def count_orders() -> int:
    return db.session.scalar(db.select(db.func.count(Order.id)))


def test_a_placed_order_holds_its_stock_for_the_time_that_the_merchant_gives(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)

    order = desk.places({COFFEE: 2})

    assert shop.stock(COFFEE) == before - 2
    assert order.hold_expires_at == now() + timedelta(minutes=desk.settings.shop.hold_minutes)
    assert (order.status, order.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.NEW)


def test_an_order_keeps_the_prices_at_which_it_was_placed(desk: Desk, shop: Shop):
    order = desk.places({COFFEE: 2, TEA: 1})
    amount = order.amount

    shop.sql("UPDATE products SET price = price + 1000, name = 'Renamed'")

    assert order.amount == amount == sum(line.total for line in order.lines) + order.shipping_fee
    assert {line.slug: line.unit_price for line in order.lines} == {
        slug: CATALOG[slug]["price"] for slug in (COFFEE, TEA)
    }
    assert "Renamed" not in {line.name for line in order.lines}


@only_sqlite
def test_a_click_that_the_database_turns_away_goes_on_with_the_order_of_the_one_before_it(desk: Desk, shop: Shop):
    first = desk.places()
    desk.sets(first, buyer_key="not seen yet")
    turn_away = "BEGIN SELECT RAISE(ABORT, 'as if another one had been committed just now'); END"
    shop.sql(f"CREATE TRIGGER another BEFORE INSERT ON orders {turn_away}")

    def come_to_light(*_) -> None:
        with driver.connect(shop.folder / "shop.db") as connection:
            connection.executescript("DROP TRIGGER another; UPDATE orders SET buyer_key = 'siti'")

    event.listen(db.engine, "handle_error", lambda _: event.listen(db.engine, "checkin", come_to_light, once=True))

    assert desk.places() == first
    assert count_orders() == 1


def test_the_same_cart_twice_is_one_order_that_holds_its_stock_once(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    first = desk.places({COFFEE: 2})

    second = desk.places({COFFEE: 2})

    assert second.id == first.id
    assert count_orders() == 1
    assert shop.stock(COFFEE) == before - 2


def test_who_orders_the_same_cart_again_may_correct_the_address(desk: Desk):
    order = desk.places()

    desk.places(city="Surabaya")

    assert (order.city, len(order.attempts)) == ("Surabaya", 1)


def test_a_changed_cart_closes_the_order_before_it(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    first = desk.opens({COFFEE: 2})

    second = desk.places({COFFEE: 1})

    assert (first.status, second.status) == (OrderStatus.CANCELED, OrderStatus.PENDING)
    assert sandbox.session(first.newest_attempt.session_id)["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before - 1


def test_a_price_that_changed_makes_it_another_order_too(desk: Desk, shop: Shop):
    first = desk.opens()
    shop.sql("UPDATE products SET price = price + 1000 WHERE slug = ?", COFFEE)

    second = desk.places()

    assert first.is_canceled
    assert second.amount == first.amount + 1000


def test_an_order_before_that_turns_out_paid_is_told_and_no_other_is_placed(desk: Desk):
    first = desk.opens({COFFEE: 2})
    desk.pays(first)

    with pytest.raises(AlreadyPaid) as told:
        desk.places({COFFEE: 1})

    assert told.value.order.id == first.id
    assert first.is_paid
    assert count_orders() == 1


def test_while_the_order_before_can_still_be_paid_no_other_is_placed(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    first = desk.opens({COFFEE: 2})
    sandbox.spoil("cancel_session", "error", status=503, count=2)

    for _ in range(2):
        with pytest.raises(EarlierOrderClosing):
            desk.places({COFFEE: 1})
    refused = first.status, shop.stock(COFFEE)
    second = desk.places({COFFEE: 1})

    assert refused == (OrderStatus.CLOSING, before - 2)
    assert (first.status, second.status) == (OrderStatus.CANCELED, OrderStatus.PENDING)
    assert shop.stock(COFFEE) == before - 1


def suspect(desk: Desk, sandbox: Sandbox, cart: dict[str, int]) -> Order:
    order = desk.opens(cart)
    desk.pays(order)
    sandbox.alter(order.newest_attempt.session_id, amount=1)
    desk.settles(order)
    return order


def test_who_waits_for_a_decision_about_an_order_can_buy_other_things(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    first = suspect(desk, sandbox, {COFFEE: 2})

    second = desk.opens({COFFEE: 1})

    assert (first.is_suspect, second.can_be_paid, held_for("siti")) == (True, True, {COFFEE: 1})
    assert (count_orders(), shop.stock(COFFEE)) == (2, before - 3)


def test_the_same_cart_is_not_sold_again_while_its_order_waits_for_a_decision(desk: Desk, sandbox: Sandbox):
    first = suspect(desk, sandbox, {COFFEE: 2})

    assert desk.places({COFFEE: 2}).id == first.id
    assert count_orders() == 1


def test_who_waits_for_reserved_money_to_be_taken_can_buy_other_things_but_not_the_same(desk: Desk, sandbox: Sandbox):
    first = desk.opens({COFFEE: 2})
    sandbox.pay(first.newest_attempt.session_id, authorize=True)
    desk.settles(first)

    same, second = desk.places({COFFEE: 2}), desk.opens({COFFEE: 1})

    assert (same.id, second.can_be_paid, count_orders()) == (first.id, True, 2)


@pytest.mark.parametrize("difference", [-1, 1])
def test_another_total_than_the_buyer_agreed_to_places_nothing(desk: Desk, shop: Shop, difference: int):
    open_order = desk.opens({TEA: 1})
    before = shop.stock(COFFEE)
    agreed = CATALOG[COFFEE]["price"] + desk.settings.shop.shipping_fee

    with pytest.raises(CartChanged):
        desk.places({COFFEE: 1}, seen=agreed + difference)

    assert open_order.is_pending
    assert count_orders() == 1
    assert shop.stock(COFFEE) == before


def test_the_total_that_the_buyer_agreed_to_is_ordered(desk: Desk):
    agreed = CATALOG[COFFEE]["price"] + desk.settings.shop.shipping_fee

    assert desk.places({COFFEE: 1}, seen=agreed).amount == agreed


@pytest.mark.parametrize("slug", ["nope", "lotus-seed-mooncake"], ids=["not sold", "sold out"])
def test_what_cannot_be_had_cannot_be_ordered(desk: Desk, slug: str):
    with pytest.raises(CartChanged):
        desk.places({slug: 1})

    assert count_orders() == 0


def test_more_than_there_is_left_places_nothing_and_holds_nothing(desk: Desk, shop: Shop):
    shop.set_stock(TEA, 1)
    before = shop.stock(COFFEE)

    with pytest.raises(CartChanged):
        desk.places({COFFEE: 1, TEA: 2})

    assert count_orders() == 0
    assert (shop.stock(COFFEE), shop.stock(TEA)) == (before, 1)


def test_two_browsers_cannot_order_the_same_last_piece(desk: Desk, shop: Shop):
    shop.set_stock(COFFEE, 1)
    desk.places(buyer="siti")

    with pytest.raises(CartChanged):
        desk.places(buyer="budi")

    assert count_orders() == 1
    assert shop.stock(COFFEE) == 0


def test_the_pieces_that_a_buyers_own_order_holds_are_there_for_the_next_one(desk: Desk, shop: Shop):
    shop.set_stock(COFFEE, 2)
    desk.opens({COFFEE: 2})

    order = desk.places({COFFEE: 2, TEA: 1})

    assert order.quantities == {COFFEE: 2, TEA: 1}
    assert shop.stock(COFFEE) == 0


def test_who_holds_the_last_piece_and_changes_the_cart_while_xendit_is_away_keeps_it(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    shop.set_stock(COFFEE, 1)
    first = desk.opens()
    wanted = {COFFEE: 1, TEA: 1}
    sandbox.spoil("cancel_session", "error", status=503, count=2)

    for _ in range(2):
        with pytest.raises(EarlierOrderClosing) as told:
            desk.places(wanted)
        assert told.value.order.id == first.id
        assert summarize(wanted, held_for("siti"), desk.settings.shop).cart == wanted
    order = desk.places(wanted)

    assert first.is_canceled
    assert order.quantities == wanted
    assert (count_orders(), shop.stock(COFFEE)) == (2, 0)


def test_while_an_order_is_closing_nobody_else_gets_its_piece(desk: Desk, shop: Shop, sandbox: Sandbox):
    shop.set_stock(COFFEE, 1)
    desk.closes_later(desk.opens())

    with pytest.raises(CartChanged):
        desk.places(buyer="budi")

    assert shop.stock(COFFEE) == 0


def test_an_order_that_is_closing_may_be_found_paid_by_the_next_one(desk: Desk, shop: Shop, sandbox: Sandbox):
    shop.set_stock(COFFEE, 1)
    first = desk.opens()
    desk.closes_later(first)
    desk.pays(first)

    with pytest.raises(AlreadyPaid) as told:
        desk.places()

    assert told.value.order.id == first.id
    assert first.is_paid


def test_an_order_that_is_closing_and_was_never_payable_is_left_alone_where_nothing_is_missing(
    desk: Desk, sandbox: Sandbox
):
    first = desk.places()
    sandbox.spoil("create_session", "reset_after_work")
    with pytest.raises(PaymentUnavailable):
        desk.starts(first)
    desk.closes(first)

    desk.places({COFFEE: 2})

    assert first.is_closing
    assert not any("cancel" in path for path in sandbox.calls("POST"))


def test_an_order_whose_time_is_up_makes_room_for_another_at_the_same_press(desk: Desk, shop: Shop):
    shop.set_stock(COFFEE, 1)
    first = desk.opens()
    desk.provider.cancel_session(first.newest_attempt.session_id)
    desk.settles(first)
    desk.waits(minutes=80)

    second = desk.places()

    assert (first.status, second.status) == (OrderStatus.CANCELED, OrderStatus.PENDING)
    assert desk.starts(second)
