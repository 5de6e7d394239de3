"""Every duration that decides about an order, and when the worker looks at an attempt next.

Pure rules: no Flask, no database.
"""

from datetime import datetime, timedelta

from .status import SETTLED_ATTEMPT, AttemptStatus

# How many minutes the merchant may have an order's stock held. Xendit refuses a session that ends
# less than 10 minutes ahead (CONTRACT 1.4); a minute to spare.
HOLD_MINUTES = range(11, 24 * 60 + 1)
# The same 10 minutes, and what it takes to tell Xendit. A buyer who pays with less of the hold left gets a new one.
LEAST_SESSION = timedelta(minutes=10, seconds=30)
# Xendit publishes no upper bound; seen was one of 24 hours (CONTRACT 2.1), by its own clock.
LONGEST_SESSION = timedelta(hours=23, minutes=55)
# However often a buyer goes to pay, the goods are held at most so many times as long as the merchant says.
MOST_HOLDS = 3

# A create call ends after 10 seconds at the latest; a SENT attempt older than this has lost its caller.
IN_FLIGHT = timedelta(seconds=12)
# A session that was once seen does not vanish: that Xendit knows none is an outage, until it has said so for so long,
# and in so many looks one after another, about a session whose time is over.
UNKNOWN_FOR = timedelta(hours=1)
UNKNOWN_LOOKS = 5

# While one worker works on an event or an attempt, no other takes it; if that worker dies, another does after this.
LEASE = timedelta(seconds=30)
# Waiting times after a webhook whose look settled nothing yet; after the last one, polling is left to find it.
WEBHOOK_WAITS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15, 30, 60, 120, 300))

# News of money that names no attempt of ours makes each open one due at once, and then not again for so long.
HINTS_APART = timedelta(minutes=1)

# An order row was committed, but the process died before it called Xendit.
UNSENT_FOR = timedelta(minutes=2)

# While a session can be paid: soon after it opened, then often enough that an order whose
# webhooks were all lost is settled within a minute.
FIRST_LOOKS = tuple(timedelta(seconds=seconds) for seconds in (10, 20, 30))
THEN_EVERY = timedelta(seconds=45)
GRACE = timedelta(seconds=2)

# Reads for buyers who look at their order: one in so many seconds, after a few that may come at once.
LOOK_EVERY = timedelta(seconds=5)
LOOKS_AT_ONCE = 3

# After its end: money that comes late. Xendit's last retry of a webhook is 24 hours after the first.
LATE_LOOKS = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=25),
    *(timedelta(days=days) for days in range(2, 8)),
)

# After a look that failed, because Xendit did not answer; twice as long after each more of them, up to the second.
# That is no longer than between two looks that went well: money is seen within a minute after Xendit is back, however
# long it was away. Meanwhile the breaker keeps calls apart.
TRY_AGAIN_AFTER = timedelta(seconds=20)
TRY_AGAIN_AFTER_MOST = THEN_EVERY
# Times so much, so that not all come at once when Xendit is back.
TRY_AGAIN_SPREAD = (0.8, 1.2)

# A refund is looked at after so long, then after as long again as it is under way: banks take days.
FIRST_REFUND_LOOK = timedelta(seconds=10)
# One that Xendit does not have is sent again, with the same key, until it was tried for so long and so often.
SEND_REFUND_FOR = timedelta(hours=24)
SEND_REFUND_TIMES = 8

# So long after the end of the hold, and after so many looks that failed one after another, a closing order is canceled
# without Xendit's word. A clock that leaps brings the time about, but not the looks.
GIVE_UP_CLOSING = timedelta(hours=24)
GIVE_UP_LOOKS = 20
# Money that is reserved waits for the merchant to capture it, for a week at most (CONTRACT 5.3).
CAPTURE_LOOKS_EVERY = timedelta(minutes=5)

# Nothing is ever planned further ahead than this. What is, was planned before the clock went back, and is due now.
FURTHEST_WHILE_OPEN = max(UNSENT_FOR, TRY_AGAIN_AFTER_MOST * TRY_AGAIN_SPREAD[1], CAPTURE_LOOKS_EVERY)
FURTHEST = timedelta(days=1)
FURTHEST_WEBHOOK = max(LEASE, *WEBHOOK_WAITS)


def hold_length(hold_minutes: int) -> timedelta:
    """Return how long the goods are held for a buyer who goes to pay: no longer than a session can live."""
    return min(timedelta(minutes=hold_minutes), LONGEST_SESSION)


def hold_end(placed_at: datetime, hold_minutes: int, now: datetime) -> datetime:
    """Return until when the goods of an order are held for a buyer who goes to pay now."""
    return min(now + hold_length(hold_minutes), placed_at + MOST_HOLDS * timedelta(minutes=hold_minutes))


def session_end(hold_expires_at: datetime, placed_at: datetime, hold_minutes: int, now: datetime) -> datetime | None:
    """Return when a session would end that is made now, with a new hold if need be; None if none can be made."""
    end = hold_expires_at
    if end < now + LEAST_SESSION:
        end = hold_end(placed_at, hold_minutes, now)
    return end if end >= now + LEAST_SESSION else None


def is_in_flight(sent_at: datetime, now: datetime) -> bool:
    """Tell whether somebody may still wait for the answer to a create call, whichever way the clock was set since."""
    return abs(now - sent_at) < IN_FLIGHT


def spent_by_look(spent_until: datetime | None, now: datetime) -> datetime | None:
    """Return until when the looks for buyers are spent once one more is made; None if it must not be made yet."""
    most = now + LOOKS_AT_ONCE * LOOK_EVERY
    if spent_until is None or spent_until > most:  # later than ever written: the clock went back
        spent_until = now
    spent_until = max(spent_until, now) + LOOK_EVERY
    return spent_until if spent_until <= most else None


def next_check(status: AttemptStatus, sent_at: datetime | None, expires_at: datetime, now: datetime) -> datetime | None:
    """Return when to look at an attempt in this state again; None means never.

    However the clock was set since `sent_at` and `expires_at` were written, that is no further ahead than `FURTHEST`.
    """
    if status in SETTLED_ATTEMPT:
        return None
    if status == AttemptStatus.NEW:
        return now + UNSENT_FOR
    may_open = status in (AttemptStatus.SENT, AttemptStatus.SUSPECT)
    if sent_at and (status == AttemptStatus.ACTIVE or (may_open and expires_at > now)):
        return _while_open(sent_at, expires_at, now)
    looks = (expires_at + late for late in LATE_LOOKS)
    return next((min(look, now + FURTHEST) for look in looks if look > now), None)


def next_capture_check(expires_at: datetime, now: datetime) -> datetime:
    """Return when to look again whether reserved money was captured, or went back."""
    return _or_at_the_end(now + CAPTURE_LOOKS_EVERY, expires_at, now)


def try_again_after(failed_looks: int) -> timedelta:
    """Return how long to wait after so many looks, at least one, that failed one after another, before the spread."""
    doublings = min(failed_looks - 1, 10)  # many more than it takes to reach the most
    return min(TRY_AGAIN_AFTER * 2**doublings, TRY_AGAIN_AFTER_MOST)


def is_gone(unknown_since: datetime, failed_looks: int, expires_at: datetime, now: datetime) -> bool:
    """Tell whether Xendit has said for long enough that it does not know a session which it once made."""
    return max(unknown_since + UNKNOWN_FOR, expires_at) <= now and failed_looks >= UNKNOWN_LOOKS


def is_to_be_given_up(failed_looks: int, hold_expires_at: datetime, now: datetime) -> bool:
    """Tell whether a closing order ends without Xendit's word."""
    return hold_expires_at + GIVE_UP_CLOSING <= now and failed_looks >= GIVE_UP_LOOKS


def next_refund_look(sent_at: datetime, failed_looks: int, now: datetime) -> datetime:
    """Return when to look at an open refund again; after looks that failed one after another, sooner than otherwise."""
    wait = max(now - sent_at, FIRST_REFUND_LOOK)
    if failed_looks:
        wait = min(wait, FIRST_REFUND_LOOK * 2 ** min(failed_looks, 20))  # soon more than the most
    return now + min(wait, FURTHEST)


def is_refund_given_up(sent_at: datetime, failed_looks: int, now: datetime) -> bool:
    """Tell whether a refund that Xendit does not have is not sent again. One jump of the clock is not enough."""
    return now >= sent_at + SEND_REFUND_FOR and failed_looks >= SEND_REFUND_TIMES


def _while_open(sent_at: datetime, expires_at: datetime, now: datetime) -> datetime:
    looks = (sent_at + early for early in FIRST_LOOKS)
    following = min(next((look for look in looks if look > now), now + THEN_EVERY), now + THEN_EVERY)
    return _or_at_the_end(following, expires_at, now)


def _or_at_the_end(following: datetime, expires_at: datetime, now: datetime) -> datetime:
    """Return that moment, or the end of the session if that comes first and is still to come."""
    at_the_end = expires_at + GRACE
    return min(following, at_the_end) if at_the_end > now else following
