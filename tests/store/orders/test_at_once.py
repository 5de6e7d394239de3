"""Many sides at once: of one payment, one inbox and one shelf, and nobody is in another one's way."""

import threading
from functools import partial

from store.database import db, transaction
from store.models import Attempt, Order, Payment, WebhookEvent
from store.orders import checks, inbox
from store.orders.checkout import CartChanged
from store.orders.settling import settle
from store.rules.status import AttemptStatus

from ...at_once import all_at_once
from ...buyer import COFFEE
from ...databases import only_postgresql
from ...events import payment_event
from ...in_process import Shop
from ...waiting import PATIENCE
from ..meanwhile import Meanwhile
from .conftest import Desk, elsewhere, keep

TEA = "jasmine-tea"
SIDES = 4
ROUNDS = 5
CLICKS = 6
FOREIGN = {"payment_session_id": "ps-x", "reference_id": "of-somebody-else", "currency": "IDR", "amount": 1}


def test_one_payment_that_several_sides_settle_at_once_pays_once_and_is_not_suspect(desk: Desk, shop: Shop):
    order = desk.opens()
    desk.pays(order)
    attempt_id, all_have_read = order.newest_attempt.id, threading.Barrier(SIDES)
    provider = Meanwhile(desk.provider, partial(all_have_read.wait, PATIENCE))
    db.session.rollback()

    all_at_once([elsewhere(shop, partial(settle, attempt_id, provider, f"side {side}")) for side in range(SIDES)])

    assert (order.status, order.attention, order.newest_attempt.status) == ("paid", None, AttemptStatus.COMPLETED)
    assert db.session.scalar(db.select(db.func.count(Payment.id))) == 1


def test_the_copies_of_one_event_that_come_at_once_are_all_kept_in_one_row(desk: Desk, shop: Shop):
    all_at_once([elsewhere(shop, partial(keep, payment_event("capture", FOREIGN)))] * 30)

    assert [row.times for row in db.session.scalars(db.select(WebhookEvent))] == [30]


@only_postgresql
def test_news_of_nobody_does_not_wait_for_an_attempt_that_another_side_is_changing(desk: Desk, shop: Shop):
    mine, other = desk.opens(buyer="siti").newest_attempt, desk.opens(buyer="budi").newest_attempt
    news = keep(payment_event("capture", FOREIGN)).id

    with transaction():
        mine.trouble = "it is being changed"
        db.session.flush()
        all_at_once([elsewhere(shop, partial(inbox.process, news, desk.provider))])

    assert (mine.hinted_at, other.hinted_at is None) == (None, False)


def test_two_workers_never_take_the_same_attempt(desk: Desk, shop: Shop):
    attempts = [desk.opens(buyer=f"buyer {number}").newest_attempt for number in range(4)]
    due = {attempt.id for attempt in attempts}
    shop.make_everything_due()
    db.session.rollback()

    one, other = all_at_once([elsewhere(shop, partial(checks.take, 50))] * 2)

    assert not set(one) & set(other)
    assert set(one) | set(other) == due


def test_two_carts_of_the_same_two_products_in_opposite_order_do_not_block_each_other(desk: Desk, shop: Shop):
    for number in range(ROUNDS):
        shop.sql("UPDATE products SET stock = 1 WHERE slug IN (?, ?)", COFFEE, TEA)
        carts = {"siti": {COFFEE: 1, TEA: 1}, "budi": {TEA: 1, COFFEE: 1}}

        def places(buyer: str, cart: dict, number: int = number) -> bool:
            try:
                return bool(desk.places(cart, buyer=f"{buyer} {number}"))
            except CartChanged:
                return False

        placed = all_at_once([elsewhere(shop, partial(places, *each)) for each in carts.items()])

        assert sorted(placed) == [False, True]
    assert db.session.scalar(db.select(db.func.count(Order.id))) == ROUNDS


def test_the_clicks_of_one_buyer_at_once_place_one_order(desk: Desk, shop: Shop):
    for number in range(ROUNDS):
        shop.set_stock(COFFEE, 1)
        click = partial(desk.places, buyer=f"buyer {number}")

        orders = all_at_once([elsewhere(shop, lambda click=click: click().id)] * CLICKS)

        assert len(set(orders)) == 1
    assert db.session.scalar(db.select(db.func.count(Attempt.id))) == ROUNDS
