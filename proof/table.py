"""The table of the proof: what was promised, how often it was tried, how often it was broken."""

import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from store.sqlite import driver
from tests.postgresql_keeper import places
from tests.programs import found

HEAD = ("| goal | what it says | tried | bad | seconds | seed |", "|---|---|---:|---:|---:|---|")
# Of what is bad so much is printed below the table.
MOST_SHOWN = 20


class Scale(NamedTuple):
    """How much is tried: all that RELIABILITY names, or the share of `make test`."""

    is_full: bool

    def of(self, full: int, small: int) -> int:
        return full if self.is_full else small


FULL, SMALL = Scale(True), Scale(False)


@dataclass(frozen=True)
class Outcome:
    """What became of one goal; each of `bad` is a sentence that says where and what."""

    goal: str
    says: str
    tried: int
    bad: tuple[str, ...] = ()
    seed: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Check:
    """What is run for one goal, or for several at once. `run` need not count the seconds."""

    goals: tuple[str, ...]
    run: Callable[[Scale], Sequence[Outcome]]


def run(checks: Sequence[Check], scale: Scale) -> Iterator[Outcome]:
    """Run each check and yield its outcomes. A check that stumbles is bad, and the next ones are run all the same."""
    for check in checks:
        started = time.monotonic()
        try:
            outcomes = check.run(scale)
        except Exception as error:
            outcomes = [Outcome(goal, "could not be tried", 0, (f"{error!r}",)) for goal in check.goals]
        taken = time.monotonic() - started
        yield from (replace(each, seconds=each.seconds or taken) for each in outcomes)


def line(outcome: Outcome) -> str:
    """Return one row of the table, in Markdown."""
    cells = (
        outcome.goal, outcome.says, f"{outcome.tried:,}", f"{len(outcome.bad):,}", f"{outcome.seconds:.0f}",
        outcome.seed,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def complaints(outcome: Outcome) -> Iterator[str]:
    """Yield what was bad, a line each."""
    yield from (f"{outcome.goal}: {each}" for each in outcome.bad[:MOST_SHOWN])
    if len(outcome.bad) > MOST_SHOWN:
        yield f"{outcome.goal}: and {len(outcome.bad) - MOST_SHOWN} more"


def versions() -> str:
    """Return what was tried, and when."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    names = [f"Python {platform.python_version()}", f"SQLite {driver.sqlite_version}", _postgresql()]
    return f"{day}, commit {_commit()}, {', '.join(names)}"


def _postgresql() -> str:
    """Return which PostgreSQL the rows with processes use: `postgres (PostgreSQL) 16.1` is what it says itself."""
    program = found("postgres", places=places())
    if program is None:
        return "no PostgreSQL"
    says = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return says.strip().removeprefix("postgres (").replace(") ", " ")


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(words, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
