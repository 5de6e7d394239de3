"""Shop, worker and sandbox as real processes on free ports, as a merchant would run them."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = "xnd_development_for_the_tests"
WEBHOOK_TOKEN = "token-of-the-tests-0123456789abcdef"
STARTS_WITHIN = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment() -> dict[str, str]:
    """What the machine needs to run Python, and no setting of the shop's."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}


class Process:
    """One program; its output goes to a file, so that a test can read what was logged."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, folder: Path = ROOT):
        self.log = log
        self._file = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder, env=environment, stdout=self._file, stderr=self._file, start_new_session=True,
        )  # fmt: skip

    def wait_until_it_answers(self, url: str) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"it ended: {self.output()}"
            try:
                requests.get(url, timeout=1)
                return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError(f"no answer from {url}: {self.output()}")

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it and what it has started, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._file.close()


class Sandbox:
    """The stand-in for Xendit, sending its webhooks to `shop_port`."""

    def __init__(self, folder: Path, shop_port: int):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = Process(
            [
                "sandbox", "--port", str(self.port), "--secret-key", SECRET_KEY, "--webhook-token", WEBHOOK_TOKEN,
                "--webhook-url", f"http://127.0.0.1:{shop_port}/webhooks/xendit",
            ],
            clean_environment(),
            folder / "sandbox.log",
        )  # fmt: skip
        self.process.wait_until_it_answers(self.url)

    def session(self, session_id: str) -> dict:
        return requests.get(f"{self.url}/sessions/{session_id}", auth=(SECRET_KEY, ""), timeout=5).json()

    def expire(self, session_id: str) -> None:
        requests.post(f"{self.url}/_control/sessions/{session_id}/expire", timeout=5).raise_for_status()


def settings_of_shop(port: int, folder: Path, provider_url: str, **settings: str) -> dict[str, str]:
    """The environment of a shop with its database in this folder; `provider_url` is all it knows of the provider."""
    return {
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'shop.db'}",
        "SECRET_KEY": "signs the cookies of the tests",
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
        connection = sqlite3.connect(self.folder / "shop.db", timeout=10, isolation_level=None)
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


class Shop(Records):
    """The shop under gunicorn with its own database; `provider_url` is all it knows of the provider."""

    def __init__(
        self, folder: Path, provider_url: str, port: int | None = None, with_worker: bool = True, **settings: str
    ):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environment = {**clean_environment(), **settings_of_shop(self.port, folder, provider_url, **settings)}
        self.flask("init-db")
        self.process = self.start()
        self.worker = self.start_worker() if with_worker else None

    def start(self) -> Process:
        self.process = Process(["gunicorn", "app:app"], self.environment, self.folder / "shop.log")
        self.process.wait_until_it_answers(f"{self.url}/healthz")
        return self.process

    def start_worker(self) -> Process:
        self.worker = Process(["flask", "--app", "app", "worker"], self.environment, self.folder / "worker.log")
        return self.worker

    def browser(self) -> requests.Session:
        """A visitor who can reach this shop, and what it leads to."""
        session = requests.Session()
        session.trust_env = False
        return session

    def works(self) -> None:
        """The worker is at work by itself: leave it a moment."""
        time.sleep(0.05)

    def flask(self, *command: str) -> subprocess.CompletedProcess:
        """Run one of the shop's commands to its end."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *command],
            cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def stop(self) -> None:
        if self.worker:
            self.worker.stop()
        self.process.stop()
