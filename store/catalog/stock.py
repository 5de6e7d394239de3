"""The pieces that can still be sold: held when an order is placed, given back when it closes unpaid."""

from collections.abc import Iterable

from sqlalchemy import update

from ..database import db
from ..models import OrderLine, Product


class OutOfStock(Exception):
    """There are fewer pieces left than asked for."""


def hold(product_id: int, quantity: int) -> None:
    """Take pieces off the shelf, inside the caller's transaction. Raises OutOfStock.

    The condition stands in the UPDATE itself, so that two buyers can never take the same piece.
    """
    taken = db.session.execute(
        update(Product)
        .where(Product.id == product_id, Product.stock >= quantity)
        .values(stock=Product.stock - quantity)
    )
    if taken.rowcount != 1:
        raise OutOfStock(product_id)


def give_back(lines: Iterable[OrderLine]) -> None:
    """Put the pieces of an order that closes unpaid back, inside the caller's transaction."""
    for line in sorted(lines, key=lambda line: line.product_id):
        db.session.execute(
            update(Product).where(Product.id == line.product_id).values(stock=Product.stock + line.quantity)
        )
