"""Commands: `flask --app app init-db | orders | worker`."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy.exc import DatabaseError

from .catalog.file import load_if_empty
from .config import Settings, SettingsError
from .doctor import check_database, unusable
from .orders.finding import newest_orders
from .rules.money import written
from .worker import Worker

ORDERS_SHOWN = 50


def init_app(app: Flask) -> None:
    for command in (init_db, orders, worker):
        app.cli.add_command(command)


@contextmanager
def _refusals() -> Iterator[None]:
    """End the command with 2, and the sentences of a SettingsError on stderr."""
    try:
        yield
    except SettingsError as error:
        click.echo("\n".join(error.problems), err=True)
        sys.exit(2)


def _check_database() -> None:
    with _refusals():
        check_database(current_app._get_current_object())


@click.command("init-db")
def init_db() -> None:
    """Create or upgrade the tables, and fill an empty catalog."""
    with _refusals():
        try:
            upgrade()
            added = load_if_empty(_settings().shop.currency)
        except DatabaseError as error:
            raise SettingsError([unusable(error)]) from error
    click.echo(f"The database is up to date; {added} products were added.")


@click.command("orders")
def orders() -> None:
    """Show the newest orders."""
    _check_database()
    settings = _settings()
    for order in newest_orders(ORDERS_SHOWN):
        flag = "  needs attention: " + order.attention if order.attention else ""
        total = written(order.amount, order.currency)
        address = f"{order.address_line1}, {order.postal_code} {order.city}"
        page = f"{settings.public_url}/order/{order.token}"
        click.echo(
            f"{order.created_at:%Y-%m-%d %H:%M} {order.number} {order.status:9} {total:>12}"
            f"  {order.buyer_name}, {order.mobile_number}, {address}  {page}{flag}"
        )


@click.command("worker")
@click.option("--once", is_flag=True, help="Do all that is due, then exit.")
def worker(once: bool) -> None:
    """Settle orders in the background until TERM."""
    _check_database()
    settings = _settings()
    work = Worker(
        current_app._get_current_object(),
        current_app.extensions["xendit"],
        is_test_key=settings.xendit_secret_key.startswith("xnd_development_"),
    )
    if once:
        sys.exit(0 if work.run_once() else 1)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: work.stop())
    click.echo("The worker is looking after orders.")
    work.run()


def _settings() -> Settings:
    return current_app.extensions["settings"]
