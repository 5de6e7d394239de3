"""What the sandbox is started with, and whether what somebody has set makes sense."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from . import hosts

KEY_PREFIX = "xnd_development_"
LIVE_KEY_PREFIX = "xnd_production_"
KEY_LENGTH = 200
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8001
DEFAULT_SECRET_KEY = "xnd_development_sandbox_secret_key"
DEFAULT_WEBHOOK_TOKEN = "xnd_development_sandbox_webhook_token"
DEFAULT_MERCHANT = "Warung"
IN_MEMORY = ":memory:"
ANY_ADDRESS = "0.0.0.0"


@dataclass(frozen=True)
class Settings:
    # Where it listens; and the address by which buyers come from elsewhere, if they do.
    address: str = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"
    public_url: str | None = None
    secret_key: str = DEFAULT_SECRET_KEY
    webhook_url: str | None = None
    webhook_token: str | None = None
    merchant: str | None = None
    database: str = IN_MEMORY
    # With a seed everything that the same calls give is the same in each run; see `server.py`.
    seed: int | None = None

    def problem(self) -> str | None:
        """The first thing wrong, as a sentence that never repeats a secret; None if all is well."""
        if self.public_url is None and urlsplit(self.address).hostname in (ANY_ADDRESS, None):
            return "--host must be the one address by which the others reach this machine, or --public-url be given."
        if self.public_url is not None and not _is_bare(self.public_url):
            return "--public-url must be an address such as https://sandbox.example, without a path."
        if not self.secret_key.startswith(KEY_PREFIX):
            return f"--secret-key must begin with {KEY_PREFIX}: never type a live key into a sandbox."
        if not is_key(self.secret_key):
            return f"--secret-key may hold only visible ASCII characters, {KEY_LENGTH} at most, and no colon."
        if self.webhook_token is not None and not is_token(self.webhook_token):
            return "--webhook-token must be visible ASCII characters."
        if not is_webhook_url(self.webhook_url):
            return "--webhook-url must be an http or https address."
        if self.seed is not None and self.database != IN_MEMORY:
            return "--seed makes the same ids again, so it can't be used with --database."
        return None


def is_key(text: str) -> bool:
    return text.startswith(KEY_PREFIX) and len(text) <= KEY_LENGTH and _is_plain(text) and ":" not in text


def is_token(text: object) -> bool:
    return isinstance(text, str) and bool(text) and _is_plain(text)


def is_webhook_url(url: object) -> bool:
    """None is none, which is right too."""
    if url is None:
        return True
    if not isinstance(url, str) or not _is_plain(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_whole_number(value: object, least: int, most: int) -> bool:
    """JSON's true is no number, though Python's is."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_bare(url: str) -> bool:
    """Whether an address is no more than scheme, host and port."""
    return hosts.origin(url) is not None and not any(urlsplit(url)[2:])


def _is_plain(text: str) -> bool:
    return all("!" <= character <= "~" for character in text)
