"""Doing several things in the same instant, each in a thread of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .waiting import PATIENCE


def all_at_once(actions: Sequence[Callable[[], Any]]) -> list:
    """Do all of it in the same instant, and return what came of each. Raises what the first of them raised."""
    gate = threading.Barrier(len(actions))

    def one(action: Callable[[], Any]) -> Any:
        gate.wait(PATIENCE)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(one, actions))
