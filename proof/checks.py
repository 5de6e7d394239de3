"""All that `make proof` runs, in the order of its table."""

from . import sequences, simulation
from .table import Check

CHECKS: tuple[Check, ...] = (simulation.CHECK, sequences.CHECK)
