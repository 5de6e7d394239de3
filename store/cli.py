"""Commands: `flask --app app init-db | orders | worker`."""

import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

import click
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy.exc import DatabaseError

from .catalog.file import load_if_empty, missing_pictures
from .config import Settings, SettingsError
from .database import reason
from .doctor import check_database, check_file, unusable
from .models import Order
from .orders.finding import listed_orders, order_numbered, payments_of
from .rules.money import written
from .rules.status import OrderStatus
from .worker import Worker

ORDERS_SHOWN = 50
MOST_ORDERS = 10_000


def init_app(app: Flask) -> None:
    for command in (init_db, orders, worker):
        app.cli.add_command(command)


def speak_utf8() -> None:
    """Write UTF-8 whatever the terminal says: names and prices have letters that old code pages lack."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def _refusals() -> Iterator[None]:
    """End the command with 2, and the sentences of a SettingsError on stderr."""
    try:
        yield
    except SettingsError as error:
        click.echo("\n".join(error.problems), err=True)
        sys.exit(2)


def _check_database(is_read_only: bool = False) -> None:
    with _refusals():
        check_database(current_app._get_current_object(), is_read_only)


@click.command("init-db")
def init_db() -> None:
    """Create or upgrade the tables, and fill an empty catalog."""
    with _refusals():
        check_file()
        try:
            upgrade()
            added = load_if_empty(_settings().shop.currency)
        except DatabaseError as error:
            raise SettingsError([unusable(reason(error))]) from error
    click.echo(f"The database is up to date; {added} products were added.")
    for picture in missing_pictures():
        click.echo(f"The picture static/pictures/{picture} is missing: put it there, or name another one.", err=True)


@click.command("orders")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--attention", is_flag=True, help="Only those that need a person.")
@click.option("--status", type=click.Choice([str(status) for status in OrderStatus]), help="Only those in this status.")
@click.option("--limit", type=click.IntRange(1, MOST_ORDERS), default=ORDERS_SHOWN, show_default=True, help="How many.")
@click.option("--after", metavar="NUMBER", help="Go on behind the order with this number.")
def orders(as_json: bool, attention: bool, status: str | None, limit: int, after: str | None) -> None:
    """List orders: those that need a person come first, then the newest."""
    _check_database(is_read_only=True)
    last = _last_order(after) if after else None
    found = listed_orders(limit + 1, last, status, attention)
    shown = found[:limit]
    for line in _json_lines(shown) if as_json else map(_written_order, shown):
        click.echo(line)
    if len(found) > limit:
        click.echo(f"There are more. For the next ones add --after {shown[-1].number}", err=True)


def _last_order(number: str) -> Order:
    order = order_numbered(number)
    if order is None:
        raise click.BadParameter(f"There is no order {number}.", param_hint="--after")
    return order


def _written_order(order: Order) -> str:
    flag = "  needs attention: " + order.attention if order.attention else ""
    total = written(order.amount, order.currency)
    address = f"{order.address_line1}, {order.postal_code} {order.city}"
    page = f"{_settings().public_url}/order/{order.token}"
    return (
        f"{order.created_at.astimezone(UTC):%Y-%m-%d %H:%M UTC} {order.number} {order.status:9} {total:>12}"
        f"  {order.buyer_name}, {order.mobile_number}, {address}  {page}{flag}"
    )


def _json_lines(orders: list[Order]) -> Iterator[str]:
    """Write orders as INTERFACE has them; `amount` in minor units."""
    payments = payments_of(orders)
    for order in orders:
        facts = {
            "number": order.number,
            "token": order.token,
            "status": order.status,
            "amount": order.amount,
            "currency": order.currency,
            "attention": order.attention is not None,
            "created": f"{order.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            # What the shop writes down as a payment is captured; it gives no money back yet.
            "payments": [
                {"id": payment.payment_id, "amount": payment.amount, "status": "CAPTURED"}
                for payment in payments.get(order.id, ())
            ],
            "refunds": [],
        }
        yield json.dumps(facts, ensure_ascii=False)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do all that is due, then exit.")
def worker(once: bool) -> None:
    """Settle orders in the background until TERM."""
    _check_database()
    settings = _settings()
    work = Worker(
        current_app._get_current_object(),
        current_app.extensions["xendit"],
        is_test_key=settings.has_test_key,
    )
    if once:
        sys.exit(0 if work.run_once() else 1)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: work.stop())
    click.echo("The worker is looking after orders.")
    if not work.run():
        # Python would wait for what is still under way, however long. Nothing is lost: it is taken again.
        logging.shutdown()
        os._exit(0)


def _settings() -> Settings:
    return current_app.extensions["settings"]
