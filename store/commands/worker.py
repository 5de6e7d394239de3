"""`worker`: the background worker, until it is told to stop."""

import logging
import os
import signal
import sys

import click
from flask import current_app

from ..worker import Worker
from .preparing import need_database, settings


@click.command("worker")
@click.option("--once", is_flag=True, help="Do all that is due, then exit.")
def worker(once: bool) -> None:
    """Settle orders in the background until TERM."""
    need_database()
    work = Worker(
        current_app._get_current_object(),
        current_app.extensions["xendit"],
        is_test_key=settings().has_test_key,
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
