"""Workers as processes: what is slow keeps nothing else waiting, several share the work, and one may be ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..buyer import COFFEE, Buyer
from ..events import payment_event, session_event
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy, delay
from ..waiting import wait_until

SLOW = 3  # seconds; after 5 the shop waits no more, and after some of those it does not ask for a while
HANDS = 8  # of a worker, for polls
POLLS = 24  # which the budget of a test key reaches in one go


@pytest.fixture(scope="module")
def shop(shop_of_provider: Shop) -> Shop:
    return shop_of_provider


@pytest.fixture(autouse=True)
def well_again(provider: SpoilingProxy) -> Iterator[None]:
    yield
    provider.heals()


@pytest.fixture
def twin(shop: Shop, provider: SpoilingProxy, tmp_path: Path) -> Iterator[Shop]:
    """A second shop and worker on the first one's database."""
    twin = Shop(tmp_path, provider.url, database=shop.database)
    yield twin
    twin.end()


def opened(shop: Shop) -> Buyer:
    buyer = Buyer(shop)
    buyer.goes_to_pay()
    return buyer


def let_no_poll_find_it(shop: Shop, buyer: Buyer) -> None:
    shop.sql("UPDATE attempts SET next_check_at = NULL WHERE session_id = ?", buyer.session_id)


def test_slow_polls_keep_no_webhook_waiting(shop: Shop, provider: SpoilingProxy):
    waiting = [opened(shop) for _ in range(POLLS)]
    buyer = opened(shop)
    let_no_poll_find_it(shop, buyer)
    paid = provider.complete(buyer.session_id)
    provider.always(delay(SLOW), "get")
    before = len(provider.calls_seen)

    shop.make_everything_due()
    wait_until(lambda: len(provider.calls_seen) >= before + HANDS)
    shop.send_webhook(session_event("completed", paid))
    buyer.waits_until("paid")

    looked_at = [call.session_id for call in provider.calls_seen[before:]]
    assert looked_at.index(paid["payment_session_id"]) < 2 * HANDS < len(waiting)


def test_a_worker_that_is_told_to_end_ends_what_it_has_begun(shop: Shop, provider: SpoilingProxy):
    buyer = opened(shop)
    let_no_poll_find_it(shop, buyer)
    paid = provider.complete(buyer.session_id)
    provider.always(delay(2), "get")
    shop.send_webhook(session_event("completed", paid))
    wait_until(lambda: provider.count("get", paid["payment_session_id"]))

    shop.worker.stop()

    moved = "SELECT status FROM orders WHERE token = ?"
    assert shop.sql(moved, buyer.order.rpartition("/")[2]) == [("paid",)]
    shop.start_worker()


def test_two_shops_and_two_workers_lose_nothing_and_do_nothing_twice(shop: Shop, twin: Shop, provider: SpoilingProxy):
    before = shop.stock(COFFEE)
    buyers = [opened(each) for each in (shop, twin) * 4]
    sessions = [provider.complete(buyer.session_id) for buyer in buyers]

    for number, session in enumerate(sessions):
        for name, door in ((payment_event("capture", session), shop), (session_event("completed", session), twin)):
            if number % 2:  # of the others the webhooks are lost
                door.send_webhook(name)
    shop.make_everything_due()
    twin.worker.stop()
    for buyer in buyers:
        buyer.waits_until("paid")

    for session in sessions:
        payments = "SELECT count(*) FROM payments WHERE payment_id = ?"
        moves = (
            "SELECT count(*) FROM order_events e JOIN attempts a ON a.order_id = e.order_id"
            " WHERE e.to_status = 'paid' AND a.session_id = ?"
        )
        assert shop.sql(payments, session["payment_id"]) == [(1,)]
        assert shop.sql(moves, session["payment_session_id"]) == [(1,)]
    assert shop.stock(COFFEE) == before - len(buyers)
    programs = (shop.process, shop.worker, twin.process, twin.worker)
    assert not any("Traceback" in program.output() for program in programs)
