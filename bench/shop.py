"""How fast the shop is on this machine: `python -m bench.shop [FIGURE…] [--database sqlite|postgresql]`.

The figures are `checkout`, `catalog`, `webhooks`, `copies` and `settle`; without a name all are measured, on both
databases. `python -m bench.shop checkout --database sqlite` takes about half a minute. `make bench` measures the
sandbox, too. What each line means, and why a goal is missed: docs/performance.md.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests import postgresql
from tests.databases import POSTGRESQL, SQLITE
from tests.processes import end_when_asked

from . import checkout, inbox
from .counts import FULL, Counts
from .report import Line, table
from .servers import Place, place

FIGURES: dict[str, Callable[[Place, Counts], Iterator[Line]]] = {
    "checkout": checkout.checkout,
    "catalog": checkout.catalog,
    "webhooks": inbox.webhooks,
    "copies": inbox.copies,
    "settle": inbox.settle,
}


class Measured(NamedTuple):
    lines: list[Line]
    versions: str


def main(arguments: list[str]) -> None:
    """Measure, say each line when it is there, and print the table at the end."""
    parser = argparse.ArgumentParser(prog="python -m bench.shop", description="Measure the shop on this machine.")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"any of {', '.join(FIGURES)}; all if none")
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), help="both if none is named")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.figures) - set(FIGURES):
        parser.error(f"there is no figure {', '.join(sorted(unknown))}")
    databases = [chosen.database] if chosen.database else [SQLITE, POSTGRESQL]
    lines, versions = measure(chosen.figures or list(FIGURES), databases, FULL)
    print(f"\n{table(lines, versions)}")


def measure(figures: list[str], databases: list[str], counts: Counts) -> Measured:
    lines, versions = [], "no PostgreSQL"
    for database in databases:
        if database == POSTGRESQL:
            try:
                versions = f"PostgreSQL {postgresql.server().version}"
            except pytest.skip.Exception as missing:
                print(f"On PostgreSQL nothing was measured. {missing}", file=sys.stderr)
                continue
        for figure in figures:
            with place(database) as found:
                for line in FIGURES[figure](found, counts):
                    print(line, file=sys.stderr, flush=True)
                    lines.append(line)
    return Measured(lines, versions)


if __name__ == "__main__":
    end_when_asked()
    main(sys.argv[1:])
