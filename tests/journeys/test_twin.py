"""The shop and the sandbox's scenarios: whatever goes wrong, the order ends as the sandbox's own records say."""

from collections.abc import Callable, Iterator

import pytest
import requests

from sandbox.trouble import scenarios

from ..buyer import COFFEE, Buyer
from ..ports import free_port
from ..processes import Sandbox, Shop
from ..waiting import wait_until

# Money that is not there before the record, or the session, comes to its end.
NOT_YET = ("payment_authorized", "payment_pending")
AFTER_THE_END = "late_money"  # `tests/store/test_in_class.py` plays it
SCENARIOS = sorted(set(scenarios.ALL) - {*NOT_YET, AFTER_THE_END})
# Where even the provider's record says something else than was agreed, a person must look.
FOR_A_PERSON = (
    "payment_failed", "payment_gaps", "payment_half_captured", "payment_wrong_amount", "payment_wrong_business",
    "payment_wrong_currency", "wrong_amount_in_get", "wrong_business_in_get", "wrong_currency_in_get",
    "wrong_reference_in_get",
)  # fmt: skip
UNHEARD = ("never", "forged_token", "unknown_reference", "late")
TRIES = 8
MONTH = 30 * 24 * 60 * 60
# A payment's own reference is its session's with so many characters more.
OWN_SUFFIX = len("_0123456789")


@pytest.fixture(scope="module")
def shop_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, shop_port: int) -> Iterator[Sandbox]:
    """One that knows no other test's orders, and whose clock is nobody else's."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), shop_port)
    yield sandbox
    sandbox.process.stop()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, shop_port: int) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), sandbox.url, shop_port)
    yield shop
    shop.stop()


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[Callable]:
    """Ask the sandbox for something that Xendit lacks; afterwards all is well again."""

    def ask(method: str, path: str, **body) -> dict:
        answer = requests.request(method, f"{sandbox.url}/_control/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    ask("POST", "reset")  # The ledger is read again and again, so it holds one test's records alone.
    yield ask
    ask("POST", "scenarios/on_time")
    ask("POST", "clock", action="reset")


def gets_a_hosted_page(buyer: Buyer) -> str:
    """Check out, and press "pay" again for as long as no page can be opened."""
    link = buyer.goes_to_pay()
    for _ in range(TRIES):
        if "/checkout/ps-" in link or buyer.status()["status"] != "pending":
            return link
        link = buyer.presses("pay").headers["location"]
    raise AssertionError("no hosted page")


def records(control: Callable, shop: Shop, buyer: Buyer) -> dict:
    """What the sandbox knows of the order: its sessions, captures and deliveries, whatever its API says."""
    query = "SELECT a.reference FROM attempts a JOIN orders o ON o.id = a.order_id WHERE o.token = ?"
    references = {row[0] for row in shop.sql(query, buyer.order.rpartition("/")[2])}
    ledger = control("GET", "ledger")
    sessions = [each for each in ledger["sessions"] if each["reference_id"] in references]
    session_ids = {each["payment_session_id"] for each in sessions}
    payments = [each for each in ledger["payments"] if each["reference_id"][:-OWN_SUFFIX] in references]
    payment_ids = {each["payment_id"] for each in payments}
    return {
        "sessions": sessions,
        "captures": [each for each in ledger["captures"] if each["payment_id"] in payment_ids],
        "deliveries": [each for each in ledger["deliveries"] if each["session_id"] in session_ids],
    }


def waits_until_all_is_heard(control: Callable, shop: Shop, buyer: Buyer) -> None:
    """Every webhook that is due was sent, and the worker has looked at each that the shop took."""

    def is_sent(delivery: dict) -> bool:
        return bool(delivery["tries"]) or delivery["state"] == "NOT_TOLD"

    wait_until(lambda: all(map(is_sent, records(control, shop, buyer)["deliveries"])))
    wait_until(lambda: not shop.sql("SELECT id FROM webhook_events WHERE processed_at IS NULL AND tries = 0"))


def returns_until_it_is_clear(buyer: Buyer) -> dict:
    """The waiting page looks again by itself; so does this."""

    def is_clear() -> bool:
        assert buyer.opens(f"{buyer.order}/complete").status == 200
        status = buyer.status()
        return status["status"] != "pending" or status["attention"]

    wait_until(is_clear)
    return buyer.status()


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_order_is_paid_exactly_when_the_records_say_so(shop: Shop, buyer: Buyer, control: Callable, name: str):
    stock = shop.stock(COFFEE)
    control("POST", f"scenarios/{name}")

    link = gets_a_hosted_page(buyer)
    if not records(control, shop, buyer)["captures"]:
        buyer.fails_by_qris(link)
        if name != "late":
            waits_until_all_is_heard(control, shop, buyer)
        assert buyer.status()["status"] == "pending"
        buyer.pays_by_qris(link)
    status = returns_until_it_is_clear(buyer)

    found = records(control, shop, buyer)
    assert [(each["capture_amount"], each["currency"]) for each in found["captures"]] == [
        (status["amount"], status["currency"])
    ]
    assert (status["status"], status["attention"]) == (("pending", True) if name in FOR_A_PERSON else ("paid", False))
    assert shop.stock(COFFEE) == stock - 1


@pytest.mark.parametrize("name", NOT_YET)
def test_money_that_is_not_there_yet_pays_its_order_when_it_is(shop: Shop, buyer: Buyer, control: Callable, name: str):
    control("POST", f"scenarios/{name}")
    buyer.pays_by_qris(buyer.goes_to_pay())
    buyer.opens(f"{buyer.order}/complete")
    early = buyer.status()

    control("DELETE", "faults")
    status = returns_until_it_is_clear(buyer)

    assert (early["status"], early["attention"]) == ("pending", False)
    assert (status["status"], status["attention"]) == ("paid", False)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in FOR_A_PERSON])
def test_a_paid_order_stays_paid_when_every_webhook_comes_once_more(
    shop: Shop, buyer: Buyer, control: Callable, name: str
):
    control("POST", f"scenarios/{name}")
    link = gets_a_hosted_page(buyer)
    if not records(control, shop, buyer)["captures"]:
        buyer.pays_by_qris(link)
    returns_until_it_is_clear(buyer)
    stock = shop.stock(COFFEE)

    for session in records(control, shop, buyer)["sessions"]:
        control("POST", "deliveries/resend", session_id=session["payment_session_id"])

    waits_until_all_is_heard(control, shop, buyer)
    assert (buyer.status()["status"], buyer.status()["attention"]) == ("paid", False)
    assert shop.stock(COFFEE) == stock


@pytest.mark.parametrize("name", UNHEARD)
def test_an_order_of_which_nothing_was_heard_is_found_paid_by_looking(
    shop: Shop, buyer: Buyer, control: Callable, name: str
):
    control("POST", f"scenarios/{name}")
    buyer.pays_by_qris(gets_a_hosted_page(buyer))

    shop.make_due(buyer.session_id)

    assert buyer.waits_until("paid")["attention"] is False


@pytest.mark.parametrize("name", ["success_after_failure", "wrong_status_in_get"])
def test_nobody_gets_goods_for_a_success_that_never_was(shop: Shop, buyer: Buyer, control: Callable, name: str):
    control("POST", f"scenarios/{name}")
    link = gets_a_hosted_page(buyer)

    buyer.fails_by_qris(link)
    waits_until_all_is_heard(control, shop, buyer)
    for _ in range(3):
        buyer.opens(f"{buyer.order}/complete")

    assert buyer.status()["status"] == "pending"
    assert records(control, shop, buyer)["captures"] == []


def test_a_month_later_on_the_sandboxs_clock_the_next_order_is_paid_like_any_other(buyer: Buyer, control: Callable):
    control("POST", "clock", action="jump", seconds=MONTH)

    buyer.pays_by_qris(gets_a_hosted_page(buyer))

    assert buyer.waits_until("paid")["attention"] is False
