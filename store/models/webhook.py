"""The inbox of webhooks."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, db
from ..rules.clock import now
from .columns import Text


class WebhookEvent(db.Model):
    """The inbox: what a webhook said, in the few fields we use. Open while `processed_at` is empty."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        # Of the open events alone, so that a look into the inbox costs the same however many came before.
        Index("open_events_by_due", "due_at", "id",
              sqlite_where=text("processed_at IS NULL"), postgresql_where=text("processed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text(64), unique=True)
    event: Mapped[str] = mapped_column(Text(64))
    session_id: Mapped[str | None] = mapped_column(Text(255))
    payment_id: Mapped[str | None] = mapped_column(Text(255))
    payment_request_id: Mapped[str | None] = mapped_column(Text(255))
    refund_id: Mapped[str | None] = mapped_column(Text(255))
    reference: Mapped[str | None] = mapped_column(Text(255))
    failure_code: Mapped[str | None] = mapped_column(Text(64))
    times: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    processed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
