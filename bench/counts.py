"""How much of everything a run does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """How many requests each figure is made of; those of a slow provider last `slow_ms` each."""

    checkouts: int
    buyers: int  # at once, with a provider that takes 200 ms
    slow_checkouts: int
    waiting: tuple[int, ...]  # checkouts beside which the catalog is read
    pages: int
    slow_ms: int
    webhooks: int
    copies: int
    settled: int


FULL = Counts(
    checkouts=1600, buyers=64, slow_checkouts=1280, waiting=(16, 64), pages=150, slow_ms=5000,
    webhooks=3000, copies=100, settled=500,
)  # fmt: skip
# As much as tells that all of it still works.
SMALL = Counts(
    checkouts=16, buyers=8, slow_checkouts=8, waiting=(2,), pages=8, slow_ms=1000, webhooks=16, copies=8, settled=3
)  # fmt: skip
