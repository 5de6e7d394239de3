"""R9: the provider fails in twelve ways when a session is made; the buyer meets no error and never two links."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

import requests

from tests.buyer import DETAILS, Buyer
from tests.processes import Shop
from tests.spoiling_proxy import (
    ABSENT,
    RESET_AFTER,
    RESET_BEFORE,
    Fault,
    Ordered,
    Spoiled,
    SpoilingProxy,
    delay,
    error,
)  # fmt: skip

from .crowd import PLENTY
from .places import new_provider, new_shop
from .races import COFFEE
from .table import Outcome, Scale

FAULTS: dict[str, Fault] = {
    "500": error(500, "SERVER_ERROR"),
    "502": error(502, "SERVER_ERROR"),
    "429": Ordered("rate_limit"),
    "timeout": delay(60),
    "reset before the work": RESET_BEFORE,
    "reset after the work": RESET_AFTER,
    "empty": Spoiled(body=b""),
    "HTML": Spoiled(200, b"<!doctype html><title>Welcome</title>"),
    "truncated": Ordered("truncated"),
    "50 MB": Spoiled(changes={"description": "x" * 50_000_000}),
    "link missing": Spoiled(changes={"payment_link_url": ABSENT}),
    "link foreign": Spoiled(changes={"payment_link_url": "https://xendit.co.evil.example/pay"}),
}
# A process of the shop that meets five failures in a row asks no more for a while: so many at once stay below.
AT_ONCE = 4


def faults_on_create(scale: Scale, database: str) -> Outcome:
    number, bad = scale.of(50, 1), []
    with new_provider() as provider, new_shop(provider, database) as shop, ThreadPoolExecutor(AT_ONCE) as pool:
        shop.set_stock(COFFEE, PLENTY)
        for name, fault in FAULTS.items():
            for done in range(0, number, AT_ONCE):
                tried = meet(shop, provider, pool, fault, min(AT_ONCE, number - done))
                bad += [f"{name}: {each}" for each in tried]
    return Outcome("R9", f"{len(FAULTS)} faults on create, {database}", number * len(FAULTS), tuple(bad))


def meet(shop: Shop, provider: SpoilingProxy, pool: ThreadPoolExecutor, fault: Fault, number: int) -> list[str]:
    """Let so many buyers check out while this fault is there, and press again after it; return what was bad."""
    buyers, asked = [Buyer(shop) for _ in range(number)], len(provider.calls_seen)
    provider.always(fault, "create")
    first = list(pool.map(checks_out, buyers))
    reached = len(provider.calls_seen) - asked
    provider.heals()
    again = list(pool.map(presses_again, buyers))
    bad = [each for answers in zip(first, again, strict=True) for each in wrong_answers(shop, provider, answers)]
    return bad if reached >= number else [*bad, f"{number - reached} calls did not reach the fault"]


def checks_out(buyer: Buyer) -> requests.Response:
    buyer.adds()
    answer = buyer.sends(buyer.opens("/checkout").form("/checkout"), **DETAILS)
    buyer.order = place(answer)
    return answer


def place(answer: requests.Response) -> str:
    """The full address that this answer sends the buyer to."""
    return urljoin(answer.url, answer.headers.get("location", ""))


def presses_again(buyer: Buyer) -> requests.Response:
    """Press the button to pay on the order's page, where the fault has led to."""
    return buyer.presses("pay") if buyer.order.startswith(f"{buyer.shop.url}/order/") else buyer.gets("/cart")


def wrong_answers(shop: Shop, provider: SpoilingProxy, answers: Iterable[requests.Response]) -> Iterator[str]:
    """Yield what a buyer met that must not be: an error, a foreign place, no link in the end, or two."""
    shown = set()
    for answer in answers:
        location = place(answer)
        if answer.status_code != 303:
            yield f"answered {answer.status_code}"
        elif location.startswith(provider.url):
            shown.add(location.rpartition("/")[2])
        elif not location.startswith(shop.url):
            yield f"sent to {location}"
    payable = [each for each in shown if (provider.record(each) or {}).get("status") == "ACTIVE"]
    if len(payable) != 1:
        yield f"{len(payable)} links can be paid"
