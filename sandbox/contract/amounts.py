"""Amounts: exact numbers in major units, and how Xendit's page prints them."""

from collections.abc import Iterable
from decimal import Decimal, DecimalException

# Which currencies a session may have is in the OpenAPI document, which has no word for their decimals.
DECIMALS = {"IDR": 0, "VND": 0, "PHP": 2, "THB": 2, "MYR": 2, "SGD": 2, "USD": 2, "HKD": 2, "MXN": 2}
PREFIXES = {"IDR": "Rp", "PHP": "₱", "THB": "฿", "MYR": "RM", "USD": "US$"}
SUFFIXES = {"VND": "₫"}
COMMA_CURRENCIES = {"IDR", "VND"}  # These write 10.000,50 where the others write 10,000.50.


def exact_number(text: str) -> int | float:
    """A JSON number with a fraction or an exponent; refused if a float would lose any of its digits."""
    number = float(text)
    if number in (float("inf"), float("-inf")) or not _says_the_same(number, text):
        raise ValueError(f"number out of range: {text[:40]}")
    return int(number) if number.is_integer() else number


def fits(amount: int | float, currency: str) -> bool:
    """Whether the currency has as many decimals as the amount."""
    return -decimal(amount).as_tuple().exponent <= DECIMALS[currency]


def total(parts: Iterable[int | float]) -> int | float:
    """The sum of amounts, without the small errors of floats."""
    return _number(sum(map(decimal, parts), Decimal()))


def difference(whole: int | float, part: int | float) -> int | float:
    return _number(decimal(whole) - decimal(part))


def decimal(amount: int | float) -> Decimal:
    return Decimal(str(amount))


def formatted(amount: int | float, currency: str) -> str:
    """150000 IDR is Rp150.000; a zero fraction is dropped."""
    value = decimal(amount)
    digits = f"{value.copy_abs():,.2f}".removesuffix(".00")
    if currency in COMMA_CURRENCIES:
        digits = digits.translate(str.maketrans(",.", ".,"))
    sign = "-" if value < 0 else ""
    prefix = PREFIXES.get(currency, "" if currency in SUFFIXES else f"{currency} ")
    return f"{sign}{prefix}{digits}{SUFFIXES.get(currency, '')}"


def plain(amount: int | float, currency: str) -> str:
    """350.5 THB is 350.50, as machines read it."""
    return f"{decimal(amount):.{DECIMALS[currency]}f}"


def line_total(unit_amount: int | float, quantity: int) -> Decimal:
    return decimal(unit_amount) * quantity


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _says_the_same(number: float, text: str) -> bool:
    try:
        return Decimal(repr(number)) == Decimal(text)
    except DecimalException:
        return False
