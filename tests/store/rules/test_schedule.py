"""When the worker looks at an attempt again."""

from datetime import UTC, datetime, timedelta

import pytest

from store.rules.schedule import (
    FURTHEST,
    FURTHEST_WHILE_OPEN,
    GIVE_UP_CLOSING,
    GIVE_UP_LOOKS,
    GRACE,
    IN_FLIGHT,
    LATE_LOOKS,
    LEAST_SESSION,
    LOOK_EVERY,
    LOOKS_AT_ONCE,
    THEN_EVERY,
    UNKNOWN_FOR,
    UNKNOWN_LOOKS,
    UNSENT_FOR,
    hold_end,
    is_gone,
    is_in_flight,
    is_to_be_given_up,
    next_capture_check,
    next_check,
    session_end,
    spent_by_look,
    try_again_after,
)
from store.rules.status import OPEN_ATTEMPT, SETTLED_ATTEMPT, AttemptStatus
from store.xendit.client import CREATE

SENT = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
END = SENT + timedelta(minutes=30)


def after(**duration: int) -> datetime:
    return SENT + timedelta(**duration)


WHILE_OPEN = {
    "at once": (SENT, after(seconds=10)),
    "after the first look": (after(seconds=10), after(seconds=20)),
    "after the second": (after(seconds=20), after(seconds=30)),
    "then every 45 seconds": (after(seconds=30), after(seconds=75)),
    "much later": (after(minutes=20), after(minutes=20, seconds=45)),
    "just before the end": (after(minutes=29, seconds=50), END + timedelta(seconds=2)),
}
AFTER_THE_END = {
    "ended early": (after(minutes=1), END + timedelta(seconds=30)),
    "30 seconds late": (END + timedelta(seconds=30), END + timedelta(minutes=5)),
    "5 minutes late": (END + timedelta(minutes=5), END + timedelta(hours=1)),
    "an hour late": (END + timedelta(hours=1), END + timedelta(hours=6)),
    "6 hours late": (END + timedelta(hours=6), END + timedelta(hours=25)),
    "after xendit's last retry": (END + timedelta(hours=25), END + timedelta(days=2)),
    "6 days late": (END + timedelta(days=6), END + timedelta(days=7)),
    "a week late": (END + timedelta(days=7), None),
}


@pytest.mark.parametrize("status", [AttemptStatus.SENT, AttemptStatus.ACTIVE])
@pytest.mark.parametrize(("now", "expected"), WHILE_OPEN.values(), ids=WHILE_OPEN)
def test_an_open_session_is_looked_at_soon_and_then_often(status: AttemptStatus, now: datetime, expected: datetime):
    assert next_check(status, SENT, END, now) == expected


def test_a_session_that_is_open_past_its_end_is_still_looked_at_often():
    now = END + timedelta(minutes=1)

    assert next_check(AttemptStatus.ACTIVE, SENT, END, now) == now + timedelta(seconds=45)


LOOKED_AT_LATE = [AttemptStatus.EXPIRED, AttemptStatus.CANCELED, AttemptStatus.REJECTED]


def test_an_attempt_whose_call_was_never_answered_is_not_looked_at_for_ever():
    assert next_check(AttemptStatus.SENT, SENT, END, END + timedelta(minutes=1)) == END + timedelta(minutes=5)
    assert next_check(AttemptStatus.SENT, SENT, END, END + timedelta(days=7)) is None


@pytest.mark.parametrize("status", LOOKED_AT_LATE)
@pytest.mark.parametrize(("now", "expected"), AFTER_THE_END.values(), ids=AFTER_THE_END)
def test_an_ended_session_is_looked_at_for_a_week_in_case_money_comes_late(
    status: AttemptStatus, now: datetime, expected: datetime | None
):
    assert next_check(status, SENT, END, now) == expected


@pytest.mark.parametrize("status", sorted(SETTLED_ATTEMPT))
@pytest.mark.parametrize("now", [SENT, END, END + timedelta(days=1)], ids=["open", "end", "later"])
def test_a_settled_attempt_is_never_looked_at_again(status: AttemptStatus, now: datetime):
    assert next_check(status, SENT, END, now) is None


def test_no_minute_of_an_open_session_passes_without_a_look():
    looks, now = [], SENT

    while now < END:
        now = next_check(AttemptStatus.ACTIVE, SENT, END, now)
        looks.append(now)

    gaps = [later - earlier for earlier, later in zip([SENT, *looks], looks, strict=False)]
    assert max(gaps) < timedelta(minutes=1)


def test_a_create_call_has_ended_before_it_counts_as_lost():
    assert timedelta(seconds=CREATE.total) < IN_FLIGHT


@pytest.mark.parametrize(
    ("passed", "may_be"),
    [(timedelta(0), True), (IN_FLIGHT, False), (-IN_FLIGHT, False), (IN_FLIGHT / 2, True)],
    ids=str,
)
def test_an_answer_may_come_until_no_call_lasts_any_longer(passed: timedelta, may_be: bool):
    assert is_in_flight(SENT, SENT + passed) is may_be


def test_at_its_very_end_a_session_is_planned_as_one_that_has_ended():
    assert next_check(AttemptStatus.SENT, SENT, END, END) == END + LATE_LOOKS[0]
    assert next_check(AttemptStatus.ACTIVE, SENT, END, END + GRACE) == END + GRACE + THEN_EVERY


@pytest.mark.parametrize(
    ("after_minutes", "hold", "end"),
    [(0, 30, 30), (25, 30, 55), (59, 30, 89), (61, 30, 90), (89, 30, 90), (0, 11, 11), (0, 1440, 1435)],
)
def test_a_hold_ends_at_most_three_holds_after_the_order(after_minutes: int, hold: int, end: int):
    assert hold_end(SENT, hold, after(minutes=after_minutes)) == after(minutes=end)


@pytest.mark.parametrize(
    ("held", "now", "end"),
    [
        (30, timedelta(0), 30), (30, timedelta(minutes=30) - LEAST_SESSION, 30),
        (30, timedelta(minutes=30, seconds=1) - LEAST_SESSION, 49.5 + 1 / 60),
        (90, timedelta(minutes=90) - LEAST_SESSION, 90), (90, timedelta(minutes=90, seconds=1) - LEAST_SESSION, None),
        (60, timedelta(minutes=90) - LEAST_SESSION, 90), (60, timedelta(minutes=90, seconds=1) - LEAST_SESSION, None),
    ],
)  # fmt: skip
def test_a_session_ends_with_its_hold_or_a_new_one_and_is_never_too_short(held: int, now: timedelta, end: float | None):
    expected = None if end is None else SENT + timedelta(minutes=end)

    assert session_end(after(minutes=held), SENT, 30, SENT + now) == expected


def test_reserved_money_is_looked_at_every_five_minutes_and_at_the_end_of_its_session():
    assert next_capture_check(END, SENT) == after(minutes=5)
    assert next_capture_check(END, END - timedelta(minutes=1)) == END + GRACE
    assert next_capture_check(END, END + GRACE) == END + GRACE + timedelta(minutes=5)


def test_a_closing_order_is_given_up_after_long_and_many_looks():
    late, looks, second = GIVE_UP_CLOSING, GIVE_UP_LOOKS, timedelta(seconds=1)

    assert is_to_be_given_up(looks, SENT, SENT + late)
    assert is_to_be_given_up(looks + 1, SENT, SENT + late + second)
    assert not is_to_be_given_up(looks - 1, SENT, SENT + late)
    assert not is_to_be_given_up(looks, SENT, SENT + late - second)


def test_a_few_looks_may_come_at_once_and_then_one_in_some_seconds():
    spent_until, seen = None, []

    for second in range(60):
        spent = spent_by_look(spent_until, after(seconds=second))
        if spent:
            spent_until = spent
            seen.append(second)

    steady = 60 / LOOK_EVERY.total_seconds()
    assert seen[:LOOKS_AT_ONCE] == list(range(LOOKS_AT_ONCE))
    assert steady <= len(seen) <= steady + LOOKS_AT_ONCE


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=2)], ids=str)
@pytest.mark.parametrize("status", sorted(set(AttemptStatus) - SETTLED_ATTEMPT))
def test_nothing_is_planned_further_ahead_than_ever_though_the_clock_went_back(status: AttemptStatus, back: timedelta):
    furthest = FURTHEST_WHILE_OPEN if status in OPEN_ATTEMPT else FURTHEST
    now = SENT - back

    assert now < next_check(status, SENT, END, now) <= now + furthest


def test_an_attempt_whose_call_was_never_made_is_looked_at_soon():
    assert next_check(AttemptStatus.NEW, None, END, SENT) == SENT + UNSENT_FOR


def test_in_one_instant_as_many_looks_are_made_as_may_come_at_once():
    spent_until = None
    for _ in range(LOOKS_AT_ONCE):
        spent_until = spent_by_look(spent_until, SENT)

    assert spent_until == SENT + LOOKS_AT_ONCE * LOOK_EVERY
    assert spent_by_look(spent_until, SENT) is None


def test_buyers_are_looked_up_though_the_clock_went_back():
    assert spent_by_look(after(hours=1), SENT) == SENT + LOOK_EVERY


def test_looks_that_fail_come_less_often_but_no_rarer_than_those_that_go_well():
    waits = [try_again_after(failed).total_seconds() for failed in (1, 2, 3, 4, 5, 6, 5000)]

    assert waits == [20, 40, 45, 45, 45, 45, 45]


@pytest.mark.parametrize(
    ("unknown_for", "ended_for", "looks", "expected"),
    [
        (UNKNOWN_FOR, timedelta(0), UNKNOWN_LOOKS, True),
        (UNKNOWN_FOR - timedelta(seconds=1), timedelta(days=1), UNKNOWN_LOOKS, False),
        (timedelta(days=1), timedelta(seconds=-1), UNKNOWN_LOOKS, False),
        (timedelta(days=1), timedelta(days=1), UNKNOWN_LOOKS - 1, False),  # the clock jumped
    ],
)
def test_a_session_is_gone_once_xendit_has_not_known_it_for_long_and_often_and_its_time_is_over(
    unknown_for: timedelta, ended_for: timedelta, looks: int, expected: bool
):
    assert is_gone(END - unknown_for, looks, END - ended_for, END) == expected
