"""Attempts to get an order paid."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, db, write_row
from ..rules.clock import now
from ..rules.schedule import next_capture_check, next_check
from ..rules.status import ATTEMPT_MOVES, OPEN_ATTEMPT, SETTLED_ATTEMPT, AttemptStatus
from .columns import Amount, Text, one_of, whole
from .order_event import OrderEvent, moved
from .payment import Payment


class Attempt(db.Model):
    """One try to get an order paid: one session at Xendit, found by our own `reference`."""

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint(one_of("status", AttemptStatus), name="attempt_status"),
        *whole("amount"),
        UniqueConstraint("order_id", "number", name="attempt_number"),
        # Only an ACTIVE attempt has a link that the buyer can see, and there is never a second one.
        Index("one_active_attempt_per_order", "order_id", unique=True,
              sqlite_where=text("status = 'ACTIVE'"), postgresql_where=text("status = 'ACTIVE'")),
        Index("attempts_by_next_check", "next_check_at", "id"),
        Index("attempts_by_status", "status", "next_check_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(Text(64), unique=True)
    status: Mapped[str] = mapped_column(Text(20), default=AttemptStatus.NEW)
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text(3))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    session_id: Mapped[str | None] = mapped_column(Text(255), unique=True)
    payment_request_id: Mapped[str | None] = mapped_column(Text(255), index=True)
    business_id: Mapped[str | None] = mapped_column(Text(255))  # the account at Xendit that made the session
    told: Mapped[str | None] = mapped_column(Text(64))  # fingerprint of what Xendit was told of order and buyer
    failure_code: Mapped[str | None] = mapped_column(Text(64))  # of the buyer's last failed try
    trouble: Mapped[str | None] = mapped_column(Text(200))  # what went wrong with our call
    problem: Mapped[str | None] = mapped_column(Text(200))  # why it is suspect
    unknown_since: Mapped[datetime | None] = mapped_column(UTCDateTime)  # Xendit says 404 to its session since then
    failed_looks: Mapped[int] = mapped_column(default=0)  # one after another that failed, or brought no end
    next_check_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hinted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when a webhook that names nobody made it due
    looks_spent_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # see `schedule.spent_by_look`

    order: Mapped["Order"] = relationship(back_populates="attempts")  # noqa: F821 (order.py imports this file)
    payments: Mapped[list[Payment]] = relationship(back_populates="attempt", order_by="Payment.id")

    def move_to(self, status: AttemptStatus, cause: str) -> None:
        """Change the status and write down why. Raises InvalidMove."""
        write_row(self._moved(status, cause))

    def sent(self) -> OrderEvent:
        """Reserve the call for a buyer who goes to pay; return the event, which is still to be written."""
        event = self._moved(AttemptStatus.SENT, "the buyer pays")
        self.sent_at = now()
        self.plan_next_check()
        return event

    def opened(self, session_id: str, business_id: str | None) -> OrderEvent:
        """Take the session that Xendit has made for it; return the event, which is still to be written."""
        self.session_id, self.business_id = session_id, business_id
        event = self._moved(AttemptStatus.ACTIVE, "Xendit made the session")
        self.plan_next_check()
        return event

    def _moved(self, status: AttemptStatus, cause: str) -> OrderEvent:
        name, about = f"attempt {self.reference}", {"order_id": self.order_id, "attempt_id": self.id}
        return moved(self, ATTEMPT_MOVES, status, cause, name, **about)

    def plan_next_check(self) -> None:
        """Set when the worker looks at this attempt again, now that its state is known."""
        if any(payment.is_authorized for payment in self.payments):
            self.next_check_at = next_capture_check(self.expires_at, now())
        else:
            self.next_check_at = next_check(AttemptStatus(self.status), self.sent_at, self.expires_at, now())

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_ATTEMPT

    @property
    def has_money(self) -> bool:
        """Money came for it, whether it fits or not."""
        return self.is_settled or self.status == AttemptStatus.SUSPECT

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED_ATTEMPT
