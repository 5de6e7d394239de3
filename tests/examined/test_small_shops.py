"""Small shops examined by the real command: each fails what its mistake makes it fail, and nothing else."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.examiner.pains import PAINS

from ..ports import free_port
from ..processes import Process, clean_environment
from ..records import ROOT, SECRET_KEY, WEBHOOK_TOKEN

# Whoever is right is so at once or by a look every half second; only mistakes are waited for so long.
PATIENCE = 8
MISTAKES = {
    "honest": set(),
    "believes_return": {"reload_storm"},
    "counts_deliveries": {"twice", "at_once"},
    "believes_webhooks": {
        "wrong_amount", "wrong_currency", "wrong_token", "never_paid", "unknown", "failure_then_success",
        "expired_then_paid", "two_sessions",
    },
}  # fmt: skip


class Examination:
    """A small shop at work, and the command that examines it."""

    def __init__(self, folder: Path, kind: str):
        self.port, self.api_port = free_port(), free_port()
        api = f"http://127.0.0.1:{self.api_port}"
        command = [f"tests.examined.{kind}", str(self.port), api, SECRET_KEY, WEBHOOK_TOKEN]
        self.shop = Process(command, clean_environment(), folder / "shop.log")
        self.shop.wait_until_it_answers(f"http://127.0.0.1:{self.port}/")

    def run(self, **changes: str) -> subprocess.CompletedProcess:
        """Examine the shop, with some options changed."""
        own = [sys.executable, "-m", "tests.examined.small_shop"]
        address = f"http://127.0.0.1:{self.port}"
        options = {
            "--buy": shlex.join([*own, "buy", address]), "--status": shlex.join([*own, "status", address]),
            "--webhook-url": f"{address}/webhook", "--webhook-token": WEBHOOK_TOKEN, "--secret-key": SECRET_KEY,
            "--port": str(self.api_port), "--patience": str(PATIENCE),
        } | {f"--{name}": value for name, value in changes.items()}  # fmt: skip
        command = [sys.executable, "-m", "sandbox", "examine", "--json"]
        return subprocess.run(
            [*command, *(f"{name}={value}" for name, value in options.items())],
            cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip


@pytest.fixture
def kind() -> str:
    return "honest"


@pytest.fixture
def examination(tmp_path: Path, kind: str) -> Iterator[Examination]:
    found = Examination(tmp_path, kind)
    yield found
    found.shop.kill()


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_shop_fails_exactly_what_its_mistake_makes_it_fail(examination: Examination, kind: str):
    done = examination.run()

    assert done.returncode == (1 if MISTAKES[kind] else 0), done.stderr
    items = json.loads(done.stdout)["items"]
    assert {item["name"] for item in items if not item["passed"]} == MISTAKES[kind], done.stderr
    assert [item["name"] for item in items] == [*PAINS]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"buy": "no-such-command-anywhere"}, "--buy can't be run"),
        ({"buy": "echo hello"}, "--buy must print the payment link and a name for the order, but it printed “hello"),
        ({"buy": "echo http://elsewhere.example/x/y A1"}, "--buy printed a link that is none of http://127.0.0.1:"),
        ({"buy": "false"}, "--buy ended with exit code 1"),
        ({"status": "echo shipped"}, "--status must print one of pending, paid, canceled, attention"),
        ({"buy": "'"}, "--buy is no command"),
        ({"port": "0"}, "--port must be from 1 to 65535"),
        ({"patience": "nan"}, "--patience must be a number of seconds above 0"),
        ({"only": "twice,thrice"}, "--only knows no thrice"),
        ({"webhook-url": "shop"}, "--webhook-url must be an http or https address"),
        ({"secret-key": "xnd_production_1"}, "--secret-key must begin with xnd_development_"),
    ],
)
def test_what_cannot_be_examined_is_said_in_words(examination: Examination, changes: dict[str, str], said: str):
    done = examination.run(**changes)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
