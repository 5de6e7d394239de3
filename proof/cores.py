"""Work in batches on all cores."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context


def on_all_cores(does: Callable, *batches: Iterable) -> Iterator:
    """Yield what comes of each batch, in their order, as `map` does. Whoever is ended meanwhile waits for no batch."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(does, *batches)
        except BaseException:
            for process in active_children():
                process.terminate()
            raise
