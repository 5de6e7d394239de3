"""The commands: `flask --app app init-db | orders | decide | reconcile | refund | worker`."""

import sys

from flask import Flask

from .commands.database import init_db
from .commands.decide import decide
from .commands.orders import orders
from .commands.reconcile import reconcile
from .commands.refund import refund
from .commands.worker import worker


def init_app(app: Flask) -> None:
    for command in (init_db, orders, decide, reconcile, refund, worker):
        app.cli.add_command(command)


def speak_utf8() -> None:
    """Write UTF-8 whatever the terminal says: names and prices have letters that old code pages lack."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
