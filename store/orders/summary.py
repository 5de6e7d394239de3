"""What a cart comes to: its lines at today's prices, lowered to what is there, with shipping and the total."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..catalog.products import products_by_slug
from ..models import Order, Product
from ..rules.cart import Cart, Shortage, fitted
from ..shop import Shop
from .finding import unfinished_orders


@dataclass(frozen=True)
class CartLine:
    """`total` is in minor units of the product's currency."""

    product: Product
    quantity: int

    @property
    def total(self) -> int:
        return self.product.price * self.quantity


@dataclass(frozen=True)
class Summary:
    """What a cart comes to, lowered to what is there. Amounts in minor units of `currency`."""

    lines: list[CartLine]
    shortages: list[tuple[Shortage, Product | None]]
    cart: Cart
    shipping_fee: int
    currency: str

    @property
    def subtotal(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def notices(self) -> list[str]:
        """Say in the buyer's words what had to be lowered, and to what."""
        return [_notice(shortage, product) for shortage, product in self.shortages]

    @property
    def amount(self) -> int:
        return self.subtotal + self.shipping_fee if self.lines else 0


def summarize(cart: Cart, held: Counter[str], shop: Shop) -> Summary:
    """Return what the cart comes to at today's prices and stock.

    The pieces `held` by the buyer's own orders count as available to them.
    """
    products = products_by_slug(cart)
    available = {slug: product.stock + held[slug] for slug, product in products.items()}
    lowered, shortages = fitted(cart, available)
    return Summary(
        lines=[CartLine(products[slug], quantity) for slug, quantity in lowered.items()],
        shortages=[(shortage, products.get(shortage.slug)) for shortage in shortages],
        cart=lowered,
        shipping_fee=shop.shipping_fee,
        currency=shop.currency,
    )


def held_by(orders: Iterable[Order]) -> Counter[str]:
    """Return how many pieces of which products these orders of a browser hold for it; a closing one holds them too."""
    held: Counter[str] = Counter()
    for order in orders:
        if not order.set_aside:
            held.update(order.quantities)
    return held


def held_for(buyer_key: str | None) -> Counter[str]:
    """Return how many pieces of which products this browser's own orders hold for it."""
    return held_by(unfinished_orders(buyer_key))


def _notice(shortage: Shortage, product: Product | None) -> str:
    if product is None:
        return "A product in your cart is not sold any more, so it was taken out."
    if not shortage.available:
        return f"{product.name} is sold out, so it was taken out of your cart."
    pieces = "1 piece is" if shortage.available == 1 else f"{shortage.available} pieces are"
    return f"Only {pieces} left of {product.name}; your cart has been lowered to that."
