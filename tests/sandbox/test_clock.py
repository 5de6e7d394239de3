"""The sandbox's clock: what exists follows it; a new session is judged by the caller's real time.

And nothing in the sandbox looks at another clock, or throws dice of its own.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox import clock

SANDBOX = Path(clock.__file__).parent
# The clock, and the source of ids, of which each sandbox has its own. The ticker waits for what other threads
# announce and looks again after a while; a socket's other end lives in real time, and so does a shop that is examined.
MAY_TAKE_TIME_AND_CHANCE = {
    "clock.py": {"import time", "datetime.now"},
    "contract/ids.py": {"import random", "import uuid"},
    "ticker.py": {".wait("},
    "examiner/judge.py": {"import time", ".wait("},
    "examiner/plays.py": {"import time"},
    "examiner/provider.py": {"import time", ".wait("},
    "webhooks/courier.py": {"Timer("},
}
TAKES_THEM = re.compile(
    r"^ *(?:import|from) (?:time|random|secrets|uuid)\b"
    r"|datetime\.(?:now|utcnow|today)|date\.today|urandom|Timer\(|\.wait\(",
    re.MULTILINE,
)
MONTH = timedelta(days=30)


def in_an_hour():
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize("sent", [{}, {"expires_at": in_an_hour()}])
def test_a_session_expires_when_the_clock_jumps_over_its_time(merchant, receiver, time, sent):
    session = merchant.create(**sent)

    time.jump(timedelta(hours=1, minutes=1))

    receiver.wait_for(session, "payment_session.expired")
    assert merchant.session(session)["status"] == "EXPIRED"


@pytest.mark.parametrize("sent", [{}, {"expires_at": in_an_hour()}])
def test_a_session_made_after_a_jump_lives_as_long_as_any(merchant, time, sent):
    time.jump(MONTH)

    session = merchant.create(**sent)

    assert session["status"] == "ACTIVE"
    assert {name: session[name] for name in sent} == sent
    time.jump(timedelta(minutes=29))
    assert merchant.session(session)["status"] == "ACTIVE"
    time.jump(timedelta(minutes=32))
    assert merchant.session(session)["status"] == "EXPIRED"


def test_a_new_session_too_short_in_real_time_is_refused_after_a_jump_too(merchant, time):
    time.jump(MONTH)

    soon = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()

    assert merchant.refused(expires_at=soon).json()["error_code"] == "INVALID_EXPIRY_DATE"


def test_nothing_expires_while_the_clock_stands(merchant, time):
    time.stop()
    first = merchant.create()
    time.jump(timedelta(minutes=29))

    second = merchant.create()

    assert datetime.fromisoformat(second["created"]) - datetime.fromisoformat(first["created"]) == timedelta(minutes=29)
    assert merchant.session(first)["status"] == "ACTIVE"


def test_a_stopped_clock_goes_on_from_where_it_stood(time):
    time.stop()
    time.jump(MONTH)
    stood_at = time.now()

    time.go()

    assert timedelta(0) <= time.now() - stood_at < timedelta(seconds=5)
    assert not time.is_stopped


@pytest.mark.parametrize("gap", [timedelta(seconds=-1), timedelta(days=365 * 8000)])
def test_the_clock_jumps_neither_back_nor_out_of_the_calendar(time, gap):
    with pytest.raises(ValueError, match="jumps"):
        time.jump(gap)


@pytest.mark.parametrize(
    "expires_at", ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
def test_a_moment_outside_the_calendar_is_refused(merchant, expires_at):
    assert merchant.refused(expires_at=expires_at).json()["error_code"] == "INVALID_EXPIRY_DATE"


@pytest.mark.parametrize("path", sorted(SANDBOX.rglob("*.py")), ids=lambda path: path.relative_to(SANDBOX).as_posix())
def test_time_and_chance_are_given_and_never_taken(path):
    taken = {found.strip() for found in TAKES_THEM.findall(path.read_text(encoding="utf-8"))}

    assert taken == MAY_TAKE_TIME_AND_CHANCE.get(path.relative_to(SANDBOX).as_posix(), set())
