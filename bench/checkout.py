"""Checkouts: how many a second, and what they leave to others who look at the catalog."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from .counts import Counts
from .load import Answers, request, run
from .report import Line
from .servers import Place, checkouts, checkouts_at_floor

CLIENTS = 8
PROVIDER_MS = 200
GOAL_A_SECOND, GOAL_P99_MS, GOAL_OF_FLOOR = 400, 20, 0.5
GOAL_WITH_BUYERS = 250
GOAL_OF_CATALOG = 1.5
# By then the checkouts that are to wait have come to the provider, which takes longer.
WAITING_AFTER = 0.2
NAMES = {"bare": "Flask without a database", "floor": "Flask and SQLAlchemy, the same commits"}


def checkout(place: Place, counts: Counts) -> Iterator[Line]:
    """Measure the two floors, and then the shop, which is compared with the second."""
    floors = {}
    for app, name in NAMES.items():
        with place.floor(app) as server:
            fast = _fast(place, server.port, checkouts_at_floor(server, counts.checkouts))
            slow = _slow(place, server.port, checkouts_at_floor(server, counts.slow_checkouts), counts)
        floors[app] = fast
        yield Line(f"{name}: {CLIENTS} clients", place.database, _told(fast), fast.errors)
        yield Line(f"{name}: {counts.buyers} buyers, {PROVIDER_MS} ms", place.database, _told(slow), slow.errors)
    with place.shop() as shop:
        fast = _fast(place, shop.port, checkouts(shop, counts.checkouts))
        yield _against(floors["floor"], fast, place.database)
        slow = _slow(place, shop.port, checkouts(shop, counts.slow_checkouts), counts)
    yield Line(
        f"checkout: {counts.buyers} buyers, provider {PROVIDER_MS} ms", place.database, f"{_told(slow)}; {_paid(slow)}",
        len(slow.all) - _led(slow), f"≥ {GOAL_WITH_BUYERS}/s, no 5xx", slow.a_second >= GOAL_WITH_BUYERS,
    )  # fmt: skip


def catalog(place: Place, counts: Counts) -> Iterator[Line]:
    """Measure how long the catalog's page takes alone, and beside buyers whose checkouts wait for the provider."""
    with place.shop() as shop:
        pages = [request("GET", shop.port, "/")] * counts.pages
        run(shop.port, pages, clients=2)
        alone = run(shop.port, pages, clients=1)
        yield Line("catalog alone", place.database, f"p50 {alone.p50:.1f} ms, p95 {alone.p95:.1f}", alone.errors)
        place.provider.takes(counts.slow_ms)
        for number in counts.waiting:
            pressed = checkouts(shop, number)
            with ThreadPoolExecutor(1) as buyers:
                waiting = buyers.submit(run, shop.port, pressed, clients=number)
                time.sleep(counts.slow_ms / 1000 * WAITING_AFTER)
                beside = run(shop.port, pages, clients=1, seconds=counts.slow_ms / 1000 / 2)
                bought = waiting.result()
            ratio = beside.p50 / alone.p50
            figure = f"p50 {beside.p50:.1f} ms, p95 {beside.p95:.1f}: {ratio:.2f} × alone; of them {_paid(bought)}"
            yield Line(
                f"catalog beside {number} waiting checkouts", place.database, figure, beside.errors + bought.errors,
                f"≤ {GOAL_OF_CATALOG} ×", ratio <= GOAL_OF_CATALOG,
            )  # fmt: skip


def _fast(place: Place, port: int, ready: list[str]) -> Answers:
    place.provider.takes(0)
    return run(port, ready, CLIENTS)


def _slow(place: Place, port: int, ready: list[str], counts: Counts) -> Answers:
    place.provider.takes(PROVIDER_MS)
    return run(port, ready, counts.buyers)


def _against(floor: Answers, shop: Answers, database: str) -> Line:
    ratio = shop.a_second / floor.a_second
    is_fast = shop.a_second >= GOAL_A_SECOND and shop.p99 <= GOAL_P99_MS
    return Line(
        f"checkout: {CLIENTS} clients, provider 0 ms", database,
        f"{_told(shop)}: {ratio:.2f} of the floor's; {_paid(shop)}", len(shop.all) - _led(shop),
        f"≥ {GOAL_A_SECOND}/s and p99 ≤ {GOAL_P99_MS} ms, or ≥ {GOAL_OF_FLOOR} of the floor's",
        is_fast or ratio >= GOAL_OF_FLOOR,
    )  # fmt: skip


def _led(answers: Answers) -> int:
    return sum("/sessions/ps-" in each.read for each in answers.all)


def _told(answers: Answers) -> str:
    return f"{answers.a_second:.0f}/s, p50 {answers.p50:.0f} ms, p99 {answers.p99:.0f}"


def _paid(answers: Answers) -> str:
    """How many were led to a page to pay on: the others were asked to try again."""
    return f"{_led(answers)} of {len(answers.all)} led to pay"
