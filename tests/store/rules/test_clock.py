"""The shop's one clock, and that nothing in it looks at another."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.rules import clock

from ...standing_clock import NEW_YEAR, StandingClock

STORE = Path(clock.__file__).parent.parent
# The client can be lifted out of the shop, so without a clock it goes by the machine's; the shop gives it the one.
MAY_TAKE_TIME_AND_CHANCE = ("rules/clock.py", "rules/chance.py", "xendit/client.py", "demo.py")
TAKES_THEM = re.compile(
    r"^\s*(import|from) (time|random|secrets|uuid)\b|datetime\.(now|utcnow)|date\.today|urandom", re.MULTILINE
)


def test_the_clock_is_this_machines_in_utc():
    before = datetime.now(UTC)

    moment = clock.now()

    assert before <= moment <= datetime.now(UTC)
    assert moment.utcoffset() == timedelta(0)


def test_all_three_come_from_the_clock_that_is_put_in_its_place():
    started = time.monotonic()

    with clock.using(StandingClock()):
        clock.sleep(3600)
        then, passed = clock.now(), clock.monotonic()

    assert (then, passed) == (NEW_YEAR + timedelta(hours=1), 3600)
    assert time.monotonic() - started < 60


def test_who_waits_goes_on_when_it_happens():
    happened = threading.Event()
    threading.Timer(0.05, happened.set).start()

    clock.wait(happened, 600)

    assert happened.is_set()


def test_after_the_block_the_clock_before_it_goes_on():
    outer, inner = StandingClock(), StandingClock(NEW_YEAR + timedelta(days=9))

    with clock.using(outer):
        with clock.using(inner):
            clock.sleep(1)
        after = clock.now()

    assert after == NEW_YEAR
    assert clock.now() != NEW_YEAR


def test_shops_beside_each_other_have_a_clock_each():
    def spend(hours: int) -> datetime:
        with clock.using(StandingClock()):
            for _ in range(hours):
                clock.sleep(3600)
            return clock.now()

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(spend, range(40)))

    assert ends == [NEW_YEAR + timedelta(hours=hours) for hours in range(40)]


@pytest.mark.parametrize("path", sorted(STORE.rglob("*.py")), ids=lambda path: str(path.relative_to(STORE)))
def test_time_and_chance_are_given_and_never_taken(path: Path):
    may = path.relative_to(STORE).as_posix() in MAY_TAKE_TIME_AND_CHANCE

    assert may or not TAKES_THEM.search(path.read_text(encoding="utf-8"))
