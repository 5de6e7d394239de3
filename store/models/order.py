"""Orders with their lines: what the buyer sees."""

import logging
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, db
from ..rules.clock import now
from ..rules.schedule import UNSENT_FOR
from ..rules.status import ORDER_MOVES, AttemptStatus, OrderStatus, check_move
from .attempt import Attempt
from .columns import Amount, one_of, whole
from .order_event import OrderEvent

ATTENTION_LENGTH = 200
# How the one reason begins that passes by itself.
REFUSAL = "Xendit refuses: "

log = logging.getLogger(__name__)


class Order(db.Model):
    """`amount` and `shipping_fee` are in minor units of `currency`. `buyer_key` is the browser that ordered."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(one_of("status", OrderStatus), name="order_status"),
        CheckConstraint("amount > 0", name="amount_positive"),
        *whole("amount", "shipping_fee"),
        # One browser has one open order at a time, whatever it clicks.
        Index("one_pending_order_per_buyer", "buyer_key", unique=True,
              sqlite_where=text("status = 'pending'"), postgresql_where=text("status = 'pending'")),
        Index("orders_of_buyer", "buyer_key", "id"),
        Index("orders_by_status", "status", "id"),
        Index("orders_for_a_person", "id",
              sqlite_where=text("attention IS NOT NULL"), postgresql_where=text("attention IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    buyer_key: Mapped[str] = mapped_column(String(43))
    status: Mapped[str] = mapped_column(String(20), default=OrderStatus.PENDING)
    attention: Mapped[str | None] = mapped_column(String(ATTENTION_LENGTH))  # why a person must look
    amount: Mapped[Amount]
    shipping_fee: Mapped[Amount]
    currency: Mapped[str] = mapped_column(String(3))
    given_names: Mapped[str] = mapped_column(String(100))
    surname: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    mobile_number: Mapped[str] = mapped_column(String(20))
    address_line1: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(100))
    postal_code: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    hold_expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", order_by="OrderLine.id")
    attempts: Mapped[list["Attempt"]] = relationship(back_populates="order", order_by="Attempt.number")

    def move_to(self, status: OrderStatus, cause: str) -> None:
        """Change the status and write down why. Raises InvalidMove."""
        check_move(ORDER_MOVES, OrderStatus(self.status), status)
        db.session.add(OrderEvent(order_id=self.id, from_status=self.status, to_status=status, cause=cause))
        log.info("order %s: %s -> %s (%s)", self.number, self.status, status, cause)
        self.status = status
        if status == OrderStatus.PAID:
            self.paid_at = now()
        if status in (OrderStatus.PAID, OrderStatus.CANCELED):
            self.clear_refusal()

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

    def ask_for_attention(self, reason: str) -> None:
        """Mark that a person must look, and why. The first reason stays, unless it was a refusal."""
        if self.attention is None or self.is_refused:
            self.attention = reason[:ATTENTION_LENGTH]

    def note_refusal(self, reason: str) -> None:
        """Mark that Xendit refuses what the order needs, until `clear_refusal`. It hides no other reason."""
        self.ask_for_attention(REFUSAL + reason)

    def clear_refusal(self) -> None:
        """Xendit refuses no more, or nothing is asked of it any more. Other reasons stay."""
        if self.is_refused:
            self.attention = None

    @property
    def buyer_name(self) -> str:
        return f"{self.given_names} {self.surname}".strip()

    @property
    def quantities(self) -> dict[str, int]:
        return {line.slug: line.quantity for line in self.lines}

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
    def is_suspect(self) -> bool:
        """Money came that does not fit. Nothing happens to this order until a person has decided."""
        return any(attempt.status == AttemptStatus.SUSPECT for attempt in self.attempts)

    @property
    def is_refused(self) -> bool:
        """Xendit refuses what this order needs, and no retry mends that: the shop must act first."""
        return self.attention is not None and self.attention.startswith(REFUSAL)

    @property
    def can_be_paid(self) -> bool:
        return self.is_pending and not self.is_suspect

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
        if self.is_paid:
            return None
        codes = [attempt.failure_code for attempt in self.attempts if attempt.failure_code]
        return codes[-1] if codes else None


class OrderLine(db.Model):
    """A frozen copy of what was ordered; `unit_price` is in minor units of the order's currency."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        *whole("unit_price", "quantity"),
        UniqueConstraint("order_id", "product_id", name="one_line_per_product"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[str] = mapped_column(String(60))
    picture: Mapped[str] = mapped_column(String(60))
    tint: Mapped[str] = mapped_column(String(20))
    unit_price: Mapped[Amount]
    quantity: Mapped[int]

    order: Mapped[Order] = relationship(back_populates="lines")

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity
