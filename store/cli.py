"""Commands: `flask --app app init-db | orders | worker`."""

import signal

import click
from flask import Flask, current_app
from flask_migrate import upgrade

from . import catalog, checkout
from .config import Settings
from .money import written
from .worker import Worker

ORDERS_SHOWN = 50


def init_app(app: Flask) -> None:
    for command in (init_db, orders, worker):
        app.cli.add_command(command)


@click.command("init-db")
def init_db() -> None:
    """Create or upgrade the tables, and fill an empty catalog."""
    upgrade()
    added = catalog.load_if_empty(_settings().shop.currency)
    click.echo(f"The database is up to date; {added} products were added.")


@click.command("orders")
def orders() -> None:
    """Show the newest orders."""
    settings = _settings()
    for order in checkout.newest_orders(ORDERS_SHOWN):
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
    settings = _settings()
    work = Worker(
        current_app._get_current_object(),
        current_app.extensions["xendit"],
        is_test_key=settings.xendit_secret_key.startswith("xnd_development_"),
    )
    if once:
        work.run_once()
        return
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: work.stop())
    click.echo("The worker is looking after orders.")
    work.run()


def _settings() -> Settings:
    return current_app.extensions["settings"]
