"""Starting and stopping, as a merchant does it: what the programs say and how they end. Real processes."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ..buyer import Buyer
from ..ports import free_port
from ..processes import SECRET_KEY, WEBHOOK_TOKEN, Process, clean_environment, visitor
from ..records import COOKIE_KEY, Records
from ..waiting import wait_until

REQUIRED = ("SECRET_KEY", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN", "PUBLIC_URL")
GOOD = {"SECRET_KEY": COOKIE_KEY, "XENDIT_SECRET_KEY": SECRET_KEY}
SANDBOX = {"XENDIT_API_URL": "http://127.0.0.1:1"}


def run(clone: Path, *command: str, **settings: str) -> subprocess.CompletedProcess:
    """Run a program to its end, with these settings and no others."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=clone, env={**clean_environment(), **settings},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


class Demo(Records):
    """`python app.py` on free ports, with its data in a folder of its own."""

    def __init__(self, clone: Path, folder: Path):
        self.clone = clone
        self.folder = folder
        self.ports = {"PORT": free_port(), "SANDBOX_PORT": free_port()}
        self.url, self.sandbox_url = (f"http://127.0.0.1:{port}" for port in self.ports.values())
        self.environment = {
            **clean_environment(),
            **{name: str(port) for name, port in self.ports.items()},
            "DATABASE_URL": f"sqlite:///{folder / 'shop.db'}",
        }
        self.process: Process | None = None

    def start(self, **settings: str) -> None:
        """Start it and wait until both addresses answer."""
        self.process = Process(["app"], {**self.environment, **settings}, self.folder / "demo.log", folder=self.clone)
        self.process.wait_until_it_answers(f"{self.url}/healthz")
        self.process.wait_until_it_answers(self.sandbox_url)

    def data(self) -> list[str]:
        """All that must outlive a restart: the tables, and the secrets that were made once."""
        secrets = (self.clone / "instance" / "demo-secrets").read_text()
        connection = sqlite3.connect(self.folder / "shop.db")
        try:
            return [secrets, *connection.iterdump()]
        finally:
            connection.close()

    def browser(self) -> requests.Session:
        return visitor()

    def works(self) -> None:
        """Its worker does, by itself."""

    def survivors(self) -> list[int]:
        """The processes that have this demo's settings: it, and whatever it started."""
        mark = self.environment["DATABASE_URL"].encode()
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if mark in _content(path)]

    def end(self) -> None:
        for pid in self.survivors():
            os.kill(pid, signal.SIGKILL)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def demo(clone: Path, tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(clone, tmp_path)
    yield demo
    demo.end()


PROGRAMS = {"gunicorn": ("gunicorn", "app:app"), "worker": ("flask", "--app", "app", "worker")}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_without_settings_a_program_names_all_of_them_and_ends_with_2(clone: Path, program: tuple[str, ...]):
    ended = run(clone, *program, PORT=str(free_port()))

    assert ended.returncode == 2
    for name in REQUIRED:
        assert name in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Booting worker" not in ended.stderr


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_no_program_starts_without_a_webhook_token_of_24_characters(clone: Path, program: tuple[str, ...]):
    ended = run(clone, *program, **GOOD, **SANDBOX, PORT=str(free_port()), XENDIT_WEBHOOK_TOKEN="x" * 23)

    assert ended.returncode == 2
    (line,) = ended.stderr.strip().splitlines()
    assert line.startswith("XENDIT_WEBHOOK_TOKEN")
    assert "x" * 23 not in line


def test_a_bad_env_file_counts_like_the_environment(clone: Path):
    (clone / ".env").write_text("XENDIT_WEBHOOK_TOKEN=too-short\n")

    ended = run(clone, *PROGRAMS["gunicorn"], **GOOD, **SANDBOX)

    (clone / ".env").unlink()
    assert ended.returncode == 2
    assert "XENDIT_WEBHOOK_TOKEN is too short" in ended.stderr


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_port_in_use_is_said_in_one_line_that_names_the_variable(demo: Demo, name: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.ports[name]))
        other.listen()

        ended = run(demo.clone, "app", **demo.environment)

    assert ended.returncode != 0
    (line,) = (ended.stdout + ended.stderr).strip().splitlines()
    assert re.search(rf"\b{name}\b", line)
    assert str(demo.ports[name]) in line


def test_two_ports_that_are_the_same_are_refused_in_one_line(demo: Demo):
    ended = run(demo.clone, "app", **{**demo.environment, "SANDBOX_PORT": demo.environment["PORT"]})

    assert ended.returncode == 2
    (line,) = (ended.stdout + ended.stderr).strip().splitlines()
    assert line.startswith(f"PORT and SANDBOX_PORT are both {demo.ports['PORT']}")


def test_a_demo_that_cannot_start_leaves_the_settings_of_another_one_alone(demo: Demo):
    settings = demo.clone / "instance" / "demo.env"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("of another one")

    ended = run(demo.clone, "app", **{**demo.environment, "PUBLIC_URL": "shop"})

    assert ended.returncode == 2
    assert settings.read_text() == "of another one"


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_database_without_tables_is_said_in_one_line_before_any_worker_is_up(
    clone: Path, tmp_path: Path, program: tuple[str, ...]
):
    good = {**GOOD, **SANDBOX, "XENDIT_WEBHOOK_TOKEN": WEBHOOK_TOKEN, "PORT": str(free_port())}

    ended = run(clone, *program, **good, DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")

    assert ended.returncode == 2
    (line,) = (ended.stdout + ended.stderr).strip().splitlines()
    assert line == "The database has no tables yet (or old ones): run `flask --app app init-db`."


def test_the_demo_comes_up_and_every_line_says_which_process_wrote_it(demo: Demo):
    demo.start()

    assert requests.get(demo.url, timeout=30).status_code == 200
    assert requests.get(demo.sandbox_url, timeout=30).status_code == 200
    own, lines = demo.process.output().split("Stop with Ctrl-C.\n")
    assert demo.url in own
    assert demo.sandbox_url in own
    assert "SANDBOX_PUBLIC_URL" not in own
    unnamed = [line for line in lines.splitlines() if not re.search(r"\b(shop|worker|sandbox|system)\S* +\|", line)]
    assert unnamed == []


def test_a_buyer_is_sent_to_the_sandboxs_public_address_and_the_order_is_paid_without_it(demo: Demo):
    demo.start(SANDBOX_PUBLIC_URL="https://sandbox.example")
    buyer = Buyer(demo)

    link = buyer.goes_to_pay()
    page = buyer.gets("/checkout")
    buyer.pays_by_qris(link.replace("https://sandbox.example", demo.sandbox_url))

    assert link.startswith("https://sandbox.example/checkout/ps-")
    assert "https://sandbox.example" in page.headers["Content-Security-Policy"]
    assert "Sandbox: https://sandbox.example\n" in demo.process.output()
    buyer.waits_until("paid")
    assert "webhook payment_session.completed 200" in demo.process.output()
    assert "SANDBOX_PUBLIC_URL=https://sandbox.example\n" in (demo.clone / "instance" / "demo.env").read_text()


def test_with_a_shop_that_others_reach_the_start_says_what_the_sandbox_needs(demo: Demo):
    demo.start(PUBLIC_URL="https://shop.example")

    said = demo.process.output().partition("Stop with Ctrl-C.")[0]

    (line,) = [line for line in said.splitlines() if "SANDBOX_PUBLIC_URL" in line]
    assert demo.sandbox_url in line


@pytest.mark.alone
def test_term_stops_everything_that_the_demo_started(demo: Demo):
    demo.start()
    wait_until(lambda: "looking after orders" in demo.process.output())

    demo.process.stop()

    wait_until(lambda: all(map(is_free, demo.ports.values())) and not demo.survivors())
    assert "SIGKILL" not in demo.process.output()


def test_a_second_start_changes_no_data(demo: Demo):
    demo.start()
    demo.process.stop()
    before = demo.data()

    demo.start()
    demo.process.stop()

    assert demo.data() == before
