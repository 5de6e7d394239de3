"""R4 and R10: what becomes of orders and events when processes are killed, reloaded and started anew."""

import os
import signal
import socket
import threading
import time
from contextlib import suppress
from random import Random

from tests.processes import Shop
from tests.spoiling_proxy import SpoilingProxy, delay
from tests.waiting import wait_until

from .crowd import BUYERS, Crowd, wait_for_calls, what_is_bad
from .places import new_provider, new_shop
from .table import Outcome, Scale

SEED = 1
# Between two kills Xendit hears so many calls and then so many seconds pass, at most.
CALLS, MOMENT = 4, 0.1
# Of a hundred kills so many are of the whole shop and of its worker; the others are of one of gunicorn's processes.
WHOLE_SHOP, WORKER = 8, 24
REFUSED_AT_MOST = 1.0


def kills(scale: Scale, database: str) -> Outcome:
    number = scale.of(500, 10)
    with new_provider() as provider, new_shop(provider, database) as shop:
        with Crowd(shop, provider) as crowd:
            kill_at_random_moments(shop, provider, Random(SEED), number)
        bad = tuple(what_is_bad(shop, crowd))
    says = f"kill -9 while {len(crowd.paid)} orders are paid and {len(crowd.answered)} events answered, {database}"
    return Outcome("R4", says, number, bad, str(SEED))


def kill_at_random_moments(shop: Shop, provider: SpoilingProxy, chance: Random, number: int) -> None:
    for _ in range(number):
        wait_for_calls(provider, chance.randint(1, CALLS))
        time.sleep(chance.random() * MOMENT)  # The instant shall be any, not that of a call.
        which = chance.randrange(100)
        if which < WHOLE_SHOP:
            shop.process.kill()
            shop.start()
        elif which < WORKER:
            shop.worker.kill()
            shop.start_worker()
        else:
            kill_one_of_gunicorn(shop, chance)


def kill_one_of_gunicorn(shop: Shop, chance: Random) -> None:
    children = shop.process.children()
    pid = chance.choice(children)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(shop.process.children()) >= len(children) and pid not in shop.process.children())


def restarts(scale: Scale, database: str) -> Outcome:
    """Reload, and stop and start, under load: nothing may be lost. One who knocks all the time counts who is refused.

    Who stops the shop and then starts it is away as long as a start takes. That is told and not judged.
    """
    ways, bad, shut = [reload, restart_worker, restart] * scale.of(5, 1), [], {}
    with new_provider() as provider, new_shop(provider, database) as shop:
        provider.always(delay(0.5), "create")  # so that there is always somebody in the middle of it
        with Crowd(shop, provider) as crowd, Knocker(shop) as knocker:
            for way in ways:
                wait_for_calls(provider, 2 * BUYERS)
                knocker.refused = 0.0
                way(shop)
                shut[way] = max(shut.get(way, 0.0), knocker.refused)
            wait_for_calls(provider, 2 * BUYERS)
        provider.heals()
        bad += what_is_bad(shop, crowd)
    for way in (reload, restart_worker):
        if shut[way] > REFUSED_AT_MOST:
            bad.append(f"{way.__name__} refused connections for {shut[way]:.1f} s")
    lasts = max(shut[reload], shut[restart_worker])
    says = f"nothing lost by restarts under load, refused for {lasts:.2f} s by a reload ({REFUSED_AT_MOST:.0f} at most)"
    not_judged = f"(by a stop and a start for {shut[restart]:.1f} s: not judged)"
    return Outcome("R10", f"{says} {not_judged}, {database}", len(ways), tuple(bad))


def reload(shop: Shop) -> None:
    before = shop.process.children()
    os.kill(shop.process.pid, signal.SIGHUP)
    wait_until(lambda: shop.process.children() and not set(shop.process.children()) & set(before))


def restart_worker(shop: Shop) -> None:
    shop.worker.stop()
    shop.start_worker()


def restart(shop: Shop) -> None:
    shop.process.stop()
    shop.start()


class Knocker:
    """Knocks at a shop's door all the time, and knows for how long nobody opened."""

    def __init__(self, shop: Shop) -> None:
        self.refused = 0.0  # the longest time since this was set
        self._address = ("127.0.0.1", shop.port)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._knocks)

    def __enter__(self) -> "Knocker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _knocks(self) -> None:
        opened = time.monotonic()
        while not self._is_over.wait(0.01):
            with suppress(ConnectionRefusedError), socket.create_connection(self._address, timeout=30):
                opened = time.monotonic()
            self.refused = max(self.refused, time.monotonic() - opened)
