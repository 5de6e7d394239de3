"""All that `make proof` runs, in the order of its table."""

from collections.abc import Callable

from . import kills, sequences, simulation
from .places import DATABASES, on
from .table import Check, Outcome, Scale

# What needs processes is run on each database.
ROWS: tuple[tuple[str, Callable[[Scale, str], Outcome]], ...] = (
    ("R4", kills.kills),
    ("R10", kills.restarts),
)

CHECKS: tuple[Check, ...] = (
    simulation.CHECK,
    sequences.CHECK,
    *(Check((goal,), on(database, row)) for goal, row in ROWS for database in DATABASES),
)
