"""The merchant's balance: what was collected, less what was given back. Fees and payouts are not imitated."""

from ..contract import amounts
from ..memory.ledger import Ledger
from . import payments, refunds

CASH = "CASH"
USUAL_CURRENCY = "IDR"


def of(ledger: Ledger, account_type: str, currency: str | None = None) -> int | float:
    """In major units of one currency: the one asked for, else that of the account's first payment.

    All money is cash here; the other kinds of account are empty.
    """
    if account_type != CASH:
        return 0
    every = ledger.payments()
    currency = currency or (every[0]["currency"] if every else USUAL_CURRENCY)
    collected = amounts.total(payments.captured(payment) for payment in every if payment["currency"] == currency)
    given_back = amounts.total(
        refund["amount"]
        for refund in ledger.refunds()
        if refund["currency"] == currency and refund["status"] in refunds.TAKES_MONEY
    )
    return amounts.difference(collected, given_back)
