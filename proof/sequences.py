"""R3: every sequence of up to five of the things that may come to an order once it can be paid.

A longer sequence goes through each shorter one that it begins with, and the oracle looks after each event: so only
the longest are played, and all are tried.
"""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import product
from multiprocessing import get_context

import requests

from store.database import db, release
from store.models import Order
from store.orders import checks, inbox
from store.orders.checkout import place_order
from store.orders.paying import start
from store.orders.settling import close, look
from store.web.orders import BUYER_WAITS
from tests.buyer import COFFEE

from .invariants import Oracle
from .steps import SITI, sent_webhook
from .table import Check, Outcome, Scale
from .world import World, opened

EVENTS = ("completed", "expired", "failure", "return", "poll", "cancel", "late")
LONGEST = 5
SAYS = "no sequence of what may come to an order breaks a goal"
A_BATCH = 100

Sequence = tuple[str, ...]


def sequences(length: int = LONGEST) -> list[Sequence]:
    return list(product(EVENTS, repeat=length))


def number_of_all(length: int) -> int:
    """Return how many sequences there are of up to so many events."""
    return sum(len(EVENTS) ** each for each in range(1, length + 1))


def played(batch: list[Sequence]) -> list[str]:
    """Play these sequences in this process; return what was bad, each with its sequence."""
    with opened() as world:
        return [bad for each in batch for bad in play(world, each)]


def play(world: World, sequence: Sequence) -> list[str]:
    """Let a sequence come to a fresh order; return what broke after which of its events."""
    name = " ".join(sequence)
    with world.running(name), world.app.app_context():
        placed = place_order({COFFEE: 1}, SITI, "siti", world.provider, world.settings, pays=True)
        start(placed.order_id, world.provider, world.settings, placed.claim)
        oracle, coming = Oracle(world), Coming(world, placed.order_id)
        for number, event in enumerate(sequence, start=1):
            world.passes(6)
            try:
                getattr(coming, f"comes_{event}")()
                bad = [*oracle.complaints(), *oracle.unseen()]
            except Exception as error:
                bad = [repr(error)]
            if bad:
                return [f"{' '.join(sequence[:number])}: {'; '.join(bad)}"]
    return []


class Coming:
    """What may come to one order. Xendit's webhooks come at once; one that tells what is not so is forged, or stale."""

    def __init__(self, world: World, order_id: int) -> None:
        self._world = world
        self._order_id = order_id
        attempt = db.session.get_one(Order, order_id).newest_attempt
        self._session_id, self._reference = attempt.session_id, attempt.reference
        world.sandbox.turn_dial("never")

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
    """All of them; or those of four events, which go through 2,800."""
    length = scale.of(LONGEST, LONGEST - 1)
    every = sequences(length)
    batches = [every[first : first + A_BATCH] for first in range(0, len(every), A_BATCH)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        bad = sorted({each for found in pool.map(played, batches) for each in found})
    return [Outcome("R3", SAYS, number_of_all(length), tuple(bad))]


CHECK = Check(("R3",), run)
