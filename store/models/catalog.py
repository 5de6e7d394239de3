"""What is sold: categories and products."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import db
from .columns import Amount, whole


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
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(1000))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    price: Mapped[Amount]
    currency: Mapped[str] = mapped_column(String(3))
    stock: Mapped[int]
    picture: Mapped[str] = mapped_column(String(60))
    tint: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]

    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)
