"""The merchant's own file `data/shop.toml`: what it says of the shop, and how amounts are written in such files."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .rules.markets import COUNTRIES, Country
from .rules.money import CURRENCIES, InexactAmount, from_major
from .rules.schedule import HOLD_MINUTES

SHOP_FILE = Path(__file__).parent / "data" / "shop.toml"
# What the pages print of shop.toml, by section.
SHOP_TEXTS = {
    "": ("name", "tagline"),
    "contact": ("email", "phone", "address", "hours"),
    "policy": ("delivery", "returns"),
}


@dataclass(frozen=True)
class Shop:
    """What a merchant changes without code. `shipping_fee` is in minor units of `currency`."""

    name: str
    tagline: str
    country_code: str
    currency: str
    shipping_fee: int
    hold_minutes: int
    contact: Mapping[str, str]
    policy: Mapping[str, str]

    @property
    def country(self) -> Country:
        return COUNTRIES[self.country_code]


def read_shop(file: Path, problems: list[str]) -> Shop:
    """Return the shop of the merchant's file; what is wrong in it goes to `problems`."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        found = _shop_problems(data)
    except (OSError, ValueError) as error:
        data, found = {}, [f"{error}."]
    if found:
        problems += [f"{file.name}: {problem}" for problem in found]
        return Shop("", "", "ID", "IDR", 0, HOLD_MINUTES.start, {}, {})
    return Shop(
        name=data["name"],
        tagline=data["tagline"],
        country_code=data["country"],
        currency=data["currency"],
        shipping_fee=merchants_amount(data["shipping_fee"], data["currency"]),
        hold_minutes=data["hold_minutes"],
        contact=data["contact"],
        policy=data["policy"],
    )


def merchants_amount(value: object, currency: str) -> int:
    """Return an amount from one of the merchant's files in minor units of `currency`.

    A TOML float is refused: in Indonesia 85.000 is eighty-five thousand. Raises InexactAmount.
    """
    has_decimals = CURRENCIES[currency].decimals > 0
    is_decimal_text = isinstance(value, str) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", value)
    if type(value) is int or (has_decimals and is_decimal_text):
        return from_major(value, currency)
    raise InexactAmount(f"{value!r} {currency}")


def amount_rule(currency: str) -> str:
    """Say how an amount is written in the merchant's files."""
    if CURRENCIES[currency].decimals:
        return 'must be a whole number, or in quotation marks with a point, such as "12.50"'
    return "must be a whole number without dots, commas, or quotation marks, such as 85000"


def _shop_problems(data: dict) -> list[str]:
    problems = _text_problems(data)
    if data.get("country") not in tuple(COUNTRIES):
        problems.append(f"country must be one of {', '.join(COUNTRIES)}.")
    if data.get("currency") in tuple(CURRENCIES):
        problems += _fee_problems(data.get("shipping_fee"), data["currency"])
    else:
        problems.append(f"currency must be one of {', '.join(CURRENCIES)}.")
    hold_minutes = data.get("hold_minutes")
    if type(hold_minutes) is not int or hold_minutes not in HOLD_MINUTES:
        problems.append(f"hold_minutes must be a whole number from {HOLD_MINUTES.start} to {HOLD_MINUTES.stop - 1}.")
    return problems


def _text_problems(data: dict) -> list[str]:
    problems = []
    for section, keys in SHOP_TEXTS.items():
        texts = data.get(section) if section else data
        for key in keys:
            text = texts.get(key) if isinstance(texts, dict) else None
            if not isinstance(text, str) or not text.strip():
                place = f" under [{section}]" if section else ""
                problems.append(f"{key}{place} must be words in quotation marks.")
    return problems


def _fee_problems(fee: object, currency: str) -> list[str]:
    try:
        amount = merchants_amount(fee, currency)
    except InexactAmount:
        state = "is missing" if fee is None else f"is {fee!r}"
        return [f"shipping_fee {state}, but {amount_rule(currency)}."]
    return ["shipping_fee must not be negative."] if amount < 0 else []
