"""Whether a product's stock is what its movements add up to; and writing down that it was counted, if it is not."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Row, func

from ..database import db, release
from ..models import Product, StockMovement
from ..rules.status import MovementReason

PRODUCTS_AT_ONCE = 500


class Miscount(NamedTuple):
    """A product whose `stock` is not what its movements add up to, in pieces."""

    product_id: int
    slug: str
    stock: int
    moved: int


def miscounts() -> Iterator[Miscount]:
    """Yield the products whose stock was changed by something else than a movement."""
    after = 0
    while found := _page(after):
        for each in found:
            if each.stock != each.moved:
                yield Miscount(*each)
        after = found[-1].id


def write_count(product_id: int) -> int:
    """Take the stock that stands there for counted; return by how many pieces that differed. Inside a transaction."""
    product = db.session.get_one(Product, product_id, with_for_update=True, populate_existing=True)
    moved = db.select(func.coalesce(func.sum(StockMovement.pieces), 0)).where(StockMovement.product_id == product_id)
    pieces = product.stock - db.session.scalar(moved)
    if pieces:
        db.session.add(StockMovement(product_id=product_id, pieces=pieces, reason=MovementReason.COUNTED))
    return pieces


def _page(after: int) -> list[Row]:
    """Products with what their movements add up to, in one statement, so that no sale comes between the two."""
    moved = (
        db.select(func.coalesce(func.sum(StockMovement.pieces), 0))
        .where(StockMovement.product_id == Product.id)
        .scalar_subquery()
    )
    wanted = db.select(Product.id, Product.slug, Product.stock, moved.label("moved")).where(Product.id > after)
    found = list(db.session.execute(wanted.order_by(Product.id).limit(PRODUCTS_AT_ONCE)))
    release()
    return found
