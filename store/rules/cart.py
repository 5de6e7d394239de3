"""The cart before purchase: a dictionary of slug → quantity, kept in the signed session cookie.

Pure rules: no Flask, no database. Prices are never in it; they come from the database.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

MAX_QUANTITY = 99
MAX_LINES = 50

Cart = dict[str, int]

_QUANTITY = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class BadQuantity(ValueError):
    """A quantity that is not a whole number from 1 to MAX_QUANTITY in plain digits."""


class CartFull(Exception):
    """The cart holds as many different products as it can."""


class Shortage(NamedTuple):
    """A line that had to shrink: the buyer wanted more than there is."""

    slug: str
    wanted: int
    available: int


def parse_quantity(values: list[str], *, zero_allowed: bool = False) -> int:
    """Return the one quantity in `values`, all that the form sent under that name.

    Python's int() also takes '١٢', ' 7 ' and '1_000', so the digits are checked first.
    Raises BadQuantity.
    """
    if len(values) != 1:
        raise BadQuantity
    if zero_allowed and values[0] == "0":
        return 0
    if not _QUANTITY.fullmatch(values[0]) or int(values[0]) > MAX_QUANTITY:
        raise BadQuantity
    return int(values[0])


def count(cart: Cart) -> int:
    """Return how many pieces the cart holds."""
    return sum(cart.values())


def with_added(cart: Cart, slug: str, quantity: int) -> Cart:
    """Return the cart with `quantity` more of `slug`. Raises CartFull."""
    if slug not in cart and len(cart) >= MAX_LINES:
        raise CartFull
    return {**cart, slug: min(cart.get(slug, 0) + quantity, MAX_QUANTITY)}


def with_quantity(cart: Cart, slug: str, quantity: int) -> Cart:
    """Return the cart with exactly `quantity` of a `slug` that is in it; 0 removes the line."""
    if slug not in cart:
        return cart
    changed = {**cart, slug: quantity}
    return {each: number for each, number in changed.items() if number}


def without(cart: Cart, bought: Mapping[str, int]) -> Cart:
    """Return what is left of the cart once `bought` is taken out of it."""
    left = {slug: number - bought.get(slug, 0) for slug, number in cart.items()}
    return {slug: number for slug, number in left.items() if number > 0}


def fitted(cart: Cart, available: Mapping[str, int]) -> tuple[Cart, list[Shortage]]:
    """Return the cart lowered to what is `available` by slug, and each line that had to shrink."""
    shortages = [
        Shortage(slug, wanted, available.get(slug, 0))
        for slug, wanted in cart.items()
        if wanted > available.get(slug, 0)
    ]
    lowered = {slug: min(wanted, available.get(slug, 0)) for slug, wanted in cart.items()}
    return {slug: number for slug, number in lowered.items() if number}, shortages
