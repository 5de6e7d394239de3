"""What is right at the start does not end a running shop: a reload and a worker's end keep the old on error."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ..ports import free_port
from ..processes import Process, clean_environment
from ..records import filled_database, settings_of_shop
from ..waiting import wait_until

GOES_ON = "The shop goes on with the settings and files that it had"


class Running:
    """A shop under gunicorn, in a folder whose files a test may change."""

    def __init__(self, clone: Path, folder: Path):
        self.clone = clone
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        (folder / "shop.db").write_bytes(filled_database())
        (clone / ".env").write_text("WEB_CONCURRENCY=1\n")
        self.environment = {**clean_environment(), **settings_of_shop(port, folder, "http://127.0.0.1:1")}
        self.process = Process(["gunicorn", "app:app"], self.environment, folder / "shop.log", folder=clone)
        self.process.wait_until_it_answers(f"{self.url}/healthz")

    def changes(self, name: str, old: str, new: str) -> None:
        file = self.clone / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    def signal(self, number: int, pid: int | None = None) -> None:
        os.kill(pid or self.process.pid, number)

    def workers(self) -> list[int]:
        return self.process.children()

    def replaced(self, before: list[int]) -> bool:
        return bool(self.workers()) and not set(self.workers()) & set(before)

    def page(self) -> str:
        answer = requests.get(self.url, timeout=30, headers={"Connection": "close"})
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def running(clone: Path, tmp_path: Path) -> Iterator[Running]:
    files = {name: (clone / name).read_bytes() for name in ("store/data/shop.toml", "templates/base.html")}
    running = Running(clone, tmp_path)
    yield running
    running.process.kill()
    for name, content in files.items():
        (clone / name).write_bytes(content)
    (clone / ".env").unlink()


BROKEN = {
    "shop.toml": ("store/data/shop.toml", 'name = "Warung"', 'name = "'),
    "market": ("store/data/shop.toml", 'country = "ID"', 'country = "SG"'),
    "template": ("templates/base.html", "</main>", "{% if %}</main>"),
    "settings": (".env", "WEB_CONCURRENCY=1", "WEB_CONCURRENCY=many"),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_reload_with_a_mistake_keeps_the_shop_as_it_was_and_says_so(running: Running, change: tuple[str, str, str]):
    running.changes(*change)
    before = running.workers()

    running.signal(signal.SIGHUP)

    wait_until(lambda: running.replaced(before) and GOES_ON in running.process.output())
    assert "<strong>Warung</strong>" in running.page()
    assert "Traceback" not in running.process.output()


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_worker_that_dies_is_replaced_by_one_that_serves_the_same(running: Running, change: tuple[str, str, str]):
    running.changes(*change)
    before = running.workers()

    running.signal(signal.SIGKILL, before[0])

    wait_until(lambda: running.replaced(before))
    assert "<strong>Warung</strong>" in running.page()


def test_a_reload_without_a_mistake_brings_the_new(running: Running):
    running.changes("store/data/shop.toml", 'name = "Warung"', 'name = "Toko"')
    running.changes("templates/base.html", "Skip to content", "To the content")
    running.changes(".env", "WEB_CONCURRENCY=1", "WEB_CONCURRENCY=3")
    before = running.workers()

    running.signal(signal.SIGHUP)

    wait_until(lambda: running.replaced(before) and len(running.workers()) == 3)
    assert "<strong>Toko</strong>" in running.page()
    assert "To the content" in running.page()


def test_a_mistake_in_a_template_is_said_by_its_line_before_any_worker_is_up(running: Running):
    running.process.kill()
    running.changes("templates/base.html", "</main>", "{% if %}</main>")

    again = Process(["gunicorn", "app:app"], running.environment, running.process.log, folder=running.clone)

    assert again.wait() == 2
    assert re.search(r"^templates/base\.html, line [0-9]+: ", again.output(), re.MULTILINE)
    assert "Traceback" not in again.output()
