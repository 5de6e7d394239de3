"""`reconcile`: what differs between the shop's orders and Xendit's record, each with what to do."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import click
from flask import current_app

from ..database import UNAVAILABLE, reason
from ..orders.differences import Difference
from ..orders.inquiry import Inquiry
from ..orders.pacing import PacedClient
from ..orders.reconcile import Course, Reconciliation
from ..rules.clock import monotonic, now
from .preparing import need_database, settings

DAYS = 30
MOST_DAYS = 36_500
# A terminal is told each second how far it has come; a log or a mail only each so many orders.
TOLD_EACH = 1.0
TOLD_ORDERS = 10_000
NO_DIFFERENCE, DIFFERENCES, NOT_ALL_LOOKED_AT = 0, 1, 2


@click.command("reconcile")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--fix", "is_fixing", is_flag=True, help="Settle what can be settled; the exit code tells what is left.")
@click.option("--days", type=click.IntRange(0, MOST_DAYS), default=DAYS, show_default=True, help="How far back.")
def reconcile(as_json: bool, is_fixing: bool, days: int) -> None:
    """Compare the orders with Xendit's record, and the stock with its movements.

    Exits 0 if nothing differs, 1 if anything does, 2 if not everything could be looked at.
    """
    need_database(is_read_only=not is_fixing)
    provider = PacedClient(current_app.extensions["xendit"], settings().has_test_key)
    inquiry, progress = Inquiry(provider), Progress(sys.stderr.isatty())
    work = Reconciliation(inquiry, is_fixing, progress.tell)
    try:
        with _calls_are_not_logged():
            for difference in work.run(now() - timedelta(days=days)):
                progress.clear()
                click.echo(_as_json(difference) if as_json else _as_text(difference))
    except UNAVAILABLE as error:
        progress.clear()
        click.echo(f"Not everything was looked at: the database cannot be used: {reason(error)}.", err=True)
        sys.exit(NOT_ALL_LOOKED_AT)
    progress.clear()
    click.echo(_summary(work.course), err=True)
    if work.course.failed:
        click.echo(_not_looked_at(work.course, inquiry.trouble), err=True)
        sys.exit(NOT_ALL_LOOKED_AT)
    sys.exit(DIFFERENCES if work.course.differences else NO_DIFFERENCE)


@contextmanager
def _calls_are_not_logged() -> Iterator[None]:
    """Each call would be a line of the log, and nobody reads thousands of them in a mail."""
    log = logging.getLogger("store.xendit")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


class Progress:
    """The line on stderr that tells how far it has come."""

    def __init__(self, is_terminal: bool) -> None:
        self._is_terminal = is_terminal
        self._told_at = monotonic()
        self._is_shown = False

    def tell(self, course: Course) -> None:
        if self._is_terminal and monotonic() >= self._told_at + TOLD_EACH:
            self._told_at = monotonic()
            self._is_shown = True
            click.echo(f"\r{_so_far(course)} ...", err=True, nl=False)
        elif not self._is_terminal and course.orders % TOLD_ORDERS == 0:
            click.echo(_so_far(course), err=True)

    def clear(self) -> None:
        """Make room for a line of its own."""
        if self._is_shown:
            click.echo("\r\033[K", err=True, nl=False, color=True)
            self._is_shown = False


def _as_text(difference: Difference) -> str:
    mark = "known" if difference.is_known else "settled" if difference.is_fixed else "differs"
    advice = "" if difference.is_fixed else f" {difference.advice}"
    return f"{mark:8} {difference.order or difference.product}  {difference.kind}: {difference.what}{advice}"


def _as_json(difference: Difference) -> str:
    facts = {
        "kind": difference.kind,
        "order": difference.order,
        "product": difference.product,
        "what": difference.what,
        "advice": difference.advice,
        "known": difference.is_known,
        "fixed": difference.is_fixed,
    }
    return json.dumps(facts, ensure_ascii=False)


def _so_far(course: Course) -> str:
    return f"Orders compared: {course.orders:,}, differences: {course.differences:,}"


def _summary(course: Course) -> str:
    return f"{_so_far(course)}, settled: {course.fixed:,}, known cases: {course.known:,}."


def _not_looked_at(course: Course, trouble: str | None) -> str:
    others = course.failed - len(course.failed_numbers)
    names = ", ".join(course.failed_numbers) + (f" and {others:,} more" if others else "")
    left_out = f"Orders left out: {course.failed:,} ({names}). Why: {trouble}."
    return f"Not everything was compared with Xendit's record. {left_out}"
