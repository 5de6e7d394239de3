"""`refund`: money back to a buyer, through Xendit or recorded by hand."""

import sys

import click
from flask import current_app

from .. import database
from ..models import Refund
from ..orders import refunds
from ..orders.refund_request import RefundRefused, UnderWay, Wish, ask
from ..rules.money import written
from ..rules.status import RefundStatus
from ..xendit import RefundReason
from .preparing import need_database, refusals

HAS_IT, REFUSED, NOBODY_KNOWS = 0, 1, 3
EXIT_CODES = {
    RefundStatus.NEW: NOBODY_KNOWS,
    RefundStatus.SENT: NOBODY_KNOWS,
    RefundStatus.PENDING: HAS_IT,
    RefundStatus.SUCCEEDED: HAS_IT,
    RefundStatus.BY_HAND: HAS_IT,
}
OUTCOMES = {
    RefundStatus.NEW: "is not known to be at Xendit yet. The worker finds out.",
    RefundStatus.SENT: "is not known to be at Xendit yet. The worker finds out.",
    RefundStatus.PENDING: "is under way at Xendit. The worker follows it.",
    RefundStatus.SUCCEEDED: "is given back.",
    RefundStatus.BY_HAND: "was given back by hand, and is recorded.",
}


@click.command("refund")
@click.argument("number")
@click.argument("amount", required=False)
@click.option("--payment", "payment_id", metavar="ID", help="Xendit's id of the payment, where there are two.")
@click.option(
    "--reason",
    type=click.Choice([str(each) for each in RefundReason]),
    default=str(RefundReason.REQUESTED_BY_CUSTOMER),
    show_default=True,
    help="What Xendit is told.",
)
@click.option(
    "--restock", is_flag=True, help="Put all pieces back too. Lines are not chosen, so it goes with all of the money."
)
@click.option("--done-by-hand", "note", metavar="NOTE", help="Record what you gave back elsewhere, and how.")
def refund(
    number: str, amount: str | None, payment_id: str | None, reason: str, restock: bool, note: str | None
) -> None:
    """Give money back: all that is left of order NUMBER, or AMOUNT in digits, with a point for cents.

    Of two payments it is the one that is due back, else the newest. The same again while one is under way makes no
    other. Exits with 0 when Xendit has it, 1 when Xendit or the shop refuses, 2 when the database cannot be used and
    nothing was asked for, 3 when nobody knows yet and the worker finds out.
    """
    need_database()
    wish = Wish(amount, payment_id, RefundReason(reason), restock, note)
    try:
        with refusals():
            asked = ask(number, wish)
    except RefundRefused as error:
        click.echo(str(error), err=True)
        sys.exit(REFUSED)
    except UnderWay as error:
        _end(error.refund, "There is one already: ")
    _send(asked)
    _end(asked)


def _send(asked: Refund) -> None:
    """The refund is written down, so whatever happens from here on, the worker goes on with it."""
    if not asked.is_unsent:
        return
    try:
        refunds.send(asked.id, current_app.extensions["xendit"], "asked for by a person")
    except database.UNAVAILABLE as error:
        click.echo(
            f"The database cannot be used, {database.reason(error)}. The worker finds out what became of it.", err=True
        )
        sys.exit(NOBODY_KNOWS)


def _end(refund: Refund, before: str = "") -> None:
    """Say where the refund stands, and exit by it."""
    if refund.status in OUTCOMES:
        amount = written(refund.amount, refund.currency)
        of = f"of payment {refund.payment.payment_id}"
        click.echo(f"{before}{amount} {of} {OUTCOMES[refund.status]} ({refund.reference})")
        sys.exit(EXIT_CODES[refund.status])
    click.echo(_why(refund), err=True)
    sys.exit(REFUSED)


def _why(refund: Refund) -> str:
    order = refund.payment.attempt.order
    return next(case.reason for case in order.cases if case.refund_id == refund.id)
