"""Watching an order, and what is found: whether it becomes in time what it should, and nothing that it must not."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from .commands import NoLink, Order, Shop, Unexaminable
from .provider import Provider

# Each look is a process: a shop that is quick is seen to be, and one that is waited for is not kept busy by it.
LOOK_SECONDS, LONGER, LONGEST_SECONDS = 0.2, 1.3, 2.0
# The part of the patience for which a shop is watched for what it must not do, and how long that is at most. Each
# order is looked at once more at the end of the run.
WATCHED_PART, WATCHED_SECONDS, WATCH_SECONDS = 0.05, 1.5, 0.5


class Mistake(Exception):
    """The shop did what it should not; says what."""


@dataclass
class Stage:
    """Where one pain is played: shop, provider, and what each of its orders should be in the end."""

    shop: Shop
    provider: Provider
    patience: float
    is_over: Event
    ends: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def becomes(self, order: Order, *words: str) -> None:
        """The order is soon one of these, and stays so. Raises Mistake."""
        began, pause = time.monotonic(), LOOK_SECONDS
        while (said := self.shop.status(order.name)) not in words:
            if time.monotonic() - began > self.patience:
                raise Mistake(f"The order was still {said} after {self.patience:g} seconds.")
            self.waits(pause)
            pause = min(pause * LONGER, LONGEST_SECONDS)
        self.stays(order, *words)

    def stays(self, order: Order, *words: str) -> None:
        """The order is one of these all the while. Raises Mistake."""
        self.ends[order.name] = words
        deadline = time.monotonic() + min(self.patience * WATCHED_PART, WATCHED_SECONDS)
        while True:
            self._look(order.name, words)
            if time.monotonic() > deadline:
                return
            self.waits(WATCH_SECONDS)

    def waits(self, seconds: float) -> None:
        """Raises Unexaminable if the examination is broken off meanwhile."""
        if self.is_over.wait(seconds):
            raise Unexaminable("It was broken off.")

    def look_again(self) -> None:
        """Each order is still what it was in the end. Raises Mistake."""
        for name, words in self.ends.items():
            self._look(name, words)

    def _look(self, name: str, words: tuple[str, ...]) -> None:
        said = self.shop.status(name)
        if said not in words:
            raise Mistake(f"The order became {said}.")


def mistake_in(play: Callable[[], None]) -> str | None:
    """What the shop did wrong while this was played; None if nothing."""
    try:
        play()
    except (Mistake, NoLink) as mistake:
        return str(mistake)
    return None
