"""Texts that one database would take and the other would not: whoever sends them hears the same from both."""

import pytest

from store.database import db, transaction
from store.models import Category, Order, Product
from store.models.columns import TooLong
from store.orders.finding import find_order, order_numbered

from ..buyer import DETAILS, Buyer
from ..events import payment_event, session_event
from ..in_process import Shop

NUL, HALF = "\0", "\udce9"
CANNOT_BE_KEPT = pytest.mark.parametrize("character", [NUL, HALF], ids=["NUL", "half a character"])
LONG = "x" * 256
IDS = ("session_id", "payment_id", "payment_request_id", "refund_id", "reference")


@CANNOT_BE_KEPT
def test_what_cannot_be_kept_is_seen_to_be_missing(shop: Shop, character: str):
    with shop.app.app_context():
        with transaction():
            db.session.add(Category(slug=f"s{character}", name=f"Te{character}a", position=9))

        kept = db.session.scalar(db.select(Category.name).filter_by(slug="s\ufffd"))

        with transaction():
            db.session.execute(db.delete(Category).filter_by(slug="s\ufffd"))
    assert kept == "Te\ufffda"


@CANNOT_BE_KEPT
def test_who_looks_for_it_finds_nothing(shop: Shop, buyer: Buyer, character: str):
    buyer.goes_to_pay()
    token = buyer.order.rpartition("/")[2]

    with shop.app.app_context():
        assert find_order(token).number
        assert find_order(token + character) is None
        assert order_numbered(f"W-{character}") is None


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/order/%00", 404),
        ("/order/%ED%B3%A9/complete", 404),
        ("/order/" + LONG, 404),
        ("/?q=%00", 200),
        ("/?q=%ED%B3%A9%00&sort=name", 200),
        (f"/?category={LONG}%00", 200),
    ],
)
def test_no_address_is_an_error_of_ours(shop: Shop, address: str, status: int):
    assert Buyer(shop).gets(address).status_code == status


def test_a_search_for_what_cannot_be_kept_finds_nothing(shop: Shop):
    assert Buyer(shop).opens(f"/?q={NUL}%C3%A9{NUL}zz").products == []


@pytest.mark.parametrize("field", DETAILS)
def test_a_checkout_field_takes_no_harm_from_what_cannot_be_kept(shop: Shop, field: str):
    buyer = Buyer(shop)
    buyer.adds()

    answer = buyer.checks_out(**{field: DETAILS[field] + NUL})

    assert answer.status_code == 303
    assert not [row for row in shop.sql("SELECT given_names, city FROM orders") if "\ufffd" in "".join(row)]


@pytest.mark.parametrize("field", DETAILS)
def test_a_checkout_field_that_is_too_long_is_said_at_the_field(shop: Shop, field: str):
    buyer = Buyer(shop)
    buyer.adds()

    assert buyer.checks_out(**{field: LONG}).status_code == 422


@CANNOT_BE_KEPT
def test_a_webhook_with_what_cannot_be_kept_is_refused(shop: Shop, character: str):
    body = session_event("completed", {"payment_session_id": f"ps-{character}"})

    assert shop.send_webhook(body).status_code == 400


@pytest.mark.parametrize("field", ["payment_id", "payment_request_id", "reference_id", "failure_code", "status"])
def test_a_webhook_whose_fields_are_too_long_is_taken_without_them(shop: Shop, field: str):
    session = {"payment_session_id": "ps-1", "reference_id": "r", "currency": "IDR", "amount": 1}

    answer = shop.send_webhook(payment_event("failure", session, **{field: LONG}))

    assert answer.status_code == 200
    (kept,) = shop.sql(f"SELECT {', '.join(IDS)}, failure_code FROM webhook_events ORDER BY id DESC LIMIT 1")
    assert all(text is None or len(text) <= 64 for text in kept)


@CANNOT_BE_KEPT
@pytest.mark.parametrize(
    ("command", "exit_code"),
    [(("orders", "--after"), 2), (("refund",), 1), (("refund", "--done-by-hand", "at the shop"), 1)],
    ids=["orders", "refund", "by hand"],
)
def test_a_command_about_an_order_that_cannot_be_says_so(
    shop: Shop, command: tuple[str, ...], exit_code: int, character: str
):
    ended = shop.command(*command, f"W-{character}")

    assert ended.exit_code == exit_code
    assert "There is no order W-" in ended.output


@pytest.mark.parametrize("name", ["given_names", "city", "token"])
def test_a_text_that_is_longer_than_its_column_goes_to_neither(shop: Shop, name: str):
    with pytest.raises(TooLong, match=f"orders.{name} takes at most"):
        Order(**{name: LONG})


def test_a_name_is_as_long_as_its_column_at_most_where_it_sorts_otherwise(shop: Shop):
    with pytest.raises(TooLong, match="at most 120"):
        Product(name=LONG)
