"""Refunds: money on its way back to a buyer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, db
from ..rules.clock import now
from ..rules.schedule import next_refund_look
from ..rules.status import DONE_REFUND, OPEN_REFUND, REFUND_MOVES, RefundStatus
from .columns import NOTE_LENGTH, Amount, Text, one_of, whole
from .order_event import change_status

IS_OPEN = text(one_of("status", sorted(OPEN_REFUND)))


class Refund(db.Model):
    """One refund of one payment; `amount` in minor units of `currency`.

    The row is committed before Xendit is called; `reference` is Xendit's reference_id and the idempotency key.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint(one_of("status", RefundStatus), name="refund_status"),
        CheckConstraint("amount > 0", name="refund_amount_positive"),
        *whole("amount"),
        # Two at once make one: Xendit too lets one that is pending block the next (CONTRACT 6.3).
        Index("one_open_refund_per_payment", "payment_id", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("refunds_of_payment", "payment_id"),
        Index("refunds_by_next_check", "next_check_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    reference: Mapped[str] = mapped_column(Text(64), unique=True)
    refund_id: Mapped[str | None] = mapped_column(Text(255), unique=True)
    status: Mapped[str] = mapped_column(Text(20), default=RefundStatus.NEW)
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text(3))
    reason: Mapped[str] = mapped_column(Text(30))
    restock: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(Text(NOTE_LENGTH))  # what a person wrote who gave it back by hand
    failure_code: Mapped[str | None] = mapped_column(Text(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_check_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_looks: Mapped[int] = mapped_column(default=0)  # one after another

    payment: Mapped["Payment"] = relationship(back_populates="refunds")  # noqa: F821 (payment.py imports this file)

    def move_to(self, status: RefundStatus, cause: str) -> None:
        """Change the status and write down why. Raises InvalidMove."""
        name, about = f"refund {self.reference}", {"order_id": self.order_id, "refund_id": self.id}
        change_status(self, REFUND_MOVES, status, cause, name, **about)

    def plan_next_check(self) -> None:
        """Set when the worker looks at this refund again, now that its state is known."""
        begun = self.sent_at or self.created_at
        self.next_check_at = next_refund_look(begun, self.failed_looks, now()) if self.is_open else None

    @property
    def is_rejected(self) -> bool:
        return self.status == RefundStatus.REJECTED

    @property
    def is_unsent(self) -> bool:
        return self.status == RefundStatus.NEW

    @property
    def is_unanswered(self) -> bool:
        return self.status == RefundStatus.SENT

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_REFUND

    @property
    def is_done(self) -> bool:
        return self.status in DONE_REFUND
