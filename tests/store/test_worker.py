"""The worker goes by the clock that it was given, makes only so many looks at Xendit, and outlives what fails."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from store.rules import clock
from store.rules.schedule import WEBHOOK_WAITS
from store.worker import JOBS, Job
from store.xendit import Client, Session

from ..buyer import Buyer
from ..databases import SQLITE
from ..in_process import Sandbox, Shop, shop_app
from ..standing_clock import StandingClock
from .ending import EndingClock, Stuck


def test_its_threads_go_by_the_clock_of_the_one_that_sent_them(buyer: Buyer):
    buyer.goes_to_pay()
    now = buyer.status()["status"]

    with clock.using(StandingClock(clock.now() + timedelta(hours=1))):
        buyer.shop.works()

    assert (now, buyer.status()["status"]) == ("pending", "canceled")


def paid_unnoticed(shop: Shop) -> Buyer:
    """A buyer who has paid, of which the shop has not taken notice yet."""
    buyer = Buyer(shop)
    buyer.pays_by_qris(buyer.goes_to_pay())
    return buyer


class Stumbling:
    """Xendit's client, but a look at one session ends in a failure that nobody foresees."""

    def __init__(self, provider: Client, session_id: str):
        self._provider = provider
        self._session_id = session_id

    def get_session(self, session_id: str, *patience: object) -> Session:
        if session_id == self._session_id:
            raise RuntimeError("nobody foresaw this")
        return self._provider.get_session(session_id, *patience)

    def __getattr__(self, name: str) -> object:
        return getattr(self._provider, name)


def poison(shop: Shop, buyer: Buyer) -> None:
    """Let every look at the buyer's order end in a failure that nobody foresees."""
    shop.app.extensions["xendit"] = Stumbling(shop.app.extensions["xendit"], buyer.session_id)


def test_work_that_fails_holds_up_no_other(new_shop: Shop):
    shop = new_shop
    unlucky, other = paid_unnoticed(shop), paid_unnoticed(shop)
    poison(shop, unlucky)
    shop.sandbox.delivers()
    polled = Buyer(shop)
    polled.goes_to_pay()
    shop.sql("UPDATE orders SET hold_expires_at = '2000-01-01' WHERE token = ?", polled.order.rpartition("/")[2])
    shop.make_everything_due()

    went_well = shop.worker().run_once()

    assert not went_well
    assert [each.status()["status"] for each in (unlucky, other, polled)] == ["pending", "paid", "canceled"]


def test_a_database_that_cannot_be_written_is_one_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    shop = Shop(tmp_path, Sandbox(), SQLITE)
    paid_unnoticed(shop)
    shop.sandbox.delivers()
    shop.make_everything_due()
    shop.app = shop_app(tmp_path, shop.sandbox, DATABASE_URL=f"sqlite:///file:{tmp_path / 'shop.db'}?mode=ro&uri=true")
    ending = EndingClock(50, lambda: worker.stop())

    with clock.using(ending), caplog.at_level(logging.ERROR):
        worker = shop.worker()
        worker.run()

    (record,) = caplog.records
    assert record.exc_info is None
    assert record.getMessage().endswith("cannot be used: attempt to write a readonly database")


def test_who_only_reads_does_not_take_a_full_disk_for_well_again(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    shop = Shop(tmp_path, Sandbox(), SQLITE)
    shop.app = shop_app(tmp_path, shop.sandbox, DATABASE_URL=f"sqlite:///file:{tmp_path / 'shop.db'}?mode=ro&uri=true")
    looks = 0

    def take(_limit: int) -> list[int]:
        nonlocal looks
        looks += 1
        if looks % 2:
            raise OperationalError("UPDATE", None, Exception("the disk is full"))
        return []

    ending = EndingClock(50, lambda: worker.stop())
    with clock.using(ending), caplog.at_level(logging.INFO, logger="store.worker"):
        worker = shop.worker(Job("letters", 0.25, 1, take, Stuck()))
        worker.run()

    (record,) = caplog.records
    assert record.getMessage().endswith("which cannot be used: the disk is full")
    assert looks > 2


def test_a_worker_goes_on_once_the_database_is_back(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    shop = Shop(tmp_path, Sandbox(), SQLITE)
    buyer = paid_unnoticed(shop)
    shop.sandbox.delivers()
    shop.sql("ALTER TABLE webhook_events RENAME TO away")
    ending = EndingClock(20, lambda: worker.stop())
    ending.after(10, lambda: shop.sql("ALTER TABLE away RENAME TO webhook_events"))

    with clock.using(ending), caplog.at_level(logging.INFO, logger="store.worker"):
        worker = shop.worker()
        worker.run()

    assert buyer.status()["status"] == "paid"
    assert [record.getMessage() for record in caplog.records] == [
        "the worker waits for the database, which cannot be used: no such table: webhook_events",
        "the worker uses the database again",
    ]


def test_a_database_that_fails_each_kind_of_work_in_another_way_is_one_line_too(
    shop: Shop, caplog: pytest.LogCaptureFixture
):
    def without_database(name: str) -> Job:
        def take(_limit: int) -> list[int]:
            raise OperationalError("SELECT", None, Exception(f"{name} cannot be read"))

        return Job(name, 0.25, 1, take, Stuck())

    ending = EndingClock(30, lambda: worker.stop())
    with clock.using(ending), caplog.at_level(logging.INFO, logger="store.worker"):
        worker = shop.worker(without_database("letters"), without_database("refunds"))
        worker.run()

    (record,) = caplog.records
    assert record.getMessage().endswith("which cannot be used: letters cannot be read")


def test_an_event_that_fails_each_time_is_given_up_after_its_tries(new_shop: Shop):
    shop = new_shop
    poison(shop, paid_unnoticed(shop))
    shop.sandbox.delivers()
    shop.sql("UPDATE attempts SET next_check_at = NULL")
    passes = 0

    while shop.sql("SELECT id FROM webhook_events WHERE processed_at IS NULL") and passes < 50:
        shop.make_everything_due()
        shop.worker().run_once()
        passes += 1

    assert passes == len(WEBHOOK_WAITS) + 2


def test_a_broken_inbox_stops_no_checks_and_is_not_asked_again_and_again(new_shop: Shop):
    shop = new_shop
    buyer = paid_unnoticed(shop)
    shop.make_everything_due()
    shop.sql("ALTER TABLE webhook_events RENAME TO away")
    asked: list[float] = []
    inbox, checks = JOBS[:2]
    watched = inbox._replace(take=lambda limit: asked.append(clock.monotonic()) or inbox.take(limit))
    ending = EndingClock(5 * 8, lambda: worker.stop())

    with clock.using(ending):
        worker = shop.worker(watched, checks)
        worker.run()

    assert buyer.status()["status"] == "paid"
    assert asked == [0.0, 2.0, 4.0, 6.0, 8.0]
