"""What the sandbox is started with. Made by `__main__.py`, read through `context.py`."""

from dataclasses import dataclass
from urllib.parse import urlsplit

KEY_PREFIX = "xnd_development_"
DEFAULT_PORT = 8001
DEFAULT_SECRET_KEY = "xnd_development_sandbox_secret_key"
DEFAULT_WEBHOOK_TOKEN = "xnd_development_sandbox_webhook_token"
DEFAULT_MERCHANT = "Warung"


@dataclass(frozen=True)
class Settings:
    public_url: str = f"http://127.0.0.1:{DEFAULT_PORT}"
    secret_key: str = DEFAULT_SECRET_KEY
    webhook_url: str | None = None
    webhook_token: str = DEFAULT_WEBHOOK_TOKEN
    merchant: str = DEFAULT_MERCHANT
    database: str = ":memory:"

    def problem(self):
        """The first thing wrong, as a sentence that never repeats a secret; None if all is well."""
        if not self.secret_key.startswith(KEY_PREFIX):
            return f"--secret-key must begin with {KEY_PREFIX}: never type a live key into a sandbox."
        if not _is_plain(self.secret_key) or ":" in self.secret_key:
            return "--secret-key may hold only visible ASCII characters and no colon."
        if not self.webhook_token or not _is_plain(self.webhook_token):
            return "--webhook-token must be visible ASCII characters."
        if self.webhook_url is not None and not _is_web_address(self.webhook_url):
            return "--webhook-url must be an http or https address."
        return None


def _is_plain(text):
    return all("!" <= character <= "~" for character in text)


def _is_web_address(url):
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
