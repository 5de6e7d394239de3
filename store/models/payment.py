"""Payments: what Xendit's record shows of a buyer's money."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, db
from ..rules.clock import now
from ..rules.status import DONE_REFUND, OPEN_REFUND, PAYMENT_MOVES, PaymentStatus
from .columns import Amount, Text, one_of, whole
from .order_event import change_status
from .refund import Refund


class Payment(db.Model):
    """Money of one buyer, as Xendit has it: `amount` is what was captured, or what is reserved, in minor units.

    Rows are only ever added. A second payment for an order is surplus: it never counts for the order's status.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint(one_of("status", PaymentStatus), name="payment_status"),
        UniqueConstraint("payment_id", name="payments_payment_id_key"),
        *whole("amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    payment_id: Mapped[str] = mapped_column(Text(255))
    payment_request_id: Mapped[str | None] = mapped_column(Text(255))
    channel_code: Mapped[str | None] = mapped_column(Text(255))
    status: Mapped[str] = mapped_column(Text(20))
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text(3))
    is_surplus: Mapped[bool] = mapped_column(default=False)
    refund_due: Mapped[bool] = mapped_column(default=False)  # a person is to give it back
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    attempt: Mapped["Attempt"] = relationship(back_populates="payments")  # noqa: F821 (attempt.py imports this file)
    refunds: Mapped[list[Refund]] = relationship(back_populates="payment", order_by="Refund.id")

    def move_to(self, status: PaymentStatus, cause: str) -> None:
        """Change the status and write down why. Raises InvalidMove."""
        about = {"order_id": self.attempt.order_id, "attempt_id": self.attempt_id, "payment_id": self.id}
        change_status(self, PAYMENT_MOVES, status, cause, f"payment {self.payment_id}", **about)

    @property
    def is_authorized(self) -> bool:
        """The money is reserved, and neither captured nor let go."""
        return self.status == PaymentStatus.AUTHORIZED

    @property
    def is_captured(self) -> bool:
        return self.status == PaymentStatus.CAPTURED

    @property
    def open_refund(self) -> Refund | None:
        """The refund that may still give money of it back; there is one at most."""
        return next((refund for refund in self.refunds if refund.is_open), None)

    @property
    def refunded(self) -> int:
        """What is back with the buyer, in minor units."""
        return sum(refund.amount for refund in self.refunds if refund.status in DONE_REFUND)

    @property
    def is_given_back(self) -> bool:
        """All of it is back with the buyer."""
        return self.is_captured and self.refunded == self.amount

    @property
    def is_going_back(self) -> bool:
        """Some of it is on its way back to the buyer."""
        return any(refund.is_open for refund in self.refunds)

    @property
    def is_due_back(self) -> bool:
        """A person is to give it back, and has not begun."""
        return self.refund_due and not self.is_going_back and not self.is_given_back

    @property
    def refundable(self) -> int:
        """What can still be given back, in minor units: captured, and neither refunded nor being refunded."""
        if not self.is_captured:
            return 0
        taken = DONE_REFUND | OPEN_REFUND
        return self.amount - sum(refund.amount for refund in self.refunds if refund.status in taken)
