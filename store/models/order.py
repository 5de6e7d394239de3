"""Orders: what the buyer sees."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, db, write_row
from ..rules.clock import now
from ..rules.schedule import UNSENT_FOR
from ..rules.status import HAS_STOCK, ORDER_MOVES, AttemptStatus, CaseKind, OrderStatus
from .attempt import Attempt
from .case import REASON_LENGTH, Case
from .catalog import StockMovement
from .columns import Amount, Text, one_of, whole
from .order_event import OrderEvent, change_status
from .order_line import OrderLine
from .outbox import OutboxRow
from .payment import Payment

# What the buyer is told of; each of these an order reaches once at most.
TOLD = frozenset({OrderStatus.PAID, OrderStatus.CANCELED, OrderStatus.REFUND_DUE})
IS_OPEN = text("status = 'pending' AND NOT set_aside")


class Order(db.Model):
    """`amount` and `shipping_fee` are in minor units of `currency`. `buyer_key` is the browser that ordered."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(one_of("status", OrderStatus), name="order_status"),
        CheckConstraint("amount > 0", name="amount_positive"),
        *whole("amount", "shipping_fee"),
        # One browser has one open order at a time, whatever it clicks.
        Index("one_pending_order_per_buyer", "buyer_key", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("orders_of_buyer", "buyer_key", "id"),
        Index("orders_by_status", "status", "id"),
        Index("orders_for_a_person", "id",
              sqlite_where=text("attention IS NOT NULL"), postgresql_where=text("attention IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text(12), unique=True)
    token: Mapped[str] = mapped_column(Text(43), unique=True)
    buyer_key: Mapped[str] = mapped_column(Text(43))
    status: Mapped[str] = mapped_column(Text(20), default=OrderStatus.PENDING)
    attention: Mapped[str | None] = mapped_column(Text(REASON_LENGTH))  # the oldest open case's reason
    # Its money does not fit, or is only reserved: the browser may have another open order beside it.
    set_aside: Mapped[bool] = mapped_column(default=False)
    amount: Mapped[Amount]
    shipping_fee: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text(3))
    given_names: Mapped[str] = mapped_column(Text(100))
    surname: Mapped[str] = mapped_column(Text(100))
    email: Mapped[str] = mapped_column(Text(254))
    mobile_number: Mapped[str] = mapped_column(Text(20))
    address_line1: Mapped[str] = mapped_column(Text(200))
    city: Mapped[str] = mapped_column(Text(100))
    postal_code: Mapped[str] = mapped_column(Text(20))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    hold_expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    lines: Mapped[list[OrderLine]] = relationship(back_populates="order", order_by=OrderLine.id)
    attempts: Mapped[list["Attempt"]] = relationship(back_populates="order", order_by="Attempt.number")
    cases: Mapped[list[Case]] = relationship(order_by="Case.id")
    events: Mapped[list[OrderEvent]] = relationship(order_by=OrderEvent.id, viewonly=True)
    movements: Mapped[list[StockMovement]] = relationship(order_by="StockMovement.id")

    def move_to(self, status: OrderStatus, cause: str) -> None:
        """Change the status and write down why. Raises InvalidMove."""
        change_status(self, ORDER_MOVES, status, cause, f"order {self.number}", order_id=self.id)
        if status == OrderStatus.PAID:
            self.paid_at = now()
        if status in TOLD:
            write_row(OutboxRow(kind=status, order_id=self.id))
        if status in (OrderStatus.PAID, OrderStatus.CANCELED):
            self.close_cases(CaseKind.REFUSED)

    def add_attempt(self) -> "Attempt":
        """Add the next try to get this order paid, with a reference of its own."""
        number = len(self.attempts) + 1
        attempt = Attempt(
            number=number,
            reference=f"{self.number}-A{number}",
            status=AttemptStatus.NEW,
            amount=self.amount,
            currency=self.currency,
            expires_at=self.hold_expires_at,
            next_check_at=now() + UNSENT_FOR,
        )
        self.attempts.append(attempt)
        return attempt

    def open_case(self, kind: CaseKind, reason: str, **about: int) -> None:
        """Ask for a person; `about` is the id of the attempt, payment or refund. The same case is not opened twice."""
        reason = reason[:REASON_LENGTH]
        known = next((case for case in self.open_cases if case.is_about((kind,), about)), None)
        if known is None:
            self.cases.append(Case(kind=kind, reason=reason, **about))
        else:
            known.reason = reason
        self._tell_attention()

    def close_cases(self, *kinds: CaseKind, **about: int) -> None:
        """What these cases were opened for has passed by itself."""
        for case in self.open_cases:
            if case.is_about(kinds, about):
                case.closed_at = now()
        self._tell_attention()

    def decide_case(self, case: Case, verdict: str, note: str) -> None:
        """A person has ended this case."""
        case.verdict, case.note, case.closed_at = verdict, note, now()
        self._tell_attention()

    def _tell_attention(self) -> None:
        # A refusal passes by itself, so it hides no other reason.
        reasons = sorted(self.open_cases, key=lambda case: case.kind == CaseKind.REFUSED)
        self.attention = reasons[0].reason if reasons else None

    @property
    def buyer_name(self) -> str:
        return f"{self.given_names} {self.surname}".strip()

    @property
    def quantities(self) -> dict[str, int]:
        return {line.slug: line.quantity for line in self.lines}

    @property
    def open_cases(self) -> list[Case]:
        return [case for case in self.cases if case.is_open]

    @property
    def payments(self) -> list[Payment]:
        """All money that came for this order, oldest first."""
        return sorted((each for attempt in self.attempts for each in attempt.payments), key=lambda each: each.id)

    @property
    def own_payments(self) -> list[Payment]:
        """Money that pays for this order or came too late for it: none too many, and none that does not fit."""
        came = [each for attempt in self.attempts if attempt.is_settled for each in attempt.payments]
        return [each for each in came if each.is_captured and not each.is_surplus]

    @property
    def payment(self) -> Payment | None:
        """The money that pays for this order, or came for it too late."""
        return next(iter(self.own_payments), None)

    @property
    def is_paid_as_asked(self) -> bool:
        """What came is what the order comes to; a person may have accepted another sum."""
        return (self.payment.amount, self.payment.currency) == (self.amount, self.currency)

    @property
    def other_payments(self) -> list[Payment]:
        """What came beside it: a second payment, or one that did not fit and was rejected."""
        known = [attempt for attempt in self.attempts if attempt.status != AttemptStatus.SUSPECT]
        came = [each for attempt in known for each in attempt.payments if each.is_captured]
        return [each for each in came if each not in self.own_payments]

    @property
    def refunded(self) -> int:
        """What of the order's own payment is back with the buyer, in minor units of that payment's currency."""
        return sum(payment.refunded for payment in self.own_payments)

    @property
    def subtotal(self) -> int:
        return self.amount - self.shipping_fee

    @property
    def is_pending(self) -> bool:
        return self.status == OrderStatus.PENDING

    @property
    def is_closing(self) -> bool:
        return self.status == OrderStatus.CLOSING

    @property
    def is_paid(self) -> bool:
        return self.status == OrderStatus.PAID

    @property
    def is_canceled(self) -> bool:
        return self.status == OrderStatus.CANCELED

    @property
    def is_refund_due(self) -> bool:
        return self.status == OrderStatus.REFUND_DUE

    @property
    def came_late(self) -> bool:
        """It was paid after it had been canceled: its pieces were taken again."""
        return any(event.tells_of_late_money for event in self.events)

    @property
    def was_paid(self) -> bool:
        """The full amount came, whatever went back since."""
        return self.paid_at is not None

    @property
    def has_stock(self) -> bool:
        """Its pieces are not on the shelf: held, sold, or handed over."""
        # What is refunded keeps its pieces until somebody gives them back, unless it was refunded without being paid.
        return self.status in HAS_STOCK and (self.was_paid or self.status != OrderStatus.REFUNDED)

    @property
    def is_suspect(self) -> bool:
        """Money came that does not fit. Nothing happens until Xendit's record fits, or a person decides."""
        return any(attempt.status == AttemptStatus.SUSPECT for attempt in self.attempts)

    def is_decided(self, attempt: "Attempt") -> bool:
        """A person has ended the case of this attempt's money: only money that came since opens another."""
        kinds, about = (CaseKind.MISMATCH,), {"attempt_id": attempt.id}
        cases = [case for case in self.cases if case.is_about(kinds, about)]
        return any(case.verdict for case in cases) and not any(case.is_open for case in cases)

    @property
    def is_authorized(self) -> bool:
        """Money is reserved for it, and not captured yet."""
        return any(payment.is_authorized for payment in self.payments)

    @property
    def has_money(self) -> bool:
        """Money came for it or is reserved, whether it fits or not."""
        return self.is_suspect or self.is_authorized or any(payment.is_captured for payment in self.payments)

    @property
    def is_refused(self) -> bool:
        """Xendit refuses what this order needs, and no retry mends that: the shop must act first."""
        return self._has_open(CaseKind.REFUSED)

    @property
    def is_unsure(self) -> bool:
        """It was canceled without Xendit's word that nothing was paid."""
        return self._has_open(CaseKind.UNSURE)

    @property
    def has_failed_refund(self) -> bool:
        """Money did not go back, and a person is to say what now."""
        return self._has_open(CaseKind.REFUND_FAILED)

    def _has_open(self, kind: CaseKind) -> bool:
        return self.attention is not None and any(case.kind == kind for case in self.open_cases)

    @property
    def can_be_paid(self) -> bool:
        return self.is_pending and not self.is_suspect and not self.is_authorized

    @property
    def was_never_payable(self) -> bool:
        """The last call to Xendit failed and no buyer ever saw a payment page: no money can have been taken."""
        never_seen = all(attempt.session_id is None for attempt in self.attempts)
        return never_seen and self.newest_attempt.trouble is not None

    @property
    def hold_is_over(self) -> bool:
        return self.hold_expires_at <= now()

    @property
    def newest_attempt(self) -> "Attempt":
        return self.attempts[-1]

    @property
    def active_attempt(self) -> "Attempt | None":
        return next((each for each in self.attempts if each.status == AttemptStatus.ACTIVE), None)

    @property
    def failure_code(self) -> str | None:
        """The reason of the last failed try, as Xendit names it; None once paid."""
        if self.was_paid:
            return None
        codes = [attempt.failure_code for attempt in self.attempts if attempt.failure_code]
        return codes[-1] if codes else None
