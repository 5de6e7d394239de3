"""`python -m proof`: all checks, or those of the goals that are named; exits with 1 if anything is bad."""

import argparse
import sys
from collections.abc import Sequence

from tests.processes import end_when_asked

from . import simulation
from .checks import CHECKS
from .table import FULL, HEAD, SMALL, Check, complaints, line, run, versions


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    if list(words[:1]) == ["simulate"]:
        return simulate(words[1:])
    known = sorted({goal for check in CHECKS for goal in check.goals})
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"of {' '.join(known)}; none for all")
    parser.add_argument("--small", action="store_true", help="the share of `make test`")
    asked = parser.parse_args(words)
    if unknown := set(asked.goals) - set(known):
        parser.error(f"no goal {' '.join(sorted(unknown))}; there are {' '.join(known)}")
    return tell(chosen(asked.goals), is_small=asked.small)


def simulate(words: Sequence[str]) -> int:
    """`python -m proof simulate --seed N` tells one story again."""
    parser = argparse.ArgumentParser(prog="python -m proof simulate")
    parser.add_argument("--seed", type=int, required=True)
    [story] = simulation.told([parser.parse_args(words).seed])
    print(story)
    return 1 if story.bad else 0


def chosen(goals: Sequence[str]) -> list[Check]:
    return [check for check in CHECKS if not goals or set(check.goals) & set(goals)]


def tell(checks: Sequence[Check], *, is_small: bool) -> int:
    """Run these checks and print their table as it grows; return the exit code."""
    bad = []
    print(f"{versions()}\n\n{HEAD[0]}\n{HEAD[1]}", flush=True)
    for outcome in run(checks, SMALL if is_small else FULL):
        print(line(outcome), flush=True)
        bad += complaints(outcome)
    print(*bad, sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    end_when_asked()
    sys.exit(main(sys.argv[1:]))
