"""Settings from the environment or `.env`, and the merchant's shop beside them.

All that is missing or wrong is said at once, by SettingsError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .environment import bare, environment
from .rules.secrets import HOW_TO_MAKE_ONE, secret_key_problem, webhook_token_problem, xendit_key_problem
from .shop import SHOP_FILE, Shop, read_shop
from .text_file import UnreadableText
from .xendit import AllowedHosts, bare_origin, is_loopback, origin

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"

XENDIT_API_URL = "https://api.xendit.co"
# How many processes gunicorn makes; hosts set WEB_CONCURRENCY.
WORKERS = 2
# Threads of each process. A checkout waits for Xendit, so threads and not processes carry the load: 250 checkouts a
# second at a provider that takes 200 ms are 50 calls under way, and one of the processes may get most of them.
THREADS = 64
WORKERS_ALLOWED = range(1, 101)
PORTS = range(1, 65536)
PROXIES_ALLOWED = range(10)
DEFAULT_DATABASE = URL.create("sqlite", database=str(INSTANCE / "warung.db")).render_as_string()
SAMPLE_DATABASE = "sqlite:////var/lib/warung/warung.db"
# What must be set, and what it is.
REQUIRED = {
    "SECRET_KEY": f"it signs the buyers' cookies; {HOW_TO_MAKE_ONE}",
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
    workers: int
    public_url: str
    proxies: int
    database_url: str
    secret_key: str
    xendit_secret_key: str
    xendit_api_url: str
    xendit_webhook_token: str
    # Where buyers reach the sandbox, if not at `xendit_api_url`. With Xendit itself it means nothing.
    sandbox_public_url: str | None
    shop: Shop

    @property
    def has_test_key(self) -> bool:
        return self.xendit_secret_key.startswith("xnd_development_")


def read_settings(environ: Mapping[str, str] | None = None, shop_file: Path = SHOP_FILE) -> Settings:
    """Return the settings of this process, from `environ` or else the environment and `.env`, and from `shop_file`.

    Raises SettingsError, which names every setting that is missing or wrong.
    """
    environ = read_environment() if environ is None else bare(environ)
    problems: list[str] = []
    port = _whole_number(environ, "PORT", 8000, PORTS, problems)
    settings = Settings(
        port=port,
        workers=_whole_number(environ, "WEB_CONCURRENCY", WORKERS, WORKERS_ALLOWED, problems),
        public_url=_bare_address(environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"),
        proxies=_whole_number(environ, "PROXIES", 0, PROXIES_ALLOWED, problems),
        database_url=environ.get("DATABASE_URL") or DEFAULT_DATABASE,
        secret_key=_required(environ, "SECRET_KEY", problems),
        xendit_secret_key=_required(environ, "XENDIT_SECRET_KEY", problems),
        xendit_api_url=(environ.get("XENDIT_API_URL") or XENDIT_API_URL).rstrip("/"),
        xendit_webhook_token=environ.get("XENDIT_WEBHOOK_TOKEN", ""),
        sandbox_public_url=_bare_address(environ.get("SANDBOX_PUBLIC_URL") or "") or None,
        shop=read_shop(shop_file, problems),
    )
    problems += _problems(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def read_environment() -> dict[str, str]:
    """Return the environment of this process, and below it what the project's own `.env` says. Raises SettingsError."""
    try:
        return environment(ROOT)
    except UnreadableText as error:
        raise SettingsError([f"{error}."]) from error


def read_port(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a port number from `environ`. Raises SettingsError."""
    problems: list[str] = []
    port = _whole_number(environ, name, default, PORTS, problems)
    if problems:
        raise SettingsError(problems)
    return port


def _bare_address(text: str) -> str:
    """An address without a path in its one spelling, or as it is set where it is none."""
    text = text.rstrip("/")
    address = bare_origin(text)
    return str(address) if address else text


def _required(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = environ.get(name, "")
    if not value:
        problems.append(f"{name} is not set: {REQUIRED[name]}.")
    return value


def _whole_number(environ: Mapping[str, str], name: str, default: int, allowed: range, problems: list[str]) -> int:
    text = environ.get(name) or str(default)
    # No number of more than ten digits can be right, and Python refuses to read one of 5,000.
    if text.isascii() and text.isdigit() and len(text) < 11 and int(text) in allowed:
        return int(text)
    problems.append(f"{name} is {text[:40]!r}, but must be a whole number from {allowed[0]} to {allowed[-1]}.")
    return default


def _problems(settings: Settings) -> list[str]:
    secrets = (
        settings.secret_key and secret_key_problem(settings.secret_key),
        settings.xendit_secret_key and xendit_key_problem(settings.xendit_secret_key),
        webhook_token_problem(settings.xendit_webhook_token),
    )
    return [
        *filter(None, secrets),
        *_database_problems(settings.database_url),
        *_api_problems(settings),
        *_public_problems(settings),
        *_sandbox_problems(settings.sandbox_public_url),
    ]


def _database_problems(url: str) -> list[str]:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, ValueError):
        return [f"DATABASE_URL is no SQLAlchemy address, such as {SAMPLE_DATABASE}."]
    if backend == "postgres":
        return ["DATABASE_URL begins with postgres, which SQLAlchemy does not know: write postgresql+psycopg://…"]
    if backend not in ("sqlite", "postgresql"):
        return [f"DATABASE_URL names {backend}, but the shop runs on SQLite or PostgreSQL."]
    if backend == "sqlite" and (problem := _sqlite_problem(address)):
        return [problem]
    return _driver_problems(address)


def _sqlite_problem(address: URL) -> str | None:
    if address.host:
        return (
            f"DATABASE_URL has a slash too few: three before a path, four before one from the root, {SAMPLE_DATABASE}."
        )
    name = address.database or ":memory:"
    if ":memory:" in name or address.query.get("mode") == "memory":
        return (
            "DATABASE_URL names a database in memory, and each process would have one of its own:"
            f" name a file, such as {SAMPLE_DATABASE}."
        )
    return None


def _driver_problems(address: URL) -> list[str]:
    advice = "for PostgreSQL install psycopg[binary] and write postgresql+psycopg://…"
    try:
        dialect = address.get_dialect()
        dialect.import_dbapi()
    except (ImportError, ArgumentError):
        return [f"DATABASE_URL needs the driver {address.get_driver_name()}, which is not installed; {advice}"]
    return (
        [f"DATABASE_URL names the driver {dialect.driver}, which is for asyncio; {advice}"] if dialect.is_async else []
    )


def _api_problems(settings: Settings) -> list[str]:
    address = origin(settings.xendit_api_url)
    if address is None or "?" in settings.xendit_api_url or "#" in settings.xendit_api_url:
        return [f"XENDIT_API_URL is {settings.xendit_api_url!r}, but must be an address such as {XENDIT_API_URL}."]
    if ":" in address.host:
        return [
            f"XENDIT_API_URL is {settings.xendit_api_url!r}, but a browser lets no form lead to an IPv6 address:"
            " name the host instead, such as http://localhost:8001."
        ]
    if address.scheme == "http" and not is_loopback(address.host) and not settings.has_test_key:
        return ["XENDIT_API_URL must be https: a live key never travels in the open."]
    return []


def _public_problems(settings: Settings) -> list[str]:
    address = bare_origin(settings.public_url)
    if address is None:
        return [
            f"PUBLIC_URL is {settings.public_url!r}, but must be an address such as https://shop.example,"
            " with nothing after the host and its port: the shop has a host of its own."
        ]
    if address.scheme != "https" and not AllowedHosts(settings.xendit_api_url).is_elsewhere:
        return [f"PUBLIC_URL ({settings.public_url}) must be https: Xendit sends buyers back to https addresses only."]
    return []


def _sandbox_problems(url: str | None) -> list[str]:
    address = bare_origin(url) if url else None
    if url is None or (address and ":" not in address.host):
        return []
    return [
        f"SANDBOX_PUBLIC_URL is {url!r}, but must be an address such as https://sandbox.example,"
        " with nothing after the host and its port."
    ]
