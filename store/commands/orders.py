"""`orders`: the list of orders, for people and for scripts."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import NamedTuple

import click

from ..models import Order, Payment, Refund
from ..orders.finding import listed_orders, order_numbered, payments_of, refunds_of
from ..rules.money import written
from ..rules.status import OrderStatus
from .preparing import need_database, refusals, settings

ORDERS_SHOWN = 50
MOST_ORDERS = 10_000


class Listed(NamedTuple):
    """An order with its money, all of it found for a whole page of the list at once."""

    order: Order
    payments: list[Payment]
    refunds: list[Refund]


@click.command("orders")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--attention", is_flag=True, help="Only those that need a person.")
@click.option("--status", type=click.Choice([str(status) for status in OrderStatus]), help="Only those in this status.")
@click.option("--limit", type=click.IntRange(1, MOST_ORDERS), default=ORDERS_SHOWN, show_default=True, help="How many.")
@click.option("--after", metavar="NUMBER", help="Go on behind the order with this number.")
def orders(as_json: bool, attention: bool, status: str | None, limit: int, after: str | None) -> None:
    """List orders: those that need a person come first, then the newest."""
    need_database(is_read_only=True)
    with refusals():
        last = _last_order(after) if after else None
        found = listed_orders(limit + 1, last, status, attention)
        shown = found[:limit]
        for listed in _with_money(shown):
            click.echo(_as_json(listed) if as_json else _as_text(listed))
    if len(found) > limit:
        click.echo(f"There are more. For the next ones add --after {shown[-1].number}", err=True)


def _last_order(number: str) -> Order:
    order = order_numbered(number)
    if order is None:
        raise click.BadParameter(f"There is no order {number}.", param_hint="--after")
    return order


def _with_money(orders: list[Order]) -> Iterator[Listed]:
    payments, refunds = payments_of(orders), refunds_of(orders)
    for order in orders:
        yield Listed(order, payments.get(order.id, []), refunds.get(order.id, []))


def _as_text(listed: Listed) -> str:
    order = listed.order
    flag = "  needs attention: " + order.attention if order.attention else ""
    total = written(order.amount, order.currency)
    address = f"{order.address_line1}, {order.postal_code} {order.city}"
    page = f"{settings().public_url}/order/{order.token}"
    return (
        f"{order.created_at.astimezone(UTC):%Y-%m-%d %H:%M UTC} {order.number} {order.status:9} {total:>12}"
        f"  {order.buyer_name}, {order.mobile_number}, {address}  {page}{_money(listed)}{flag}"
    )


def _money(listed: Listed) -> str:
    """Say what came and what went back, each sum as Xendit has it now."""
    parts = [f"came {_sum(payment)}" for payment in listed.payments]
    parts += [f"back {_sum(refund)}" for refund in listed.refunds]
    return f"  {', '.join(parts)}" if parts else ""


def _sum(money: Payment | Refund) -> str:
    return f"{written(money.amount, money.currency)} {money.status}"


def _as_json(listed: Listed) -> str:
    """Write an order for scripts, which rely on these names; each `amount` in minor units."""
    order = listed.order
    facts = {
        "number": order.number,
        "token": order.token,
        "status": order.status,
        "amount": order.amount,
        "currency": order.currency,
        "attention": order.attention is not None,
        "created": f"{order.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "payments": [
            {"id": payment.payment_id, "amount": payment.amount, "status": payment.status}
            for payment in listed.payments
        ],
        "refunds": [
            {"id": refund.refund_id, "amount": refund.amount, "status": refund.status} for refund in listed.refunds
        ],
    }
    return json.dumps(facts, ensure_ascii=False)
