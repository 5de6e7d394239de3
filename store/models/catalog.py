"""What is sold: categories and products."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import db
from .columns import Amount


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
