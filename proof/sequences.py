"""R3: every sequence of up to five of the things that may come to an order once it can be paid.

They are played as a tree: where a sequence goes on in seven ways, the world goes back to that moment for each of them.
The oracle looks after each event, and so at each sequence.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import product, repeat

import requests

from store.database import db, release
from store.models import Order
from store.orders import checks, inbox
from store.orders.checkout import place_order
from store.orders.paying import start
from store.orders.settling import close, look
from store.web.orders import BUYER_WAITS
from tests.buyer import COFFEE

from .cores import on_all_cores
from .invariants import Oracle
from .moment import Moment
from .steps import SITI, sent_webhook
from .table import Check, Outcome, Scale
from .world import World, opened

EVENTS = ("completed", "expired", "failure", "return", "poll", "cancel", "late")
LONGEST = 5
SAYS = "no sequence of what may come to an order breaks a goal"

Sequence = tuple[str, ...]


def beginnings() -> list[Sequence]:
    """Return what a tree may begin with; together they grow into all sequences."""
    return list(product(EVENTS, repeat=2))


def number_of_all(length: int) -> int:
    """Return how many sequences there are of up to so many events."""
    return sum(len(EVENTS) ** each for each in range(1, length + 1))


def grown(beginning: Sequence, longest: int) -> list[str]:
    """Play all sequences of up to so many events that begin like this, in this process; return what was bad."""
    with opened() as world:
        return play(world, beginning, longest)


def play(world: World, beginning: Sequence, longest: int = 0) -> list[str]:
    """Let this come to a fresh order, and then all that makes it longer; return what broke after which events."""
    with world.running(" ".join(beginning)):
        with world.app.app_context():
            placed = place_order({COFFEE: 1}, SITI, "siti", world.provider, world.settings, pays=True)
            start(placed.order_id, world.provider, world.settings, placed.claim)
            coming = Coming(world, placed.order_id)
        for number in range(1, len(beginning) + 1):
            if bad := coming.comes(beginning[:number]):
                return bad
        return _grow(world, coming, beginning, longest)


def _grow(world: World, coming: "Coming", sequence: Sequence, longest: int) -> list[str]:
    if len(sequence) >= longest:
        return []
    here, found = Moment(world), []
    for event in EVENTS:
        longer = (*sequence, event)
        found += coming.comes(longer) or _grow(world, coming, longer, longest)
        here.comes_back()
    return found


class Coming:
    """What may come to one order. Xendit's webhooks come at once; one that tells what is not so is forged, or stale."""

    def __init__(self, world: World, order_id: int) -> None:
        self._world = world
        self._order_id = order_id
        attempt = db.session.get_one(Order, order_id).newest_attempt
        self._session_id, self._reference = attempt.session_id, attempt.reference
        world.sandbox.turn_dial("never")

    def comes(self, sequence: Sequence) -> list[str]:
        """Let the last event of a sequence come; return what is bad then."""
        self._world.passes(6)
        try:
            with self._world.app.app_context():
                getattr(self, f"comes_{sequence[-1]}")()
            oracle = Oracle(self._world)
            bad = [*oracle.complaints(), *oracle.unseen()]
        except Exception as error:
            bad = [repr(error)]
        return [f"{' '.join(sequence)}: {'; '.join(bad)}"] if bad else []

    def comes_completed(self) -> None:
        self._at_xendit(lambda: self._world.sandbox.pay(self._session_id))
        self._told("payment_session.completed", "COMPLETED")

    def comes_expired(self) -> None:
        self._at_xendit(lambda: self._world.sandbox.expire(self._session_id))
        self._told("payment_session.expired", "EXPIRED")

    def comes_failure(self) -> None:
        self._told("payment.failure", "FAILED")

    def comes_return(self) -> None:
        attempt = db.session.get_one(Order, self._order_id).newest_attempt
        look(attempt.id, self._world.provider, "return", patience=BUYER_WAITS)

    def comes_poll(self) -> None:
        attempt = db.session.get_one(Order, self._order_id).newest_attempt
        checks.check(attempt.id, self._world.provider)

    def comes_cancel(self) -> None:
        close(self._order_id, self._world.provider, "canceled by the buyer", may_wait=True)

    def comes_late(self) -> None:
        self._at_xendit(lambda: self._world.sandbox.pay_late(self._session_id))
        self._told("payment.capture", "SUCCEEDED")

    def _at_xendit(self, does: Callable) -> None:
        """It happens there if it can happen in this state."""
        release()
        with suppress(requests.HTTPError):
            does()

    def _told(self, event: str, status: str) -> None:
        """The webhook comes, and the worker hears it."""
        paid = [row for row in self._world.payments_at_xendit() if row[0] == self._session_id]
        data = {"payment_session_id": self._session_id, "reference_id": self._reference, "status": status}
        data |= {"payment_id": paid[-1][1]["payment_id"]} if paid and status != "EXPIRED" else {}
        release()
        sent_webhook(self._world, {"event": event, "data": data})
        for event_id in inbox.take(1):
            inbox.process(event_id, self._world.provider)


def run(scale: Scale) -> list[Outcome]:
    """All of them; or those of up to four events, which are 2,800."""
    longest = scale.of(LONGEST, LONGEST - 1)
    bad = {each for found in on_all_cores(grown, beginnings(), repeat(longest)) for each in found}
    return [Outcome("R3", SAYS, number_of_all(longest), tuple(sorted(bad)))]


CHECK = Check(("R3",), run)
