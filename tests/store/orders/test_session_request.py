"""What of an order goes to Xendit."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from store.config import Settings, read_settings
from store.models import Attempt, Order, OrderLine
from store.orders.session_request import session_request

from ...records import COOKIE_KEY

SETTINGS = read_settings(
    {
        "SECRET_KEY": COOKIE_KEY, "XENDIT_SECRET_KEY": "xnd_development_key",
        "XENDIT_WEBHOOK_TOKEN": "t" * 24, "PUBLIC_URL": "https://shop.example",
    }
)  # fmt: skip
PRICES = {"IDR": (85000, 12500, 18000), "PHP": (8550, 1999, 4905), "USD": (1, 3, 10)}


def order_in(currency: str, shipping_fee: int | None = None, **details: str) -> Order:
    first, second, usual_fee = PRICES[currency]
    fee = usual_fee if shipping_fee is None else shipping_fee
    buyer = {"given_names": "Siti", "surname": "Rahayu", "email": "siti@example.com", **details}
    return Order(
        number="W-TEST22", token="token", currency=currency, shipping_fee=fee, mobile_number="+6281234567890",
        amount=3 * first + 7 * second + fee, **buyer,
        lines=[
            OrderLine(slug="a", name="A", category="All", unit_price=first, quantity=3),
            OrderLine(slug="b", name="B", category="All", unit_price=second, quantity=7),
        ],
    )  # fmt: skip


def request_for(order: Order, settings: Settings = SETTINGS):
    end = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
    attempt = Attempt(reference="W-TEST22-A2", amount=order.amount, currency=order.currency, expires_at=end)
    return session_request(order, attempt, settings)


@pytest.mark.parametrize("currency", PRICES)
@pytest.mark.parametrize("shipping_fee", [None, 0], ids=["with shipping", "without"])
def test_the_items_add_up_to_the_amount(currency: str, shipping_fee: int | None):
    body = request_for(order_in(currency, shipping_fee)).to_json()

    prices = [(Decimal(str(item["net_unit_amount"])), item["quantity"]) for item in body["items"]]
    assert sum(price * quantity for price, quantity in prices) == Decimal(str(body["amount"]))


def test_shipping_is_a_fee_and_only_there_if_it_costs_something():
    with_fee, without_fee = request_for(order_in("IDR")), request_for(order_in("IDR", shipping_fee=0))

    assert [item.type for item in with_fee.items] == ["PHYSICAL_PRODUCT", "PHYSICAL_PRODUCT", "FEE"]
    assert [item.type for item in without_fee.items] == ["PHYSICAL_PRODUCT", "PHYSICAL_PRODUCT"]


def test_the_buyer_comes_back_to_the_orders_own_pages():
    request = request_for(order_in("IDR"), replace(SETTINGS, public_url="https://other.example"))

    assert request.success_return_url == "https://other.example/order/token/complete"
    assert request.cancel_return_url == "https://other.example/order/token/cancel"
    assert request.reference == "W-TEST22-A2"


@pytest.mark.parametrize(
    ("details", "name", "surname", "email"),
    [
        ({"given_names": "Nguyễn Thị", "surname": "Ánh"}, "Nguyen Thi", "Anh", "siti@example.com"),
        ({"given_names": "…", "surname": ""}, "Buyer", "", "siti@example.com"),
        ({"email": f"{'a' * 60}@example.com"}, "Siti", "Rahayu", None),
    ],
    ids=["accents", "nothing to write", "long e-mail"],
)
def test_the_buyers_details_are_fitted_to_what_xendit_takes(details: dict, name: str, surname: str, email: str | None):
    order = order_in("IDR", **details)

    customer = request_for(order).customer

    assert (customer.given_names, customer.surname, customer.email) == (name, surname, email)
    assert order.given_names == details.get("given_names", "Siti")


def test_no_customer_reference_is_ever_repeated_not_even_for_the_same_attempt():
    order = order_in("IDR")

    references = {request_for(order).customer.reference for _ in range(100)}

    assert len(references) == 100
    assert all(reference.startswith("W-TEST22-A2-") and len(reference) <= 255 for reference in references)
