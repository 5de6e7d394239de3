"""All that `make proof` runs, in the order of its table."""

from collections.abc import Callable

from . import agreement, answers, create_faults, kills, races, sequences, simulation, skew
from .places import DATABASES, on
from .table import Check, Outcome, Scale

# They are run on each database.
ROWS: tuple[tuple[str, Callable[[Scale, str], Outcome]], ...] = (
    ("R4", kills.kills),
    ("R5", races.copies),
    ("R6", answers.webhooks),
    ("R7", answers.lost_webhooks),
    ("R8", races.last_pieces),
    ("R9", create_faults.faults_on_create),
    ("R10", kills.restarts),
    ("R13", skew.clock_skew),
)

CHECKS: tuple[Check, ...] = (
    simulation.CHECK,
    sequences.CHECK,
    *(Check((goal,), on(database, row)) for goal, row in ROWS for database in DATABASES),
    Check(("R14",), lambda scale: [agreement.agreement(scale)]),
)
