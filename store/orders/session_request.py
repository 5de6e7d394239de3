"""What of an order goes to Xendit, fitted to its limits.

The order keeps everything as the buyer typed it; only the request is fitted.
"""

import hashlib
import json

from ..config import Settings
from ..models import Attempt, Order
from ..rules import chance
from ..rules.buyer import email_for_xendit, latin_name
from ..rules.money import to_major
from ..xendit import Customer, Item, SessionRequest

# Xendit insists on given names; what is left of a name such as "…" is nothing.
NAMELESS = "Buyer"
CUSTOMER_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CUSTOMER_LENGTH = 16


def session_request(order: Order, attempt: Attempt, settings: Settings) -> SessionRequest:
    """Return the request for one attempt. Its items add up to its amount."""
    page = f"{settings.public_url}/order/{order.token}"
    return SessionRequest(
        reference=attempt.reference,
        amount=to_major(attempt.amount, attempt.currency),
        currency=attempt.currency,
        country=settings.shop.country_code,
        description=f"Order {order.number} at {settings.shop.name}",
        customer=_customer(order, attempt),
        items=_items(order),
        expires_at=attempt.expires_at,
        success_return_url=f"{page}/complete",
        cancel_return_url=f"{page}/cancel",
    )


def fingerprint(request: SessionRequest) -> str:
    """Return what tells apart two requests of which Xendit learns something else about order, buyer or shop."""
    told = request.to_json()
    for of_each_request in ("reference_id", "expires_at"):
        del told[of_each_request]
    del told["customer"]["reference_id"]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _customer(order: Order, attempt: Attempt) -> Customer:
    """Return the buyer under a reference that was never used before, not by a database that is gone either.

    Xendit answers 409 to the second session with the same one, whoever used it (CONTRACT 1.1).
    """
    return Customer(
        reference=f"{attempt.reference}-{chance.word(CUSTOMER_LETTERS, CUSTOMER_LENGTH)}",
        given_names=latin_name(order.given_names) or NAMELESS,
        surname=latin_name(order.surname),
        email=email_for_xendit(order.email),
        mobile_number=order.mobile_number,
    )


def _items(order: Order) -> tuple[Item, ...]:
    items = [
        Item(
            reference=line.slug,
            type="PHYSICAL_PRODUCT",
            name=line.name,
            category=line.category,
            unit_amount=to_major(line.unit_price, order.currency),
            quantity=line.quantity,
        )
        for line in order.lines
    ]
    if order.shipping_fee:
        fee = to_major(order.shipping_fee, order.currency)
        items.append(Item("shipping", "FEE", "Shipping", "Shipping", fee, 1))
    return tuple(items)
