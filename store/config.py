"""Settings: from the environment or `.env`, and from the merchant's own file `data/shop.toml`.

The only module that reads them. All that is missing or wrong is said at once, by SettingsError.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from .rules.markets import COUNTRIES, Country
from .rules.money import CURRENCIES, InexactAmount, from_major

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
SHOP_FILE = Path(__file__).parent / "data" / "shop.toml"

XENDIT_API_URL = "https://api.xendit.co"
WEBHOOK_TOKEN_LENGTH = 24
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
# Xendit refuses a session that ends less than 10 minutes ahead (CONTRACT 1.4); a minute to spare.
HOLD_MINUTES = range(11, 24 * 60 + 1)
# What the pages print of shop.toml, by section.
SHOP_TEXTS = {
    "": ("name", "tagline"),
    "contact": ("email", "phone", "address", "hours"),
    "policy": ("delivery", "returns"),
}


class SettingsError(Exception):
    """Settings are missing or wrong; `problems` has a sentence for each."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


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


@dataclass(frozen=True)
class Settings:
    port: int
    public_url: str
    database_url: str
    secret_key: str
    xendit_secret_key: str
    xendit_api_url: str
    xendit_webhook_token: str
    shop: Shop


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process, from `environ` or else the environment and `.env`.

    Raises SettingsError, which names every setting that is missing or wrong.
    """
    if environ is None:
        load_dotenv(ROOT / ".env")
        environ = os.environ
    problems: list[str] = []
    port = _port(environ, "PORT", 8000, problems)
    settings = Settings(
        port=port,
        public_url=(environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        database_url=environ.get("DATABASE_URL") or f"sqlite:///{INSTANCE / 'warung.db'}",
        secret_key=_required(environ, "SECRET_KEY", "any long random text; it signs the buyers' cookies", problems),
        xendit_secret_key=_required(
            environ,
            "XENDIT_SECRET_KEY",
            "the API key from Xendit's dashboard. (For the offline demo, use `make run` or `python app.py`;"
            " beside it, `flask --env-file instance/demo.env --app app …`)",
            problems,
        ),
        xendit_api_url=(environ.get("XENDIT_API_URL") or XENDIT_API_URL).rstrip("/"),
        xendit_webhook_token=environ.get("XENDIT_WEBHOOK_TOKEN", "").strip(),
        shop=_read_shop(problems),
    )
    problems += _problems(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def read_port(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a port number from `environ`. Raises SettingsError."""
    problems: list[str] = []
    port = _port(environ, name, default, problems)
    if problems:
        raise SettingsError(problems)
    return port


def _required(environ: Mapping[str, str], name: str, meaning: str, problems: list[str]) -> str:
    value = environ.get(name, "").strip()
    if not value:
        problems.append(f"{name} is not set: {meaning}.")
    return value


def _port(environ: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    text = environ.get(name) or str(default)
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    problems.append(f"{name} is {text!r}, but a port is a number from 1 to 65535.")
    return default


def _problems(settings: Settings) -> list[str]:
    return [
        *_database_problems(settings.database_url),
        *_token_problems(settings.xendit_webhook_token),
        *_api_problems(settings),
        *_public_problems(settings),
    ]


def _database_problems(url: str) -> list[str]:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except ArgumentError:
        return ["DATABASE_URL is no SQLAlchemy address, such as sqlite:////var/lib/warung/warung.db."]
    if backend not in ("sqlite", "postgresql"):
        return [f"DATABASE_URL names {backend}, but the shop runs on SQLite or PostgreSQL."]
    try:
        address.get_dialect().import_dbapi()
    except (ImportError, ArgumentError):
        return [
            f"DATABASE_URL needs the driver {address.get_driver_name()}, which is not installed;"
            " for PostgreSQL install psycopg[binary] and write postgresql+psycopg://…"
        ]
    return []


def _token_problems(token: str) -> list[str]:
    if len(token.encode()) >= WEBHOOK_TOKEN_LENGTH:
        return []
    state = "is too short" if token else "is not set"
    return [
        f"XENDIT_WEBHOOK_TOKEN {state}: it is the callback verification token of Xendit's dashboard,"
        f" {WEBHOOK_TOKEN_LENGTH} characters or more."
    ]


def _api_problems(settings: Settings) -> list[str]:
    address = _address(settings.xendit_api_url)
    if address is None:
        return [f"XENDIT_API_URL is {settings.xendit_api_url!r}, but must be an address such as {XENDIT_API_URL}."]
    is_test_key = settings.xendit_secret_key.startswith("xnd_development_")
    if address.scheme == "http" and address.hostname not in LOOPBACK_NAMES and not is_test_key:
        return ["XENDIT_API_URL must be https: a live key never travels in the open."]
    return []


def _public_problems(settings: Settings) -> list[str]:
    address = _address(settings.public_url)
    if address is None or address.path or address.query:
        return [f"PUBLIC_URL is {settings.public_url!r}, but must be an address such as https://shop.example."]
    api = _address(settings.xendit_api_url)
    api_host = (api.hostname or "") if api else ""
    if address.scheme != "https" and (api_host == "xendit.co" or api_host.endswith(".xendit.co")):
        return [f"PUBLIC_URL ({settings.public_url}) must be https: Xendit sends buyers back to https addresses only."]
    return []


def _address(url: str):
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        return None
    return parts if usable else None


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


def _read_shop(problems: list[str]) -> Shop:
    """Read the merchant's file; what is wrong in it goes to `problems`."""
    try:
        data = tomllib.loads(SHOP_FILE.read_text(encoding="utf-8"))
        found = _shop_problems(data)
    except (OSError, ValueError) as error:
        data, found = {}, [f"{error}."]
    if found:
        problems += [f"{SHOP_FILE.name}: {problem}" for problem in found]
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
