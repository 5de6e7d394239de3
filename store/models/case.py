"""Cases: why a person must look at an order, and what that person decided."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, db
from ..rules.clock import now
from ..rules.status import CaseKind
from .columns import NOTE_LENGTH, Text, one_of

REASON_LENGTH = 200


class Case(db.Model):
    """One reason for a person to look at an order; open while `closed_at` is empty.

    Closed without a verdict, it passed by itself.
    """

    __tablename__ = "cases"
    __table_args__ = (CheckConstraint(one_of("kind", CaseKind), name="case_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    kind: Mapped[str] = mapped_column(Text(20))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"))
    reason: Mapped[str] = mapped_column(Text(REASON_LENGTH))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verdict: Mapped[str | None] = mapped_column(Text(10))
    note: Mapped[str | None] = mapped_column(Text(NOTE_LENGTH))

    def is_about(self, kinds: Iterable[CaseKind], about: Mapping[str, int]) -> bool:
        return self.kind in kinds and all(getattr(self, name) == value for name, value in about.items())

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
