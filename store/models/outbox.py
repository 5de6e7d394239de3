"""The outbox: what is to be told to people, written down in the transaction that makes it true."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, db
from ..rules.clock import now
from .columns import Text


class OutboxRow(db.Model):
    """One thing to tell about an order, once. `subject` tells apart what may be told more than once: a refund."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("kind", "order_id", "subject", name="told_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text(20))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    subject: Mapped[str] = mapped_column(Text(64), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
