"""Settings from the environment or `.env`, and the merchant's shop beside them.

The only module that reads the environment. All that is missing or wrong is said at once, by SettingsError.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from .shop import SHOP_FILE, Shop, read_shop
from .xendit import AllowedHosts, Origin, is_loopback, origin

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"

XENDIT_API_URL = "https://api.xendit.co"
WEBHOOK_TOKEN_LENGTH = 24
# What must be set, and what it is.
REQUIRED = {
    "SECRET_KEY": "any long random text; it signs the buyers' cookies",
    "XENDIT_SECRET_KEY": (
        "the API key from Xendit's dashboard. (For the offline demo, use `make run` or `python app.py`;"
        " beside it, `flask --env-file instance/demo.env --app app …`)"
    ),
}


class SettingsError(Exception):
    """Settings are missing or wrong; `problems` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


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


def read_settings(environ: Mapping[str, str] | None = None, shop_file: Path = SHOP_FILE) -> Settings:
    """Return the settings of this process, from `environ` or else the environment and `.env`, and from `shop_file`.

    Raises SettingsError, which names every setting that is missing or wrong.
    """
    if environ is None:
        load_dotenv(ROOT / ".env")
        environ = os.environ
    problems: list[str] = []
    port = _port(environ, "PORT", 8000, problems)
    settings = Settings(
        port=port,
        public_url=_public_url(environ, port),
        database_url=environ.get("DATABASE_URL") or f"sqlite:///{INSTANCE / 'warung.db'}",
        secret_key=_required(environ, "SECRET_KEY", problems),
        xendit_secret_key=_required(environ, "XENDIT_SECRET_KEY", problems),
        xendit_api_url=(environ.get("XENDIT_API_URL") or XENDIT_API_URL).rstrip("/"),
        xendit_webhook_token=environ.get("XENDIT_WEBHOOK_TOKEN", "").strip(),
        shop=read_shop(shop_file, problems),
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


def _public_url(environ: Mapping[str, str], port: int) -> str:
    """The shop's address in its one spelling, or as it is set where it is no address."""
    text = (environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    address = _bare_origin(text)
    return str(address) if address else text


def _required(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = environ.get(name, "").strip()
    if not value:
        problems.append(f"{name} is not set: {REQUIRED[name]}.")
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
    address = origin(settings.xendit_api_url)
    if address is None or "?" in settings.xendit_api_url or "#" in settings.xendit_api_url:
        return [f"XENDIT_API_URL is {settings.xendit_api_url!r}, but must be an address such as {XENDIT_API_URL}."]
    if ":" in address.host:
        return [
            f"XENDIT_API_URL is {settings.xendit_api_url!r}, but a browser lets no form lead to an IPv6 address:"
            " name the host instead, such as http://localhost:8001."
        ]
    is_test_key = settings.xendit_secret_key.startswith("xnd_development_")
    if address.scheme == "http" and not is_loopback(address.host) and not is_test_key:
        return ["XENDIT_API_URL must be https: a live key never travels in the open."]
    return []


def _public_problems(settings: Settings) -> list[str]:
    address = _bare_origin(settings.public_url)
    if address is None:
        return [
            f"PUBLIC_URL is {settings.public_url!r}, but must be an address such as https://shop.example,"
            " with nothing after the host and its port: the shop has a host of its own."
        ]
    if address.scheme != "https" and not AllowedHosts(settings.xendit_api_url).is_elsewhere:
        return [f"PUBLIC_URL ({settings.public_url}) must be https: Xendit sends buyers back to https addresses only."]
    return []


def _bare_origin(url: str) -> Origin | None:
    """The origin of an address that has no path, query or fragment."""
    found = origin(url)
    return found if found and url.partition("://")[2] == urlsplit(url).netloc else None
