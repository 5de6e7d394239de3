"""Comparing the shop with itself and with Xendit's record, both ways: `flask --app app reconcile` calls it.

Orders are read in pages and let go again, so that it takes no more memory however many there are. No transaction is
open while Xendit is asked. What differs is looked at twice, so that what just happens is no difference.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import selectinload

from ..catalog import counting
from ..database import db, release, transaction
from ..models import Attempt, Order, OrderEvent, Payment
from .audit import audited
from .comparison import SENT_REFUND, compared, compared_foreign, compared_refund
from .differences import Difference, Kind
from .inquiry import Inquiry, NoAnswer
from .known import known
from .scope import pages

NAMED = 20
BY_HAND = "Somebody has changed it by hand: with --fix the number that stands there is written down as counted."


@dataclass
class Course:
    """How far it has come, and what could not be looked at."""

    orders: int = 0
    differences: int = 0  # that are left
    fixed: int = 0
    known: int = 0
    failed: int = 0  # of the orders, those about which Xendit should have been asked, and gave no answer
    failed_numbers: list[str] = field(default_factory=list)  # the first of them

    def note_failure(self, number: str) -> None:
        self.failed += 1
        if self.failed <= NAMED:
            self.failed_numbers.append(number)


class Loaded(NamedTuple):
    """An order with all that belongs to it, apart from the database."""

    order: Order
    events: list[OrderEvent]


class Look(NamedTuple):
    differences: list[Difference]
    is_whole: bool  # also with Xendit's record, where it has one


class Reconciliation:
    """One run. `course` tells how far it has come, and `note` is called as it goes on."""

    def __init__(self, xendit: Inquiry, is_fixing: bool, note: Callable[[Course], None]) -> None:
        self._xendit = xendit
        self._is_fixing = is_fixing
        self._note = note
        self.course = Course()

    def run(self, since: datetime) -> Iterator[Difference]:
        """Yield each difference and each known case: of all products, the orders since then, and older open ones."""
        for difference in self._all(since):
            self.course.known += difference.is_known
            self.course.fixed += difference.is_fixed
            self.course.differences += not (difference.is_known or difference.is_fixed)
            yield difference

    def _all(self, since: datetime) -> Iterator[Difference]:
        for miscount in counting.miscounts():
            yield self._product(miscount)
        for ids in pages(since):
            for loaded in _load(ids):
                yield from self._order(loaded)
                self.course.orders += 1
                self._note(self.course)

    def _product(self, miscount: counting.Miscount) -> Difference:
        what = f"The stock is {miscount.stock}, but its movements add up to {miscount.moved}."
        found = Difference(Kind.STOCK, what, BY_HAND, product=miscount.slug)
        if self._is_fixing:
            with transaction():
                counting.write_count(miscount.product_id)
        return replace(found, is_fixed=self._is_fixing)

    def _order(self, loaded: Loaded) -> Iterator[Difference]:
        look = self._look(loaded)
        if look.differences:
            for difference in look.differences if self._is_fixing else ():
                self._xendit.settle(difference)
            before, loaded = look, _load([loaded.order.id])[0]
            look = self._look(loaded)
            if not look.is_whole:
                look = Look(before.differences, is_whole=False)
            if self._is_fixing:
                left = {(each.kind, each.what) for each in look.differences}
                gone = [each for each in before.differences if (each.kind, each.what) not in left]
                yield from (replace(each, is_fixed=True) for each in gone)
        yield from look.differences
        yield from known(loaded.order)
        if not look.is_whole:
            self.course.note_failure(loaded.order.number)

    def _look(self, loaded: Loaded) -> Look:
        order = loaded.order
        differences = list(audited(order, loaded.events))
        try:
            for attempt in order.attempts:
                if attempt.session_id or attempt.payments:
                    differences += compared(order, attempt, self._xendit.found(attempt))
            for payment in order.payments:
                for refund in payment.refunds:
                    if refund.status in SENT_REFUND:
                        differences += compared_refund(order, refund, self._xendit.refund(refund))
            differences += compared_foreign(order, self._xendit.refunds_of(order))
        except NoAnswer:
            return Look(differences, is_whole=False)
        return Look(differences, is_whole=True)


def _load(ids: list[int]) -> list[Loaded]:
    """Read orders with all that belongs to them, and let go of the database."""
    wanted = (
        db.select(Order)
        .where(Order.id.in_(ids))
        .order_by(Order.id.desc())
        .options(
            selectinload(Order.lines),
            selectinload(Order.attempts).selectinload(Attempt.payments).selectinload(Payment.refunds),
            selectinload(Order.cases),
            selectinload(Order.movements),
        )
    )
    orders = list(db.session.scalars(wanted))
    events: dict[int, list[OrderEvent]] = {}
    for event in db.session.scalars(db.select(OrderEvent).where(OrderEvent.order_id.in_(ids)).order_by(OrderEvent.id)):
        events.setdefault(event.order_id, []).append(event)
    db.session.expunge_all()
    release()
    return [Loaded(order, events.get(order.id, [])) for order in orders]
