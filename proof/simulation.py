"""The rows of the simulator: so many seeds, spread over the cores, and what became of each goal in all of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .cores import on_all_cores
from .invariants import SAYS
from .simulator import STEPS, Story, tell
from .table import Check, Outcome, Scale
from .world import opened

A_BATCH = 25
# Seeds that once showed something bad: they are told again with each run.
KEPT_SEEDS = Path(__file__).parent / "seeds.txt"
R1 = f"safety: no goal breaks in {STEPS} steps, whatever fails"
R2 = "liveness: faults stop, and every order comes to its end"


def kept_seeds() -> list[int]:
    lines = KEPT_SEEDS.read_text(encoding="utf-8").splitlines()
    return [int(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]


def told(seeds: Iterable[int]) -> list[Story]:
    """Tell the stories of these seeds in this process."""
    with opened() as world:
        return [tell(world, seed) for seed in seeds]


def told_by_all_cores(seeds: list[int]) -> Iterator[Story]:
    batches = [seeds[first : first + A_BATCH] for first in range(0, len(seeds), A_BATCH)]
    for stories in on_all_cores(told, batches):
        yield from stories


def outcomes(stories: list[Story]) -> list[Outcome]:
    """Return a row for each goal: what broke it, and in which seed."""
    bad = [(each.partition(":")[0], story) for story in stories for each in story.bad]
    tried, seeds = len(stories), f"{stories[0].seed}-{stories[-1].seed}"
    rows = [
        Outcome(goal, says, tried, tuple(str(story) for name, story in bad if name == goal), seeds)
        for goal, says in SAYS.items()
    ]
    unsafe = tuple(str(story) for story in stories if not story.is_safe)
    unended = tuple(str(story) for story in stories if story.is_safe and story.bad)
    return [*rows, Outcome("R1", R1, tried, unsafe, seeds), Outcome("R2", R2, tried, unended, seeds)]


def run(scale: Scale) -> list[Outcome]:
    seeds = sorted({*range(1, scale.of(2000, 100) + 1), *kept_seeds()})
    return outcomes(list(told_by_all_cores(seeds)))


CHECK = Check((*SAYS, "R1", "R2"), run)
