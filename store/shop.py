"""The merchant's own file `data/shop.toml`: what it says of the shop, and how amounts are written in such files."""

import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from .rules.buyer import NotAnEmail, check_email
from .rules.markets import COUNTRIES, Country
from .rules.money import CURRENCIES, InexactAmount, from_major, to_major
from .rules.schedule import HOLD_MINUTES, hold_length
from .text_file import UnreadableText, read_toml

SHOP_FILE = Path(__file__).parent / "data" / "shop.toml"
# What the pages print of shop.toml, by section: each text, and how many characters it may have. The name goes to
# Xendit too, in a description of at most 1,000 (CONTRACT 2.1).
SHOP_TEXTS = {
    "": {"name": 100, "tagline": 200},
    "contact": {"email": 254, "phone": 40, "address": 300, "hours": 200},
    "policy": {"delivery": 2000, "returns": 2000},
}
# In minor units, so that a full cart of such prices still fits into the database's 64 bits.
HIGHEST_AMOUNT = 1_000_000_000_000
# It becomes a link to call, so it is a number as one writes it; whether somebody answers, only a call can tell.
PHONE = re.compile(r"\+?[0-9(][0-9 ().-]{4,}")
CONTROL_CHARACTERS = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f]")


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

    @property
    def hold(self) -> timedelta:
        return hold_length(self.hold_minutes)


# Stands beside the problems of a file that describes none.
NO_SHOP = Shop("", "", "ID", "IDR", 0, HOLD_MINUTES.start, {}, {})


def read_shop(file: Path, problems: list[str]) -> Shop:
    """Return the shop of the merchant's file; what is wrong in it goes to `problems`."""
    try:
        data = read_toml(file)
    except UnreadableText as error:
        problems.append(f"{error}.")
        return NO_SHOP
    if found := _shop_problems(data):
        problems += [f"{file.name}: {problem}" for problem in found]
        return NO_SHOP
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

    A TOML float is refused: in Indonesia 85.000 is eighty-five thousand. Raises InexactAmount, also for
    what is above HIGHEST_AMOUNT.
    """
    has_decimals = CURRENCIES[currency].decimals > 0
    is_decimal_text = isinstance(value, str) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", value)
    if type(value) is int or (has_decimals and is_decimal_text):
        amount = from_major(value, currency)
        if amount <= HIGHEST_AMOUNT:
            return amount
    raise InexactAmount(f"{currency} amount of a merchant's file")


def amount_rule(currency: str) -> str:
    """Say how an amount is written in the merchant's files."""
    highest = to_major(HIGHEST_AMOUNT, currency)
    if CURRENCIES[currency].decimals:
        return f'must be a whole number, or in quotation marks with a point, such as "12.50", at most {highest}'
    return f"must be a whole number without dots, commas, or quotation marks, such as 85000, at most {highest}"


def _shop_problems(data: dict) -> list[str]:
    problems = [*_text_problems(data), *_contact_problems(data), *_market_problems(data)]
    if data.get("currency") in tuple(CURRENCIES):
        problems += _fee_problems(data.get("shipping_fee"), data["currency"])
    hold_minutes = data.get("hold_minutes")
    if type(hold_minutes) is not int or hold_minutes not in HOLD_MINUTES:
        problems.append(f"hold_minutes must be a whole number from {HOLD_MINUTES.start} to {HOLD_MINUTES.stop - 1}.")
    return problems


def _text_problems(data: dict) -> list[str]:
    problems = []
    for section, keys in SHOP_TEXTS.items():
        texts = data.get(section) if section else data
        for key, longest in keys.items():
            text = texts.get(key) if isinstance(texts, dict) else None
            place = f"{key} under [{section}]" if section else key
            if not isinstance(text, str) or not text.strip():
                problems.append(f"{place} must be words in quotation marks.")
            elif len(text) > longest or CONTROL_CHARACTERS.search(text):
                problems.append(f"{place} must be words of at most {longest} characters, without control characters.")
    return problems


def _contact_problems(data: dict) -> list[str]:
    contact = data.get("contact")
    if not isinstance(contact, dict):
        return []
    problems, email, phone = [], contact.get("email"), contact.get("phone")
    if isinstance(email, str) and email.strip() and not _is_email(email):
        problems.append("email under [contact] must be an address such as halo@warung.example.")
    if isinstance(phone, str) and phone.strip() and not PHONE.fullmatch(phone):
        problems.append("phone under [contact] must be a number such as +62 812 0000 0000.")
    return problems


def _is_email(text: str) -> bool:
    try:
        check_email(text)
    except NotAnEmail:
        return False
    return True


def _market_problems(data: dict) -> list[str]:
    country, currency = data.get("country"), data.get("currency")
    problems = []
    if country not in tuple(COUNTRIES):
        problems.append(f"country must be one of {', '.join(COUNTRIES)}.")
    if currency not in tuple(CURRENCIES):
        problems.append(f"currency must be one of {', '.join(CURRENCIES)}.")
    if problems or currency in COUNTRIES[country].currencies:
        return problems
    taken = " or ".join(COUNTRIES[country].currencies)
    return [f"currency is {currency}, but in {COUNTRIES[country].name} Xendit takes payments in {taken}."]


def _fee_problems(fee: object, currency: str) -> list[str]:
    try:
        amount = merchants_amount(fee, currency)
    except InexactAmount:
        state = "is missing" if fee is None else f"is {reprlib.repr(fee)}"
        return [f"shipping_fee {state}, but {amount_rule(currency)}."]
    return ["shipping_fee must not be negative."] if amount < 0 else []
