"""What was ordered, line by line."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import db
from .columns import Amount, Text, whole


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
    slug: Mapped[str] = mapped_column(Text(60))
    name: Mapped[str] = mapped_column(Text(120))
    category: Mapped[str] = mapped_column(Text(60))
    picture: Mapped[str] = mapped_column(Text(60))
    tint: Mapped[str] = mapped_column(Text(20))
    unit_price: Mapped[Amount]
    quantity: Mapped[int]

    order: Mapped["Order"] = relationship(back_populates="lines")  # noqa: F821 (order.py imports this file)

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity
