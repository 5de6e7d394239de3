"""The pieces that can still be sold, and each movement that changed them, inside the caller's transaction."""

from sqlalchemy import update

from ..database import db
from ..models import Order, OrderLine, Product, StockMovement
from ..rules.status import MovementReason


class OutOfStock(Exception):
    """There are fewer pieces left than asked for."""


def hold(order: Order, product_id: int, quantity: int) -> None:
    """Take pieces off the shelf for an order. Raises OutOfStock.

    The condition stands in the UPDATE itself, so that two buyers can never take the same piece.
    """
    taken = db.session.execute(
        update(Product)
        .where(Product.id == product_id, Product.stock >= quantity)
        .values(stock=Product.stock - quantity)
    )
    if taken.rowcount != 1:
        raise OutOfStock(product_id)
    order.movements.append(StockMovement(product_id=product_id, pieces=-quantity, reason=MovementReason.ORDERED))


def hold_again(order: Order) -> bool:
    """Take the pieces of an order off the shelf that had given them back; all of them, or none and False."""
    try:
        with db.session.begin_nested():
            for line in _in_order(order):
                hold(order, line.product_id, line.quantity)
    except OutOfStock:
        return False
    return True


def give_back(order: Order) -> None:
    """Put the pieces of an order back on the shelf."""
    for line in _in_order(order):
        db.session.execute(
            update(Product).where(Product.id == line.product_id).values(stock=Product.stock + line.quantity)
        )
        order.movements.append(
            StockMovement(product_id=line.product_id, pieces=line.quantity, reason=MovementReason.GIVEN_BACK)
        )


def _in_order(order: Order) -> list[OrderLine]:
    """Always in the same order, so that two orders for the same two products cannot block each other."""
    return sorted(order.lines, key=lambda line: line.product_id)
