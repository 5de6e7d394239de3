"""What shops and sandboxes of the tests have in common, be they processes or in this one."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Protocol

import requests

from store import create_app
from store.config import read_settings
from store.database import db

ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = "xnd_development_for_the_tests"
COOKIE_KEY = "signs the cookies of the tests, and no others"
WEBHOOK_TOKEN = "token-of-the-tests-0123456789abcdef"


def settings_of_shop(port: int, folder: Path, provider_url: str, **settings: str) -> dict[str, str]:
    """The environment of a shop; `provider_url` is all it knows of the provider.

    Its database is a file in this folder, if the settings name no other.
    """
    return {
        "PORT": str(port),
        "DATABASE_URL": sqlite_url(folder / "shop.db"),
        "SECRET_KEY": COOKIE_KEY,
        "XENDIT_SECRET_KEY": SECRET_KEY,
        "XENDIT_API_URL": provider_url,
        "XENDIT_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
        **settings,
    }


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


class Statements(Protocol):
    """A database as a test asks it."""

    def run(self, statement: str, *values) -> list[tuple]: ...


class Records:
    """What a test looks up and changes in a shop's `database`, and what it sends to the shop."""

    url: str
    database: Statements

    def sql(self, statement: str, *values) -> list[tuple]:
        """Run one statement on the shop's database and return its rows; `?` stands for each of the values."""
        return self.database.run(statement, *values)

    def make_everything_due(self) -> None:
        """As if the time had passed until the worker's next looks."""
        self.sql("UPDATE attempts SET next_check_at = '2000-01-01' WHERE next_check_at IS NOT NULL")
        self.sql("UPDATE refunds SET next_check_at = '2000-01-01' WHERE next_check_at IS NOT NULL")
        self.sql("UPDATE webhook_events SET due_at = '2000-01-01' WHERE processed_at IS NULL")
        self.sql("UPDATE call_budgets SET made = '{}'")

    def make_due(self, session_id: str) -> None:
        """As if the time had passed until the worker's next look at this session, which comes before all others."""
        self.sql("UPDATE attempts SET next_check_at = '2000-01-01' WHERE session_id = ?", session_id)
        self.sql("UPDATE call_budgets SET made = '{}'")

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
        self._control("POST", f"sessions/{session_id}/expire")

    def pay(self, session_id: str, **choices) -> None:
        """Pay as a buyer; `channel` says by what, `authorize` only reserves the money."""
        self._control("POST", f"sessions/{session_id}/pay", choices)

    def pay_late(self, session_id: str) -> None:
        """Let money come for a session that has ended."""
        self.pay(session_id, late=True)

    def turn_dial(self, position: str, **number: int) -> None:
        """Say how the webhooks of all sessions come from now on."""
        self._control("PUT", "dial", {"position": position, **number})

    def lets_pass(self, seconds: int) -> None:
        """Let time pass at Xendit."""
        self._control("POST", "clock", {"action": "jump", "seconds": seconds})

    def change_account(self, **settings) -> None:
        """Change settings of the shop's account at Xendit, such as how refunds end and how long they are pending."""
        self._control("PUT", "account", settings)

    def give_back(self, payment_request_id: str) -> None:
        """Refund all of a payment without the shop, as its owner does in Xendit's dashboard."""
        body = {"payment_request_id": payment_request_id, "reason": "OTHERS"}
        self._call("POST", "/refunds", json=body, auth=(SECRET_KEY, "")).raise_for_status()

    def cancel_refund(self, refund_id: str) -> None:
        """End a pending refund as the shop's owner does in Xendit's dashboard."""
        self._call("POST", f"/refunds/{refund_id}/cancel", auth=(SECRET_KEY, "")).raise_for_status()

    def ledger(self, *kinds: str) -> dict:
        """Xendit's own records of these kinds, as they truly are."""
        return self._control("GET", f"ledger?only={','.join(kinds)}").json()

    def refunds(self, number: str = "") -> list[dict]:
        """Xendit's own records of the refunds of an order, or of all."""
        made = self.ledger("refunds")["refunds"]
        return [each for each in made if (each["reference_id"] or "").startswith(number)]

    def counted_calls(self) -> dict:
        """How often the shop called, and how often at most in a minute, call by call."""
        return self._control("GET", "calls").json()

    def spoil(self, operation: str, kind: str, **settings) -> None:
        """Spoil the next call of this operation; with `count` so many, with None all until it is healed."""
        self._control("POST", "faults", {"operation": operation, "kind": kind, **settings})

    def plays(self, scenario: str) -> None:
        """Let one of the sandbox's scenarios begin; `heal` ends what it spoils."""
        self._control("POST", f"scenarios/{scenario}")

    def capture(self, payment_id: str, value: int) -> None:
        """Take money that is reserved, as the merchant would: so much, in major units."""
        self._payment(payment_id, "capture", {"capture_amount": value})

    def void(self, payment_id: str) -> None:
        """Let money go that is reserved, as the merchant would."""
        self._payment(payment_id, "cancel", None)

    def heal(self) -> None:
        """Spoil no more calls."""
        self._control("DELETE", "faults")

    def reset(self) -> None:
        """Forget all sessions and faults."""
        self._control("POST", "reset")

    def _payment(self, payment_id: str, action: str, body: dict | None) -> None:
        path = f"/v3/payments/{payment_id}/{action}"
        self._call("POST", path, json=body, auth=(SECRET_KEY, "")).raise_for_status()

    def _control(self, method: str, path: str, body: dict | None = None) -> requests.Response:
        answer = self._call(method, f"/_control/{path}", json=body)
        answer.raise_for_status()
        return answer

    def _call(self, method: str, path: str, **options) -> requests.Response:
        return self.visitor.request(method, self.url + path, timeout=30, **options)


@cache
def filled_database() -> bytes:
    """The file of SQLite as `init-db` makes it; once, because migrating takes long."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shop.db"
        fill(sqlite_url(file))
        return file.read_bytes()


def fill(url: str) -> None:
    """Make the tables and the catalog in an empty database, as `init-db` does."""
    app = create_app(read_settings(settings_of_shop(1, Path(), "http://127.0.0.1:1", DATABASE_URL=url)))
    with app.app_context():
        made = app.test_cli_runner(catch_exceptions=False).invoke(args=["init-db"])
    with app.app_context():
        db.engine.dispose()
    assert made.exit_code == 0, made.output
