"""A database that cannot be used: held by another process, on a full disk, put away, read-only: calm pages."""

import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from store.sqlite import SAFE_WAL, driver

from ..at_once import all_at_once
from ..buyer import DETAILS, Buyer
from ..databases import SQLITE, only_sqlite
from ..events import session_event
from ..pages import Page
from ..ports import free_port
from ..processes import Process, Shop
from ..spoiling_proxy import Spoiled, SpoilingProxy
from ..waiting import wait_until

SHORT = 3  # seconds, which a shop waits
LIMIT = 256 * 1024  # bytes
UNLIMITED = resource.RLIM_INFINITY
WAITS = "the worker waits for the database"
GOES_ON = "the worker uses the database again"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, provider: SpoilingProxy, database: str) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), provider.url, database=database)
    yield shop
    shop.stop()


@contextmanager
def held(shop: Shop, *statements: str) -> Iterator[driver.Connection]:
    """This process holds meanwhile what these statements take."""
    with closing(driver.connect(shop.database.path, isolation_level=None, check_same_thread=False)) as other:
        for statement in statements:
            other.execute(statement).fetchall()
        yield other


class Crowd:
    """Buyers at every step, and the webhook of one who has just paid; `press` is what all of them do at once."""

    def __init__(self, shop: Shop, provider: SpoilingProxy):
        self.shop = shop
        self.new, self.going, self.leaving, self.back = (Buyer(shop) for _ in range(4))
        for buyer in (self.going, self.leaving, self.back):
            buyer.goes_to_pay()
        self.new.adds()
        self.checkout = self.new.opens("/checkout").form("/checkout")
        self.cancel = self.leaving.opens(self.leaving.order).form("/cancel")
        self.event = session_event("completed", provider.complete(self.back.session_id))

    def press(self) -> dict[str, requests.Response]:
        steps = {
            "checkout": lambda: self.new.sends(self.checkout, **DETAILS),
            "cancel": lambda: self.leaving.sends(self.cancel),
            "return": lambda: self.going.gets("{order}/complete"),
            "home": lambda: self.new.gets("/"),
            "webhook": lambda: self.shop.send_webhook(self.event),
        }
        return dict(zip(steps, all_at_once(list(steps.values())), strict=True))

    def goes_on(self) -> None:
        """All of it works now, and nothing has happened twice."""
        assert statuses(self.press()) == WELL
        self.back.waits_until("paid")
        self.leaving.waits_until("canceled")


WELL = {"checkout": 303, "cancel": 303, "return": 200, "home": 200, "webhook": 200}
NOT_NOW = {**WELL, "checkout": 503, "cancel": 503, "webhook": 503}


def statuses(answers: dict[str, requests.Response]) -> dict[str, int]:
    return {step: answer.status_code for step, answer in answers.items()}


def see_calm_pages(answers: dict[str, requests.Response]) -> None:
    """Who typed something has it still, and knows when to try again."""
    for step in ("checkout", "cancel"):
        assert answers[step].headers["Retry-After"] == "30"
        assert "No money was taken" in answers[step].text or "no money was taken" in answers[step].text
    assert Page(answers["checkout"]).form("/checkout").fields["city"] == DETAILS["city"]
    assert Page(answers["cancel"]).form("/cancel")


def see_calm_logs(shop: Shop) -> None:
    for process in (shop.process, shop.worker):
        assert "Traceback" not in process.output()


@only_sqlite
def test_a_hold_of_3_seconds_is_waited_out(shop: Shop, provider: SpoilingProxy):
    crowd = Crowd(shop, provider)
    with held(shop, "BEGIN IMMEDIATE") as other:
        end = time.monotonic() + SHORT

        def let_go() -> None:
            time.sleep(end - time.monotonic())
            other.rollback()

        answers, _ = all_at_once([crowd.press, let_go])

    assert statuses(answers) == WELL
    crowd.back.waits_until("paid")
    see_calm_logs(shop)


def test_a_hold_that_does_not_end_is_a_calm_page_and_all_goes_on_behind_it(shop: Shop, provider: SpoilingProxy):
    crowd = Crowd(shop, provider)
    with shop.database.held():
        answers, again = crowd.press(), crowd.press()

    assert statuses(answers) == statuses(again) == NOT_NOW
    see_calm_pages(answers)
    crowd.goes_on()
    see_calm_logs(shop)


@only_sqlite
def test_a_hold_that_begins_while_xendit_makes_the_session_loses_no_order(shop: Shop, provider: SpoilingProxy):
    buyer = Buyer(shop)
    buyer.adds()
    with held(shop) as other:
        provider.will("create", Spoiled(before_answer=lambda session: other.execute("BEGIN IMMEDIATE")))

        answer = buyer.checks_out()

    assert (answer.status_code, answer.headers["location"]) == (303, urlsplit(buyer.order).path)
    number = buyer.status()["number"]
    link = buyer.presses("pay").headers["location"]
    assert link == provider.session_for(f"{number}-A1")["payment_link_url"]
    assert provider.created(number) == [f"{number}-A1"]


@contextmanager
def full_disk(shop: Shop) -> Iterator[None]:
    """No file of the shop's grows meanwhile. Its journal is long already, and who reads lets it not begin anew."""
    with held(shop, "BEGIN", "SELECT * FROM products"):
        journal = Path(f"{shop.database.path}-wal")
        while journal.stat().st_size <= LIMIT:
            shop.sql("UPDATE products SET stock = stock")
        processes = [pid for process in (shop.process, shop.worker) for pid in (process.pid, *process.children())]
        before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (LIMIT, UNLIMITED)) for pid in processes}
        try:
            yield
        finally:
            for pid, limit in before.items():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


def health(shop: Shop) -> int:
    return shop.browser().get(f"{shop.url}/healthz", timeout=30).status_code


def outages(shop: Shop) -> tuple[int, int]:
    """How often the worker has said that it cannot use the database, and that it can again."""
    log = shop.worker.output()
    return log.count(WAITS), log.count(GOES_ON)


@only_sqlite
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Only Linux limits the files of another process.")
def test_a_full_disk_is_a_calm_page_and_one_line_of_the_workers_and_all_goes_on_behind_it(
    shop: Shop, provider: SpoilingProxy
):
    crowd = Crowd(shop, provider)
    waits, goes_on = outages(shop)
    with full_disk(shop):
        answers = crowd.press()
        shop.make_everything_due()
        wait_until(lambda: health(shop) == 503)
        wait_until(lambda: outages(shop) == (waits + 1, goes_on))

    assert statuses(answers) == NOT_NOW
    see_calm_pages(answers)
    wait_until(lambda: health(shop) == 200)
    wait_until(lambda: outages(shop) == (waits + 1, goes_on + 1))
    crowd.goes_on()
    see_calm_logs(shop)
    assert shop.sql("PRAGMA integrity_check") == [("ok",)]


@only_sqlite
def test_a_database_that_is_put_away_is_a_calm_page_and_one_line_of_the_workers(shop: Shop, provider: SpoilingProxy):
    crowd = Crowd(shop, provider)
    waits, goes_on = outages(shop)
    file = shop.database.path
    away = file.rename(file.with_name("away.db"))
    answers = crowd.press()
    wait_until(lambda: health(shop) == 503)
    wait_until(lambda: outages(shop) == (waits + 1, goes_on))
    away.rename(file)

    assert set(statuses(answers).values()) == {503}
    assert Page(answers["checkout"]).form("/checkout").fields["city"] == DETAILS["city"]
    wait_until(lambda: outages(shop) == (waits + 1, goes_on + 1))
    crowd.goes_on()
    see_calm_logs(shop)


@only_sqlite
@pytest.mark.parametrize("command", [["gunicorn", "app:app"], ["flask", "--app", "app", "worker"]], ids=" ".join)
def test_on_a_read_only_database_no_program_starts_and_one_line_says_why(
    shop: Shop, tmp_path: Path, command: list[str]
):
    url = f"sqlite:///file:{shop.database.path}?mode=ro&uri=true"
    environment = {**shop.environment, "PORT": str(free_port()), "DATABASE_URL": url}

    program = Process(command, environment, tmp_path / "log")

    assert program.wait() != 0
    assert program.output() == ("The database of DATABASE_URL cannot be used: attempt to write a readonly database.\n")


def test_an_old_library_is_said_once_at_the_start(provider: SpoilingProxy, tmp_path: Path):
    if sqlite3.sqlite_version_info >= SAFE_WAL:
        pytest.skip("Python's own SQLite is new enough.")
    (tmp_path / "pysqlite3.py").write_text("raise ImportError('as where it cannot be installed')")

    shop = Shop(tmp_path, provider.url, database=SQLITE, with_worker=False, PYTHONPATH=str(tmp_path))

    try:
        assert shop.process.output().count("writers wait for readers: install pysqlite3") == 1
        assert Buyer(shop).opens("/").status == 200
        assert shop.sql("PRAGMA journal_mode") == [("delete",)]
    finally:
        shop.stop()
