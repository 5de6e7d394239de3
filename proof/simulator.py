"""The simulator: one seed is one story of a shop in which anything may fail at any moment.

First the safety part: so many steps, and after each of them the oracle. Steps also happen while a call to Xendit is
under way, as they do where several processes work. Then the liveness part: faults stop, and everything must end
within its bound.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from .invariants import Oracle
from .steps import WEIGHTS, Steps
from .world import Crash, World

STEPS = 200
DEPTH = 2  # how many stories may be told within each other
MEANWHILE = 0.08  # how often something happens before a call, and after it
SOON, SOON_EVERY = 60, 10  # seconds: until money is seen, once faults have stopped
AFTER_END, AFTER_END_EVERY = 600, 120
LATE_LOOKS = (3600, 25 * 3600, 8 * 24 * 3600)
EVERYTHING = 50  # pieces of work; there are never so many at once
DEADLINE = "%Y-%m-%d %H:%M:%S.%f"


@dataclass
class Story:
    """What happened in one seed, and the first thing that was bad."""

    seed: int
    steps: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    is_safe: bool = True

    def __str__(self) -> str:
        return f"seed {self.seed}: {'; '.join(self.bad[:3])} (after {len(self.steps)} steps: {' '.join(self.steps)})"


def tell(world: World, seed: int, steps: int = STEPS) -> Story:
    """Tell the story of a seed, until something is bad."""
    teller = _Teller(world, seed)
    with world.running(seed):
        world.wire.passes, world.commits = teller.passes, teller.dies
        try:
            teller.is_safe(steps) and teller.comes_to_its_end()
        except Exception as error:
            teller.story.bad.append(f"R1: {error!r}")
    return teller.story


class _Teller:
    def __init__(self, world: World, seed: int) -> None:
        self.story = Story(seed)
        self._world = world
        self._chance = Random(seed)
        self._steps = Steps(world, self._chance)
        self._oracle = Oracle(world)
        self._depth = 0
        self._may_fail = True

    def is_safe(self, steps: int) -> bool:
        """Tell so many steps; return whether nothing that must hold at any moment broke."""
        while len(self.story.steps) < steps and not self.story.bad:
            self._any_step()
        self.story.is_safe = not self.story.bad
        return self.story.is_safe

    def comes_to_its_end(self) -> None:
        """Faults stop. Money is seen soon, orders end, and what came late is found by the looks for it."""
        self._faults_stop()
        self._goes_on(SOON, SOON_EVERY)
        self._note(self._oracle.unseen(is_over=False))
        while not self.story.bad and (end := self._next_end()):
            self._world.passes(max(0, end - self._world.time.monotonic()))
            self._goes_on(AFTER_END, AFTER_END_EVERY)
            self._note(self._oracle.late(_as_written(self._world, AFTER_END)))
        for seconds in LATE_LOOKS:
            self._goes_on(seconds, seconds)
        if not self.story.bad:
            self._note(self._oracle.unseen())
            self._note(self._oracle.late("9999"))

    def passes(self, _: str) -> None:
        """A call is about to leave, or was answered: the process may die, and others go on meanwhile."""
        self.dies()
        if self._may_fail and self._depth < DEPTH and self._chance.random() < MEANWHILE:
            self._any_step()

    def dies(self) -> None:
        if self._steps.dies_in:
            self._steps.dies_in -= 1
            if not self._steps.dies_in:
                raise Crash

    def _any_step(self) -> None:
        self._step(self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0])

    def _step(self, name: str) -> None:
        self.story.steps.append(name if self._depth == 0 else f"({name})")
        self._depth += 1
        self._in_a_process(getattr(self._steps, name))
        self._depth -= 1
        self._note(self._oracle.complaints())

    def _in_a_process(self, does: Callable[[], None]) -> None:
        try:
            with self._world.app.app_context():
                does()
        except Crash:
            self.story.steps.append("died")

    def _faults_stop(self) -> None:
        self._steps.dies_in, self._steps.at_once, self._may_fail = 0, EVERYTHING, False
        for name in ("heal", "set_clock_right"):
            self._step(name)
        self._world.sandbox.turn_dial("on_time")
        self._world.sandbox.change_account(refund_failure_code=None)

    def _goes_on(self, seconds: int, every: int) -> None:
        for _ in range(0, seconds, every):
            if self.story.bad:
                return
            self._world.passes(every)
            self._step("deliver")
            for work in ("hear", "check", "mend"):
                self._step(work)

    def _next_end(self) -> float | None:
        """Return when the first order that is still open ends, in seconds of this world; None if none is open."""
        open_orders = (
            "SELECT min(end) FROM (SELECT max(expires_at) AS end FROM attempts JOIN orders ON orders.id = order_id"
            " WHERE orders.status IN ('pending', 'closing') AND NOT EXISTS (SELECT 1 FROM cases WHERE"
            " cases.order_id = orders.id AND closed_at IS NULL AND kind IN ('MISMATCH', 'AUTHORIZED'))"
            " GROUP BY order_id)"
        )
        [(end,)] = self._world.ask(open_orders)
        return self._world.time.seconds_until(end) if end else None

    def _note(self, complaints: object) -> None:
        self.story.bad.extend(complaints)


def _as_written(world: World, seconds_ago: float) -> str:
    """Return the moment so long ago as the database writes it."""
    return world.time.ago(seconds_ago).strftime(DEADLINE)
