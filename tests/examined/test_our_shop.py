"""Our own shop, gunicorn and worker, examined by the real command with its usual patience: full marks."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.examiner.pains import PAINS

from ..ports import free_port
from ..processes import Shop, clean_environment
from ..records import ROOT, SECRET_KEY, WEBHOOK_TOKEN


@pytest.fixture
def api_port() -> int:
    return free_port()


@pytest.fixture
def shop(tmp_path: Path, api_port: int) -> Iterator[Shop]:
    found = Shop(tmp_path, f"http://127.0.0.1:{api_port}")
    yield found
    found.stop()


def test_our_shop_gets_full_marks(shop: Shop, api_port: int):
    done = examined(shop, api_port)

    items = json.loads(done.stdout or "{}").get("items", [])
    assert [(item["name"], item["shop"]) for item in items if not item["passed"]] == [], done.stderr
    assert [item["name"] for item in items] == [*PAINS], done.stderr
    assert done.returncode == 0


def examined(shop: Shop, api_port: int) -> subprocess.CompletedProcess:
    buy, status = (
        shlex.join([sys.executable, "-m", f"tests.examined.warung_{what}", shop.url]) for what in ("buy", "status")
    )
    options = {
        "buy": buy, "status": status, "webhook-url": f"{shop.url}/webhooks/xendit",
        "webhook-token": WEBHOOK_TOKEN, "secret-key": SECRET_KEY, "port": str(api_port),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "examine", "--json", *(f"--{name}={said}" for name, said in options.items())],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
