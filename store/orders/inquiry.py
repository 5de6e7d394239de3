"""Asking Xendit for all that it has of an order, in the name of `reconcile`."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from ..models import Attempt, Order, Refund
from ..rules.status import InvalidMove
from ..xendit import (
    NotSent,
    PaymentRecord,
    ProviderRefused,
    RefundRecord,
    Session,
    XenditError,
)
from . import refunds, settling
from .comparison import Found
from .differences import Difference
from .pacing import PacedClient
from .records import Hint

# After so many calls in a row without an answer Xendit is away, and is not asked any more.
FAILURES_IN_A_ROW = 3
# What Xendit answers for an id that it does not know, or that could be none of its own (CONTRACT 5.1).
UNKNOWN = (400, 404)
OF_THE_KEY = (401, 403)

Record = TypeVar("Record")


class NoAnswer(Exception):
    """Xendit did not answer this, or is not asked any more."""


class Inquiry:
    """What Xendit has. Its methods raise NoAnswer; `away` then says why, if nothing more will be asked."""

    def __init__(self, provider: PacedClient) -> None:
        self._provider = provider
        self._failures = 0
        self._newest_refunds: list[RefundRecord] | None = None
        self._serves_refunds = True
        self.away: str | None = None
        self.trouble: str | None = None  # why the last call that failed did

    def found(self, attempt: Attempt) -> Found:
        """Return the session of an attempt, and the payments that either side names."""
        named = [payment.payment_id for payment in attempt.payments]
        session = None
        if attempt.session_id:
            session = self._read(lambda: self._provider.get_session(attempt.session_id))
        if session:
            named += [session.payment_id, self._newest_payment(attempt, session)]
        return Found(session, {each: self._payment(each) for each in dict.fromkeys(named) if each})

    def refund(self, refund: Refund) -> RefundRecord | None:
        """Return Xendit's record of a refund that was sent, or None if it has none."""
        record = next((each for each in self._newest() if each.reference == refund.reference), None)
        if record is None and refund.refund_id:
            record = self._read(lambda: self._provider.get_refund(refund.refund_id))
        if record is None and not (self._serves_refunds or refund.is_rejected):
            raise NoAnswer
        return record

    def refunds_of(self, order: Order) -> list[RefundRecord]:
        """Return those of the newest refunds at Xendit that are of payments of this order."""
        request_ids = {payment.payment_request_id for payment in order.payments}
        request_ids |= {attempt.payment_request_id for attempt in order.attempts if attempt.payments}
        request_ids -= {None}
        return [each for each in self._newest() if each.payment_request_id in request_ids] if request_ids else []

    def settle(self, difference: Difference) -> None:
        """Have settled by Xendit's record what can be, as the worker does it. The next look tells what is left."""
        if self.away:
            return
        with suppress(XenditError, InvalidMove):
            if difference.refund_id:
                refunds.check(difference.refund_id, self._provider)
            elif difference.attempt_id:
                hint = Hint(payment_id=difference.payment_id)
                settling.settle(difference.attempt_id, self._provider, "reconcile", hint=hint)

    def _payment(self, payment_id: str) -> PaymentRecord | None:
        return self._read(lambda: self._provider.get_payment(payment_id))

    def _newest_payment(self, attempt: Attempt, session: Session) -> str | None:
        """Money that came after a session's end, or once more, is named by its payment request alone."""
        request_id = session.payment_request_id or attempt.payment_request_id
        if request_id is None or session.is_active:
            return None
        asked = self._read(lambda: self._provider.get_payment_request(request_id))
        return asked and asked.latest_payment_id

    def _newest(self) -> list[RefundRecord]:
        """Return Xendit's newest refunds; it lists no others, and is asked for them once.

        That it does is said by its own libraries alone (CONTRACT 6.4): to an account for which it does not, a refund
        of which nothing is heard says nothing.
        """
        if self._newest_refunds is None:
            found = self._read(self._provider.newest_refunds)
            self._serves_refunds = found is not None
            self._newest_refunds = found or []
        return self._newest_refunds

    def _read(self, call: Callable[[], Record]) -> Record | None:
        """Return what Xendit has under an id; None if it knows nothing under it."""
        try:
            return self._ask(call)
        except ProviderRefused as error:
            if error.status not in UNKNOWN:
                self.trouble = str(error)
                raise NoAnswer from error
            return None

    def _ask(self, call: Callable[[], Record]) -> Record:
        if self.away:
            raise NoAnswer
        try:
            found = call()
        except ProviderRefused as error:
            if error.status in OF_THE_KEY:
                self.away = self.trouble = str(error)
                raise NoAnswer from error
            raise
        except XenditError as error:
            self._failures += 1
            self.trouble = str(error)
            if isinstance(error, NotSent) or self._failures >= FAILURES_IN_A_ROW:
                self.away = str(error)
            raise NoAnswer from error
        self._failures = 0
        return found
