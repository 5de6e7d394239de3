"""Shop, worker and sandbox as real processes on free ports, as a merchant would run them."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import requests

from .databases import Database, new_database
from .ports import free_port
from .records import ROOT, SECRET_KEY, WEBHOOK_TOKEN, Controls, Records, settings_of_shop

STARTS_WITHIN = 60.0


def end_when_asked() -> None:
    """Let the run end on TERM as it does on Ctrl-C: with all that it has started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def clean_environment() -> dict[str, str]:
    """What the machine needs to run Python, and no setting of the shop's."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}


def visitor() -> requests.Session:
    """Somebody who reaches all of this machine, whatever proxy it has."""
    session = requests.Session()
    session.trust_env = False
    # gunicorn ends a kept connection after 2 seconds, and a loaded machine sends the next form just then.
    session.headers["Connection"] = "close"
    return session


class Process:
    """One program; its output goes to a file, so that a test can read what was logged, or to an open `output`."""

    def __init__(
        self, command: list[str], environment: dict[str, str], log: Path, folder: Path = ROOT, output: int = 0
    ):
        self.log = log
        self._file = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder, env=environment, stdout=output or self._file, stderr=self._file, start_new_session=True,
        )  # fmt: skip
        if output:
            os.close(output)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_it_answers(self, url: str) -> None:
        try:
            self._wait_for_answer(url)
        except BaseException:
            self.kill()
            raise

    def _wait_for_answer(self, url: str) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"it ended: {self.output()}"
            try:
                # A program that has just begun to listen may be slow to answer, but is not asked twice for that.
                visitor().get(url, timeout=deadline - time.monotonic())
                return
            except requests.ConnectionError:
                time.sleep(0.05)
            except requests.Timeout:
                break
        raise AssertionError(f"no answer from {url}: {self.output()}")

    def children(self) -> list[int]:
        """The processes that it has started, by their id."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it and what it has started, as a power cut would; one that a test has ended before stays ended."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._file.close()

    def wait(self) -> int:
        """Wait until it has ended by itself, and return its exit code."""
        return self._process.wait(timeout=STARTS_WITHIN)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
            self._file.close()
        except subprocess.TimeoutExpired:
            self.kill()


class Sandbox(Controls):
    """The stand-in for Xendit, sending its webhooks to `shop_port`."""

    def __init__(self, folder: Path, shop_port: int):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.visitor = visitor()
        self.process = Process(
            [
                "sandbox", "--port", str(self.port), "--secret-key", SECRET_KEY, "--webhook-token", WEBHOOK_TOKEN,
                "--webhook-url", f"http://127.0.0.1:{shop_port}/webhooks/xendit",
            ],
            clean_environment(),
            folder / "sandbox.log",
        )  # fmt: skip
        self.process.wait_until_it_answers(self.url)


class Shop(Records):
    """The shop under gunicorn with its own database; `provider_url` is all it knows of the provider."""

    def __init__(
        self,
        folder: Path,
        provider_url: str,
        port: int | None = None,
        with_worker: bool = True,
        is_started: bool = True,
        database: str | Database | None = None,
        **settings: str,
    ):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.database = new_database(folder, database) if database is None or isinstance(database, str) else database
        settings = {"DATABASE_URL": self.database.url, **settings}
        self.environment = {**clean_environment(), **settings_of_shop(self.port, folder, provider_url, **settings)}
        self.worker = self.process = None
        if is_started and with_worker:
            self.start_worker()
        if is_started:
            self.start()

    def start(self) -> Process:
        self.process = Process(["gunicorn", "app:app"], self.environment, self.folder / "shop.log")
        self.process.wait_until_it_answers(f"{self.url}/healthz")
        return self.process

    def start_worker(self) -> Process:
        self.worker = Process(["flask", "--app", "app", "worker"], self.environment, self.folder / "worker.log")
        return self.worker

    def browser(self) -> requests.Session:
        """A visitor who can reach this shop, and what it leads to."""
        return visitor()

    def works(self) -> None:
        """The worker is at work by itself: leave it a moment."""
        time.sleep(0.05)

    def flask(self, *command: str) -> subprocess.CompletedProcess:
        """Run one of the shop's commands to its end."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *command],
            cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def stop(self) -> None:
        """End it, and its database with it."""
        self.end()
        self.database.drop()

    def end(self) -> None:
        """At once: how programs end when they are asked to, other tests tell."""
        for process in filter(None, (self.worker, self.process)):
            process.kill()
