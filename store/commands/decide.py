"""`decide`: a person ends the case of an order."""

import sys

import click

from ..orders.deciding import Decided, Undecidable
from ..orders.deciding import decide as end_case
from ..rules.status import Verdict
from .preparing import need_database, refusals

NOTHING_DECIDED = 1


@click.command("decide")
@click.argument("number")
@click.argument("verdict", type=click.Choice([str(verdict) for verdict in Verdict]))
@click.argument("note")
def decide(number: str, verdict: str, note: str) -> None:
    """End the oldest case of order NUMBER: accept the money as it came, or reject it; NOTE says why, and is kept.

    `flask --app app orders --attention` lists the orders that need a person. Exits with 0 when it is decided, with 1
    when there is nothing to decide or it cannot be decided like that, with 2 when the database cannot be used.
    """
    need_database()
    try:
        with refusals():
            decided = end_case(number, Verdict(verdict), note)
    except Undecidable as error:
        click.echo(error, err=True)
        sys.exit(NOTHING_DECIDED)
    _tell(decided, verdict)


def _tell(decided: Decided, verdict: str) -> None:
    click.echo(f"Decided, {verdict}: {decided.question}")
    click.echo(decided.outcome)
    for reason in decided.left:
        click.echo(f"There is more to look at: {reason}")
