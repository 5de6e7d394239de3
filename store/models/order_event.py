"""The log of what happened to an order, its attempts, its payments and its refunds."""

import logging
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, db, write_row
from ..rules.clock import now
from ..rules.status import OrderStatus, check_move
from .columns import Text

log = logging.getLogger(__name__)


class OrderEvent(db.Model):
    """One move of an order, or of one of its attempts, payments or refunds. Rows are only ever added."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id", name="order_events_payment_id_fkey"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id", name="order_events_refund_id_fkey"))
    from_status: Mapped[str] = mapped_column(Text(20))
    to_status: Mapped[str] = mapped_column(Text(20))
    cause: Mapped[str] = mapped_column(Text(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    @property
    def tells_of_late_money(self) -> bool:
        return self.to_status == OrderStatus.PAID and self.from_status in (OrderStatus.CANCELED, OrderStatus.REFUND_DUE)


def change_status(row: db.Model, moves: Mapping, status: StrEnum, cause: str, name: str, **about: int) -> None:
    """Give a row another status by its table of moves, and write down why. Raises InvalidMove.

    `name` stands for the row in the log; `about` are the ids that the event names beside the cause.
    """
    write_row(moved(row, moves, status, cause, name, **about))


def moved(row: db.Model, moves: Mapping, status: StrEnum, cause: str, name: str, **about: int) -> OrderEvent:
    """The same, but the event is still to be written."""
    check_move(moves, type(status)(row.status), status)
    event = OrderEvent(from_status=row.status, to_status=status, cause=cause, **about)
    log.info("%s: %s -> %s (%s)", name, row.status, status, cause)
    row.status = status
    return event
