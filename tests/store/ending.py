"""What ends when a test wants it: the worker, after so many pauses, and a piece of its work."""

import threading
from collections.abc import Callable

from store.rules import clock

from ..standing_clock import StandingClock
from ..waiting import PATIENCE


class EndingClock(StandingClock):
    """A clock on which somebody ends the worker after so many pauses, and may do something after fewer."""

    def __init__(self, pauses: int, end: Callable[[], None]):
        super().__init__(clock.now())
        self._pauses = 0
        self._then = {pauses: end}

    def after(self, pauses: int, act: Callable[[], object]) -> None:
        self._then[pauses] = act

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._pauses += 1
        if act := self._then.get(self._pauses):
            act()


class Stuck:
    """Work that ends when it is told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = threading.Event()

    def __call__(self, *_: object) -> None:
        self.begun += 1
        self.may_end.wait(PATIENCE)
