"""Starting, as a merchant does it: what the programs say, and what they refuse. Real processes."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from ..buyer import Buyer
from ..ports import free_port
from ..processes import ROOT, SECRET_KEY, WEBHOOK_TOKEN, clean_environment
from ..records import COOKIE_KEY
from .demo import Demo

REQUIRED = ("SECRET_KEY", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN", "PUBLIC_URL")
GOOD = {"SECRET_KEY": COOKIE_KEY, "XENDIT_SECRET_KEY": SECRET_KEY}
SANDBOX = {"XENDIT_API_URL": "http://127.0.0.1:1"}


def run(clone: Path, *command: str, **settings: str) -> subprocess.CompletedProcess:
    """Run a program to its end, with these settings and no others."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=clone, env={**clean_environment(), **settings},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


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


def test_an_empty_setting_counts_as_none(demo: Demo):
    demo.start(WEB_CONCURRENCY="", PROXIES="", PUBLIC_URL="", SECRET_KEY="")

    assert requests.get(demo.url, timeout=30).status_code == 200


def test_a_second_demo_with_the_same_database_is_refused_in_one_line(clone: Path):
    fcntl = pytest.importorskip("fcntl", reason="Windows has none, and the demo no lock there.")
    lock = clone / "instance" / "demo.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as running:
        fcntl.flock(running, fcntl.LOCK_EX)

        ended = run(clone, "app", PORT=str(free_port()), SANDBOX_PORT=str(free_port()))

    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("The demo of this folder runs already: stop it first")


def test_a_second_start_changes_no_data(demo: Demo):
    demo.start()
    demo.process.stop()
    before = demo.data()

    demo.start()
    demo.process.stop()

    assert demo.data() == before


@pytest.mark.parametrize("content", [b"", b"SECRET_KEY=\n", b"\xff\xfe\0\0", b"SECRET_KEY"], ids=repr)
def test_damaged_secrets_of_the_demo_are_made_anew_and_that_is_said(demo: Demo, content: bytes):
    file = demo.clone / "instance" / "demo-secrets"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)

    ended = run(demo.clone, "app", **{**demo.environment, "PUBLIC_URL": "shop"})

    assert "demo-secrets was empty or damaged, so new secrets are made" in ended.stdout
    assert ended.stderr.startswith("PUBLIC_URL ")
    assert [line.split("=")[0] for line in file.read_text().splitlines()] == [
        "SECRET_KEY", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_written_is_said_in_one_line(demo: Demo):
    folder = demo.clone / "instance"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way")

    ended = run(demo.clone, "app", **demo.environment)

    folder.unlink()
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(str(folder))
    assert "cannot be written" in line


def test_a_python_without_the_packages_is_told_how_to_get_them(clone: Path):
    ended = subprocess.run(
        [sys.executable, "-S", "app.py"],
        cwd=clone,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "run `make setup`, or install requirements.txt" in line


VENVS = {
    "none": None,
    "its Python is gone": "exit 127",
    "of another Python": f"exec '{sys.executable}' -S \"$@\"",
    "good": f"exec '{sys.executable}' \"$@\"",
}


@pytest.mark.parametrize("content", VENVS.values(), ids=VENVS)
def test_a_venv_that_this_python_has_not_filled_is_made_anew(tmp_path: Path, content: str | None):
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    (tmp_path / ".venv" / ".requirements").touch()
    if content:
        python.write_text(f"#!/bin/sh\n{content}\n")
        python.chmod(0o755)

    planned = subprocess.run(["make", "-n", "setup"], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert planned.returncode == 0, planned.stderr
    assert ("venv --clear" in planned.stdout) == (content != VENVS["good"])
