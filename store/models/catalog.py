"""What is sold: categories and products, and how the pieces of a product came and went."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, db
from ..rules.clock import now
from ..rules.status import MovementReason
from .columns import Amount, Text, one_of, whole


class Category(db.Model):
    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text(60), unique=True)
    name: Mapped[str] = mapped_column(Text(60))
    position: Mapped[int]


class Product(db.Model):
    """`price` is in minor units of `currency`; `stock` is the pieces that can still be sold."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("price > 0", name="price_positive"),
        *whole("price", "stock"),
        # Two for each way to sort the catalog: a page of it, or of a category, is found without the rest.
        Index("products_by_position", "position"),
        Index("products_by_price", "price", "position"),
        Index("products_by_name", text("lower(name)"), "position"),
        Index("products_of_category_by_position", "category_id", "position"),
        Index("products_of_category_by_price", "category_id", "price", "position"),
        Index("products_of_category_by_name", "category_id", text("lower(name)"), "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text(60), unique=True)
    # Sorted by the numbers of its characters, as SQLite does, and not by the language of PostgreSQL's machine.
    name: Mapped[str] = mapped_column(Text(120).with_variant(Text(120, collation="C"), "postgresql"))
    description: Mapped[str] = mapped_column(Text(1000))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    price: Mapped[Amount]
    currency: Mapped[str] = mapped_column(Text(3))
    stock: Mapped[int]
    picture: Mapped[str] = mapped_column(Text(60))
    tint: Mapped[str] = mapped_column(Text(20))
    position: Mapped[int]

    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)


class StockMovement(db.Model):
    """Pieces that came onto the shelf, or left it if negative. All of a product's add up to its `stock`."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint(one_of("reason", MovementReason), name="movement_reason"),
        *whole("pieces"),
        Index("movements_of_product", "product_id", "pieces"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    pieces: Mapped[int]
    reason: Mapped[str] = mapped_column(Text(20))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
