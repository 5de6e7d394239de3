"""The pieces that can still be sold, and each movement that changed them, inside the caller's transaction."""

from sqlalchemy import update

from ..database import db
from ..models import Order, OrderLine, Product, StockMovement
from ..rules.status import MovementReason


class OutOfStock(Exception):
    """There are fewer pieces left than asked for, or they have another price."""

    def __init__(self, product_id: int) -> None:
        super().__init__(product_id)
        self.product_id = product_id


def take(product_id: int, quantity: int, at_price: int | None = None) -> None:
    """Take pieces off the shelf, which `held` writes down; `at_price` in minor units. Raises OutOfStock.

    The condition stands in the UPDATE itself, so that two buyers can never take the same piece, nor one at a price
    that it has no more.
    """
    table = Product.__table__
    wanted = [table.c.id == product_id, table.c.stock >= quantity]
    if at_price is not None:
        wanted.append(table.c.price == at_price)
    taken = db.session.connection().execute(update(table).where(*wanted).values(stock=table.c.stock - quantity))
    if taken.rowcount != 1:
        raise OutOfStock(product_id)


def held(product_id: int, quantity: int) -> StockMovement:
    """Return the movement of pieces that an order takes off the shelf."""
    return StockMovement(product_id=product_id, pieces=-quantity, reason=MovementReason.ORDERED)


def hold_again(order: Order) -> bool:
    """Take the pieces of an order off the shelf that had given them back; all of them, or none and False."""
    try:
        with db.session.begin_nested():
            for line in _in_order(order):
                take(line.product_id, line.quantity)
                order.movements.append(held(line.product_id, line.quantity))
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
