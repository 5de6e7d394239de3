"""What shops and sandboxes of the tests have in common, be they processes or in this one."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

import requests

from store import create_app
from store.config import read_settings

ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = "xnd_development_for_the_tests"
COOKIE_KEY = "signs the cookies of the tests, and no others"
WEBHOOK_TOKEN = "token-of-the-tests-0123456789abcdef"


def settings_of_shop(port: int, folder: Path, provider_url: str, **settings: str) -> dict[str, str]:
    """The environment of a shop with its database in this folder; `provider_url` is all it knows of the provider."""
    return {
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'shop.db'}",
        "SECRET_KEY": COOKIE_KEY,
        "XENDIT_SECRET_KEY": SECRET_KEY,
        "XENDIT_API_URL": provider_url,
        "XENDIT_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
        **settings,
    }


class Records:
    """What a test looks up and changes in a shop's database, which lies in `folder`, and what it sends to it."""

    url: str
    folder: Path

    def sql(self, statement: str, *values) -> list[tuple]:
        """Run one statement on the shop's database and return its rows."""
        connection = sqlite3.connect(self.folder / "shop.db", timeout=30, isolation_level=None)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def make_everything_due(self) -> None:
        """As if the time had passed until the worker's next looks."""
        self.sql("UPDATE attempts SET next_check_at = '2000-01-01' WHERE next_check_at IS NOT NULL")
        self.sql("UPDATE webhook_events SET due_at = '2000-01-01' WHERE processed_at IS NULL")

    def stock(self, slug: str) -> int:
        return self.sql("SELECT stock FROM products WHERE slug = ?", slug)[0][0]

    def set_stock(self, slug: str, pieces: int) -> None:
        self.sql("UPDATE products SET stock = ? WHERE slug = ?", pieces, slug)

    def send_webhook(self, body, token: str | bytes | None = WEBHOOK_TOKEN) -> requests.Response:
        """Send a webhook as the provider would; `body` is JSON, or bytes as they are."""
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["x-callback-token"] = token
        content = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.browser().post(f"{self.url}/webhooks/xendit", headers=headers, timeout=30, **content)


class Controls:
    """What a test asks of a sandbox at `url`, and what it tells it to do, as `visitor` reaches it."""

    url: str
    visitor: requests.Session

    def session(self, session_id: str) -> dict:
        return self._call("GET", f"/sessions/{session_id}", auth=(SECRET_KEY, "")).json()

    def expire(self, session_id: str) -> None:
        self._call("POST", f"/_control/sessions/{session_id}/expire").raise_for_status()

    def pay_late(self, session_id: str) -> None:
        """Let money come for a session that has ended."""
        self._call("POST", f"/_control/sessions/{session_id}/pay", json={"late": True}).raise_for_status()

    def spoil(self, operation: str, kind: str, **settings) -> None:
        """Spoil the next call of this operation; with `count` so many, with None all until it is healed."""
        fault = {"operation": operation, "kind": kind, **settings}
        self._call("POST", "/_control/faults", json=fault).raise_for_status()

    def heal(self) -> None:
        """Spoil no more calls."""
        self._call("DELETE", "/_control/faults").raise_for_status()

    def reset(self) -> None:
        """Forget all sessions and faults."""
        self._call("POST", "/_control/reset").raise_for_status()

    def _call(self, method: str, path: str, **options) -> requests.Response:
        return self.visitor.request(method, self.url + path, timeout=30, **options)


@cache
def filled_database() -> bytes:
    """The database as `init-db` makes it; once, because migrating takes long."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(read_settings(settings_of_shop(1, Path(folder), "http://127.0.0.1:1")))
        with app.app_context():
            made = app.test_cli_runner(catch_exceptions=False).invoke(args=["init-db"])
        assert made.exit_code == 0, made.output
        return (Path(folder) / "shop.db").read_bytes()
