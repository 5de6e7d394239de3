"""All that `make proof` runs, in the order of its table."""

from .table import Check

CHECKS: tuple[Check, ...] = ()
