"""Tables, and methods about one row. Use cases load and change them; see RELIABILITY in the README.

Three machines that are never mixed: an order (what the buyer sees), its attempts (one provider
session each), and payments (money facts, only ever added). `order_events` tells how each moved.
"""

import logging
from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .clock import now
from .database import UTCDateTime, db
from .schedule import UNSENT_FOR, next_check
from .status import (
    ATTEMPT_MOVES,
    OPEN_ATTEMPT,
    ORDER_MOVES,
    SETTLED_ATTEMPT,
    AttemptStatus,
    OrderStatus,
    check_move,
)

log = logging.getLogger(__name__)

# Minor units of the currency beside it. 32 bits end at Rp2.147.483.647, which a large order reaches.
Amount = Annotated[int, mapped_column(BigInteger)]


def _one_of(column: str, statuses) -> str:
    return f"{column} IN ({', '.join(repr(str(status)) for status in statuses)})"


class Category(db.Model):
    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]


class Product(db.Model):
    """`price` is in minor units of `currency`; `stock` is the pieces that can still be sold."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("price > 0", name="price_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(1000))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    price: Mapped[Amount]
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[int]
    picture: Mapped[str] = mapped_column(String(60))
    tint: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]

    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_sold_out(self) -> bool:
        return self.stock == 0


class Order(db.Model):
    """`amount` and `shipping_fee` are in minor units of `currency`. `buyer_key` is the browser that ordered."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(_one_of("status", OrderStatus), name="order_status"),
        CheckConstraint("amount > 0", name="amount_positive"),
        # One browser has one open order at a time, whatever it clicks.
        Index("one_pending_order_per_buyer", "buyer_key", unique=True,
              sqlite_where=text("status = 'pending'"), postgresql_where=text("status = 'pending'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    buyer_key: Mapped[str] = mapped_column(String(43))
    status: Mapped[str] = mapped_column(String(20), default=OrderStatus.PENDING)
    attention: Mapped[str | None] = mapped_column(String(200))  # why a person must look
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
        """Mark that a person must look, and why. The first reason stays."""
        self.attention = self.attention or reason

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
    def can_be_paid(self) -> bool:
        return self.is_pending and not self.attention

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
        return None if self.is_paid else self.newest_attempt.failure_code


class OrderLine(db.Model):
    """A frozen copy of what was ordered; `unit_price` is in minor units of the order's currency."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
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


class Attempt(db.Model):
    """One try to get an order paid: one session at Xendit, found by our own `reference`."""

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint(_one_of("status", AttemptStatus), name="attempt_status"),
        UniqueConstraint("order_id", "number", name="attempt_number"),
        # Only an ACTIVE attempt has a link that the buyer can see, and there is never a second one.
        Index("one_active_attempt_per_order", "order_id", unique=True,
              sqlite_where=text("status = 'ACTIVE'"), postgresql_where=text("status = 'ACTIVE'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(String(64), unique=True)
    status: Mapped[str] = mapped_column(String(20), default=AttemptStatus.NEW)
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(String(3))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    session_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    failure_code: Mapped[str | None] = mapped_column(String(64))  # of the buyer's last failed try
    trouble: Mapped[str | None] = mapped_column(String(200))  # what went wrong with our call
    next_check_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)

    order: Mapped[Order] = relationship(back_populates="attempts")

    def move_to(self, status: AttemptStatus, cause: str) -> None:
        """Change the status and write down why. Raises InvalidMove."""
        check_move(ATTEMPT_MOVES, AttemptStatus(self.status), status)
        db.session.add(
            OrderEvent(
                order_id=self.order_id, attempt_id=self.id, from_status=self.status, to_status=status, cause=cause
            )
        )
        log.info("attempt %s: %s -> %s (%s)", self.reference, self.status, status, cause)
        self.status = status

    def plan_next_check(self) -> None:
        """Set when the worker looks at this attempt again, now that its state is known."""
        self.next_check_at = next_check(AttemptStatus(self.status), self.sent_at, self.expires_at, now())

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_ATTEMPT

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED_ATTEMPT


class Payment(db.Model):
    """Money that the provider's record shows as captured; `amount` in minor units. Rows are only ever added."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), unique=True)
    payment_id: Mapped[str] = mapped_column(String(64), unique=True)
    amount: Mapped[Amount]
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class OrderEvent(db.Model):
    """One move of an order or of one of its attempts. Rows are only ever added."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    from_status: Mapped[str] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class WebhookEvent(db.Model):
    """The inbox: what a webhook said, in the few fields we use. Open while `processed_at` is empty."""

    __tablename__ = "webhook_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    event: Mapped[str] = mapped_column(String(64))
    session_id: Mapped[str | None] = mapped_column(String(255))
    payment_id: Mapped[str | None] = mapped_column(String(255))
    reference: Mapped[str | None] = mapped_column(String(255))
    failure_code: Mapped[str | None] = mapped_column(String(64))
    times: Mapped[int] = mapped_column(default=1)
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    processed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
