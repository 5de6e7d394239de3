"""Money: integers of minor units with their currency. The only module that converts and prints.

Pure rules: no Flask, no database. Rupiah and dong have no minor unit, so Rp150.000 is 150000;
the other currencies of a payment session have two decimals.
"""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import NamedTuple


class Currency(NamedTuple):
    decimals: int
    pattern: str  # how an amount is written; {} stands for the number
    group: str
    point: str


# The currencies of a payment session, and how Xendit's own pages write them (CONTRACT 2.1, 8.1).
CURRENCIES = {
    "IDR": Currency(0, "Rp{}", ".", ","),
    "VND": Currency(0, "{}₫", ".", ","),
    "PHP": Currency(2, "₱{}", ",", "."),
    "THB": Currency(2, "฿{}", ",", "."),
    "MYR": Currency(2, "RM{}", ",", "."),
    "SGD": Currency(2, "S${}", ",", "."),
    "USD": Currency(2, "US${}", ",", "."),
}

LONGEST_AMOUNT = 18  # digits that always fit into the database's 64 bits
TYPED_AMOUNT = re.compile(r"([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_EXACT = Context(traps=[Inexact, InvalidOperation])  # Never rounds: 0.00…01 is not 0.


class InexactAmount(ValueError):
    """An amount in major units that is no whole number of the currency's minor units."""


def from_major(value: int | str | Decimal, currency: str) -> int:
    """Return `value`, in major units, as minor units of `currency`.

    Raises InexactAmount for anything that is not exactly a whole number of minor units of a currency in CURRENCIES.
    """
    try:
        minor = Decimal(value).scaleb(CURRENCIES[currency].decimals, _EXACT)
        # 1e999999 is a whole number too, and Python takes half a minute to write it out.
        if not minor.is_finite() or minor.adjusted() >= LONGEST_AMOUNT or minor != minor.to_integral_value():
            raise InexactAmount(f"{value} {currency}")
    except (ArithmeticError, ValueError, TypeError, KeyError) as error:
        raise InexactAmount(f"{value!r} {currency}") from error
    return int(minor)


def exact(value: int | str | Decimal | None, currency: str) -> int | None:
    """Return `value`, in major units, as minor units of `currency`; None where `from_major` would raise."""
    try:
        return from_major(value, currency)
    except InexactAmount:
        return None


def from_typed(typed: str, currency: str) -> int:
    """Return an amount that somebody typed in major units, as digits with a point for cents, as minor units.

    A point with more digits behind it than the currency has decimals may be meant to part thousands, so it is refused.
    Raises InexactAmount.
    """
    found = TYPED_AMOUNT.fullmatch(typed)
    if found is None or len(found[2] or "") > CURRENCIES[currency].decimals:
        raise InexactAmount(f"{typed!r} {currency}")
    return from_major(typed, currency)


def to_major(amount: int, currency: str) -> int | Decimal:
    """Return minor units of `currency` as major units: an int where there is no fraction."""
    major = Decimal(amount).scaleb(-CURRENCIES[currency].decimals)
    return int(major) if major == major.to_integral_value() else major


def written(amount: int, currency: str) -> str:
    """Return minor units as people read them: Rp150.000, ₱1,250.50; a zero fraction is dropped."""
    rules = CURRENCIES[currency]
    whole, fraction = divmod(abs(amount), 10**rules.decimals)
    number = f"{whole:,}".replace(",", rules.group)
    if fraction:
        number += f"{rules.point}{fraction:0{rules.decimals}}"
    sign = "-" if amount < 0 else ""
    return sign + rules.pattern.format(number)
