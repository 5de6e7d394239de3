"""R13: the shop's clock is wrong by hours or days, or is set while orders are open; Xendit's is right."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from store.rules import clock
from store.xendit import Client
from tests.buyer import COFFEE, Buyer
from tests.in_process import SANDBOX_URL, SECRET_KEY, Shop

from .crowd import PLENTY
from .table import Outcome, Scale
from .world import SESSION, Provider, Time, Wire, silence

MINUTE, HOUR, DAY = 60, 3600, 86400
SKEWS = {"an hour back": -HOUR, "an hour ahead": HOUR, "two days ahead": 2 * DAY}
# When the clock goes wrong; it stays so, or is set right ten minutes after the payments.
MOMENTS = ("before the orders", "before the payments", "after the payments")
PAYS, PAYS_UNTOLD, RETURNS_UNTOLD, PAYS_LAST, PAYS_LATE, CANCELS, LEAVES = FATES = (
    "pays", "pays, and no webhook comes", "pays and returns, and no webhook comes", "pays in the last moment",
    "pays when it is over", "cancels", "leaves",
)  # fmt: skip
LAST_MOMENT = 20  # seconds before the end
STANDS = """
    SELECT o.status, a.session_id, (SELECT sum(m.pieces) FROM stock_movements m WHERE m.order_id = o.id)
    FROM orders o JOIN attempts a ON a.order_id = o.id WHERE a.session_id IS NOT NULL"""


def clock_skew(scale: Scale, database: str) -> Outcome:
    stories = list(product(SKEWS, MOMENTS, (False, True)))[:: scale.of(1, 7)]
    bad, paid = [], 0
    for skew, moment, is_set_right in stories:
        with new_street(database) as street:
            found = street.tells(SKEWS[skew], moment, is_set_right)
        bad += [f"clock {skew} {moment}{', then right again' * is_set_right}: {each}" for each in found]
        paid += len(street.paid)
    says = f"orders go by Xendit though the shop's clock is wrong by -1 h, 1 h or 2 days, {paid} are paid, {database}"
    return Outcome("R13", says, len(stories) * len(FATES), tuple(bad))


@contextmanager
def new_street(database: str) -> Iterator["Street"]:
    time = Time()
    with TemporaryDirectory(prefix="warung-proof-") as folder, silence(), clock.using(time):
        street = Street(Path(folder), database, time)
        try:
            yield street
        finally:
            street.shop.stop()


class Street:
    """A shop whose clock may be wrong, the sandbox, whose clock is right, and a buyer of each fate."""

    def __init__(self, folder: Path, database: str, time: Time) -> None:
        self.time = time
        self.sandbox = Provider(self)
        self.shop = Shop(folder, self.sandbox, database)
        self.shop.set_stock(COFFEE, PLENTY)
        self.paid: set[str] = set()  # the fates of those from whom Xendit took money
        self._buyers: dict[str, Buyer] = {}
        self._fates: dict[str, str] = {}  # by their sessions
        self._wrong: dict[str, None] = {}  # what was seen to be wrong, each once
        wire = Wire(self.sandbox.network)
        wire.passes = lambda _: self._looks()
        self.shop.app.extensions["xendit"] = Client(SECRET_KEY, SANDBOX_URL, wire, clock.monotonic, clock.now)

    def tells(self, skew: int, moment: str, is_set_right: bool) -> list[str]:
        """Let buyers come while the clock goes wrong by so many seconds; return what is wrong of their orders."""
        for now, happens in zip(MOMENTS, (self._they_order, self._they_pay, self._minutes_pass), strict=True):
            if now == moment:
                self.time.jumps(seconds=skew)
            happens()
        if is_set_right:
            self.time.set_right()
        self._sessions_end()
        self._days_pass()
        return [*self._wrong, *self._ended_otherwise()]

    def _they_order(self) -> None:
        for fate in FATES:
            buyer = self._buyers[fate] = Buyer(self.shop)
            buyer.goes_to_pay()
            self._fates[buyer.session_id] = fate
        self._passes(MINUTE)

    def _they_pay(self) -> None:
        self._pays(PAYS)
        self.sandbox.turn_dial("never")
        self._pays(PAYS_UNTOLD)
        self._pays(RETURNS_UNTOLD)
        self._buyers[RETURNS_UNTOLD].opens(f"{self._buyers[RETURNS_UNTOLD].order}/complete")
        self._buyers[CANCELS].presses("cancel")
        self._passes(MINUTE)

    def _minutes_pass(self) -> None:
        for _ in range(5):
            self._passes(2 * MINUTE)

    def _sessions_end(self) -> None:
        """The last ones pay just before the end and after it, by the clock that is right."""
        ends = datetime.fromisoformat(self.sandbox.session(self._buyers[LEAVES].session_id)["expires_at"])
        while (left := (ends - self.time.true()).total_seconds()) > LAST_MOMENT:
            self._passes(min(5 * MINUTE, left - LAST_MOMENT))
        self._pays(PAYS_LAST)
        self._passes(2 * MINUTE)
        self._pays(PAYS_LATE, late=True)
        self._passes(MINUTE)

    def _days_pass(self) -> None:
        for seconds in (*[15 * MINUTE] * 4, *[2 * HOUR] * 4, *[12 * HOUR] * 6):
            self._passes(seconds)

    def _pays(self, fate: str, **choices: bool) -> None:
        """Pay if that can be: a shop whose clock is ahead ends sessions early, and that is no mistake."""
        with suppress(requests.HTTPError):
            self.sandbox.pay(self._buyers[fate].session_id, **choices)
            self.paid.add(fate)

    def _passes(self, seconds: float) -> None:
        self.time.sleep(seconds)
        self.shop.works()
        self._looks()

    def _looks(self) -> None:
        """Note what is wrong just now: before each call to Xendit, after it, and whenever time has passed."""
        for status, session_id, pieces in self.shop.database.run(STANDS):
            at_xendit = self.sandbox.database.row(SESSION, session_id)["status"]
            fate = self._fates.get(session_id, "is about to order")
            for each in contradictions(status, at_xendit, bool(pieces), is_late=fate == PAYS_LATE):
                self._wrong[f"who {fate}: {each}"] = None

    def _ended_otherwise(self) -> Iterator[str]:
        for fate, buyer in self._buyers.items():
            ends = "paid" if fate in self.paid else "canceled"
            if (status := buyer.status()["status"]) != ends:
                yield f"who {fate}: the order ends as {status}"


def contradictions(status: str, at_xendit: str, is_held: bool, is_late: bool) -> Iterator[str]:
    """Yield what an order must not be while its session at Xendit is that; `is_late` if money came after its end."""
    if status == "canceled" and at_xendit in ("ACTIVE", "COMPLETED"):
        yield f"the order is canceled, and its session {at_xendit}"
    if status == "paid" and at_xendit != "COMPLETED" and not is_late:
        yield f"the order is paid, and its session {at_xendit}"
    if not is_held and at_xendit in ("ACTIVE", "COMPLETED"):
        yield f"the stock is free, and the session {at_xendit}"
