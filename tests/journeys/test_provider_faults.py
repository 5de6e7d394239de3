"""What buyer, order and stock go through while the provider fails: no order lost, none paid by mistake."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..buyer import COFFEE, Buyer
from ..events import payment_event, session_event
from ..faulty_provider import ABSENT, DOWN, RESET_AFTER, RESET_BEFORE, Fault, FaultyProvider, error
from ..processes import SECRET_KEY, Shop
from ..waiting import wait_until

LONGEST_WAIT = 12  # seconds that a buyer waits for the answer to a checkout

CREATE_FAULTS = {
    "refused": error(400, "API_VALIDATION_ERROR"),
    "wrong key": error(401, "INVALID_API_KEY"),
    "forbidden": error(403, "REQUEST_FORBIDDEN_ERROR"),
    "not found": error(404, "DATA_NOT_FOUND"),
    "duplicate": error(409, "DUPLICATE_ERROR"),
    "rate limit": error(429, "RATE_LIMIT_EXCEEDED", Rate_Limit_Reset="58.37"),
    "broken": error(500, "SERVER_ERROR"),
    "gateway": Fault(502, b"<html>Bad Gateway</html>"),
    "reset before the work": RESET_BEFORE,
    "reset after the work": RESET_AFTER,
    "HTML with 200": Fault(200, b"<!doctype html><title>Welcome</title>"),
    "HTML with 201": Fault(201, b"<!doctype html><title>Welcome</title>"),
    "truncated": Fault(body=b'{"payment_session_id": "ps-0123456789abcdef01234567", "status": "ACT'),
    "empty": Fault(body=b""),
    "huge": Fault(changes={"description": "x" * 1_000_000}),
    "array": Fault(body=b"[]"),
    "null": Fault(body=b"null"),
    "NaN": Fault(changes={"amount": float("nan")}),
    "exponent out of range": Fault(body=b'{"amount": 1e99999999999999999999}'),
    "no id": Fault(changes={"payment_session_id": ABSENT}),
    "id is null": Fault(changes={"payment_session_id": None}),
    "id is a number": Fault(changes={"payment_session_id": 7}),
    "no status": Fault(changes={"status": ABSENT}),
    "wrong amount": Fault(changes={"amount": 1}),
    "wrong currency": Fault(changes={"currency": "PHP"}),
    "wrong reference": Fault(changes={"reference_id": "W-AAAAAA-A1"}),
    "redirect": Fault(302, b"", headers={"location": "/sessions/ps-elsewhere"}),
    "link missing": Fault(changes={"payment_link_url": ABSENT}),
    "link null": Fault(changes={"payment_link_url": None}),
    "link empty": Fault(changes={"payment_link_url": ""}),
    "link a list": Fault(changes={"payment_link_url": ["https://checkout.xendit.co/x"]}),
    "link a script": Fault(changes={"payment_link_url": "javascript:alert(1)"}),
    "link foreign": Fault(changes={"payment_link_url": "https://evil.example/pay"}),
    "link without scheme": Fault(changes={"payment_link_url": "//evil.example/pay"}),
    "link to a lookalike": Fault(changes={"payment_link_url": "https://xendit.co.evil.example/pay"}),
    "link to a longer name": Fault(changes={"payment_link_url": "https://evilxendit.co/pay"}),
    "link with a user": Fault(changes={"payment_link_url": "https://evil.example@xendit.co/pay"}),
    "link with Xendit as user": Fault(changes={"payment_link_url": "https://xendit.co@evil.example/pay"}),
    "link with a backslash": Fault(changes={"payment_link_url": "https://evil.example\\@xendit.co/pay"}),
    "link with a line break": Fault(changes={"payment_link_url": "https://xendit.co/\r\nlocation: //evil.example"}),
    "link in the open": Fault(changes={"payment_link_url": "http://checkout.xendit.co/pay"}),
    "link to another port": Fault(changes={"payment_link_url": "https://xendit.co:8443/pay"}),
    "link to another port of this host": Fault(changes={"payment_link_url": "http://127.0.0.1:9/pay"}),
}

MISMATCHES = {
    "less": {"amount": 1},
    "more": {"amount": 10**9},
    "a fraction": {"amount": 96_000.5},
    "no amount": {"amount": ABSENT},
    "amount null": {"amount": None},
    "amount true": {"amount": True},
    "amount no number": {"amount": "a lot"},
    "amount beyond all money": {"amount": 10**400},
    "amount with six zeros in its exponent": {"amount": "1e999999"},
    "amount with a boundless exponent": {"amount": "1e99999999"},
    "other currency": {"currency": "PHP"},
    "no currency": {"currency": ABSENT},
    "currency null": {"currency": None},
    "other reference": {"reference_id": "W-AAAAAA-A1"},
    "no reference": {"reference_id": ABSENT},
    "saves a card": {"session_type": "SAVE"},
    "no type": {"session_type": ABSENT},
}

UNUSABLE_RECORDS = {
    "not found": error(404, "NOT_FOUND"),
    "another session": Fault(changes={"payment_session_id": "ps-" + "0" * 24}),
    "no status": Fault(changes={"status": ABSENT}),
    "unknown status": Fault(changes={"status": "PENDING"}),
    "completed without a payment": Fault(changes={"payment_id": ABSENT}),
    "payment null": Fault(changes={"payment_id": None}),
    "HTML": Fault(200, b"<html>"),
    "reset": RESET_BEFORE,
    "exponent out of range": Fault(body=b'{"amount": 1e99999999999999999999}'),
}


@pytest.fixture(scope="module")
def shop(shop_of_faulty_provider: Shop) -> Shop:
    return shop_of_faulty_provider


@pytest.fixture(autouse=True)
def well_again(provider: FaultyProvider):
    yield
    provider.heals()


def pay_without_telling(provider: FaultyProvider, buyer: Buyer, **changes) -> dict:
    """The buyer has paid on the hosted page; no webhook comes, and `changes` stand in the provider's record."""
    return provider.complete(buyer.session_id, **changes)


def assert_kept_unpaid(buyer: Buyer, stock_before: int, pieces: int) -> None:
    assert buyer.status()["status"] == "pending"
    assert buyer.shop.stock(COFFEE) == stock_before - pieces
    assert "checkout" in " ".join(buyer.opens("/cart").links)


@pytest.mark.parametrize("fault", CREATE_FAULTS.values(), ids=CREATE_FAULTS.keys())
def test_no_payment_page_means_a_kept_order_and_another_try(
    shop: Shop, provider: FaultyProvider, buyer: Buyer, fault: Fault
):
    before = shop.stock(COFFEE)
    buyer.adds(quantity=2)
    provider.will("create", fault)

    answer = buyer.checks_out()
    page = buyer.opens(answer.headers["location"])

    assert answer.status_code == 303
    assert page.url == buyer.order
    assert "no money was taken" in page.text.lower()
    assert_kept_unpaid(buyer, before, pieces=2)

    again = buyer.presses("pay")

    number = buyer.status()["number"]
    assert provider.created(number) == [f"{number}-A1", f"{number}-A2"]
    assert provider.count("get", "ps-elsewhere") == 0
    assert again.headers["location"] == provider.session_for(f"{number}-A2")["payment_link_url"]
    assert buyer.status()["payment"]["status"] == "ACTIVE"
    assert_kept_unpaid(buyer, before, pieces=2)


def test_a_buyer_is_not_kept_waiting_for_a_provider_that_hangs(shop: Shop, provider: FaultyProvider, buyer: Buyer):
    before = shop.stock(COFFEE)
    buyer.adds()
    provider.will("create", Fault(seconds=30))
    started = time.monotonic()

    answer = buyer.checks_out()

    assert answer.status_code == 303
    assert time.monotonic() - started < LONGEST_WAIT
    assert "no money was taken" in buyer.opens(answer.headers["location"]).text.lower()
    assert_kept_unpaid(buyer, before, pieces=1)
    assert buyer.presses("pay").headers["location"].startswith(provider.url)


@pytest.mark.parametrize("fault", [DOWN, RESET_BEFORE, error(404, "NOT_FOUND")], ids=["down", "reset", "not found"])
def test_the_way_back_to_an_open_session_survives_a_provider_that_fails(
    provider: FaultyProvider, buyer: Buyer, fault: Fault
):
    link = buyer.goes_to_pay()
    provider.always(fault, "get")

    answer = buyer.presses("pay")

    assert answer.headers["location"].endswith(buyer.order.partition("/order")[2])
    assert "no money was taken" in buyer.opens(buyer.order).text.lower()
    provider.heals()
    assert buyer.presses("pay").headers["location"] == link


@pytest.mark.parametrize("link", [None, "javascript:alert(1)", "https://xendit.co.evil.example/pay"])
def test_a_link_that_turns_bad_later_is_not_followed_either(provider: FaultyProvider, buyer: Buyer, link: str | None):
    buyer.goes_to_pay()
    provider.always(Fault(changes={"payment_link_url": link}), "get")

    answer = buyer.presses("pay")

    assert answer.headers["location"].endswith(buyer.order.partition("/order")[2])


def test_catalog_and_order_pages_open_while_the_provider_is_down(provider: FaultyProvider, buyer: Buyer):
    buyer.goes_to_pay()
    provider.always(DOWN)

    pages = ("/", "/cart", "/checkout", buyer.order, f"{buyer.order}/complete", f"{buyer.order}/cancel")

    assert [buyer.opens(page).status for page in pages] == [200] * 6


@pytest.mark.parametrize("fault", [DOWN, RESET_BEFORE, RESET_AFTER], ids=["down", "reset", "canceled, answer lost"])
def test_an_order_canceled_while_the_provider_is_down_is_closed_once_it_is_back(
    shop: Shop, provider: FaultyProvider, buyer: Buyer, fault: Fault
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay(quantity=3)
    provider.always(fault, "cancel", "get")

    answer = buyer.presses("cancel")
    shop.make_everything_due()
    seen = buyer.opens(answer.headers["location"])

    assert "being canceled" in seen.text
    assert buyer.status()["status"] == "closing"
    assert shop.stock(COFFEE) == before - 3

    provider.heals()
    shop.make_everything_due()

    assert buyer.waits_until("canceled")["payment"]["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before


def test_an_order_that_was_paid_before_it_could_be_canceled_ends_paid(
    shop: Shop, provider: FaultyProvider, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    pay_without_telling(provider, buyer)

    buyer.presses("cancel")

    assert buyer.status()["status"] == "paid"
    assert shop.stock(COFFEE) == before - 1


def test_an_order_canceled_while_its_session_is_being_made_ends_canceled(
    shop: Shop, provider: FaultyProvider, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    provider.change(buyer.session_id, status="EXPIRED")
    buyer.opens(f"{buyer.order}/cancel")
    buyer.waits_until("canceled")
    provider.will("create", Fault(before_answer=lambda _: cancel_from_another_tab(buyer)))

    answer = buyer.checks_out()

    assert not answer.headers["location"].startswith(provider.url)
    assert buyer.waits_until("canceled")["payment"]["status"] == "CANCELED"
    assert provider.sessions[buyer.session_id]["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before


def cancel_from_another_tab(buyer: Buyer) -> None:
    other = Buyer(buyer.shop)
    other.order = other.order_page()
    other.presses("cancel")


@pytest.mark.parametrize("worker_is_first", [True, False], ids=["worker first", "answer first"])
def test_a_webhook_that_is_faster_than_the_answer_pays_the_order(
    shop: Shop, provider: FaultyProvider, buyer: Buyer, worker_is_first: bool
):
    def pay_at_once(session: dict) -> None:
        paid = provider.complete(session["payment_session_id"])
        assert shop.send_webhook(session_event("completed", paid)).status_code == 200
        if worker_is_first:
            wait_for_looks(provider, paid, 1)

    buyer.adds()
    provider.will("create", Fault(before_answer=pay_at_once))

    answer = buyer.checks_out()

    assert answer.status_code == 303
    assert buyer.waits_until("paid", within=5)["payment"]["status"] == "COMPLETED"
    assert not buyer.status()["attention"]


@pytest.mark.parametrize("paid", [True, False])
def test_a_session_whose_answer_was_lost_is_adopted_when_a_webhook_names_it(
    shop: Shop, provider: FaultyProvider, buyer: Buyer, paid: bool
):
    buyer.adds()
    provider.will("create", RESET_AFTER)
    buyer.checks_out()
    session = provider.session_for(buyer.attempts()[0].reference)
    if paid:
        provider.complete(session["payment_session_id"])

    shop.send_webhook(session_event("completed", session))

    if paid:
        assert buyer.waits_until("paid", within=5)["attention"] is False
    else:
        wait_for_looks(provider, session, 2)
        assert buyer.status()["status"] == "pending"
    assert buyer.session_id == session["payment_session_id"]


def wait_for_looks(provider: FaultyProvider, session: dict, times: int) -> None:
    wait_until(lambda: provider.count("get", session["payment_session_id"]) >= times, within=5)


def test_a_webhook_cannot_tie_an_attempt_to_the_session_of_another_order(
    shop: Shop, provider: FaultyProvider, buyer: Buyer
):
    victim, thief = buyer, Buyer(shop)
    victim.goes_to_pay()
    foreign = provider.complete(victim.session_id, reference_id="somebody-else")
    provider.sessions["ps-" + "f" * 24] = {**foreign, "payment_session_id": "ps-" + "f" * 24}
    thief.adds()
    provider.will("create", RESET_AFTER)
    thief.checks_out()
    lost = thief.attempts()[0].reference

    shop.send_webhook(session_event("completed", foreign, payment_session_id="ps-" + "f" * 24, reference_id=lost))
    wait_for_looks(provider, {"payment_session_id": "ps-" + "f" * 24}, 2)

    assert thief.status()["status"] == "pending"
    assert thief.session_id is None


@pytest.mark.parametrize("changes", MISMATCHES.values(), ids=MISMATCHES.keys())
def test_money_that_does_not_fit_the_order_never_pays_it(
    shop: Shop, provider: FaultyProvider, buyer: Buyer, changes: dict
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    pay_without_telling(provider, buyer, **changes)

    page = buyer.opens(f"{buyer.order}/complete")

    status = buyer.status()
    assert (status["status"], status["attention"], status["payment"]["status"]) == ("pending", True, "SUSPECT")
    assert "do not pay again" in page.text.lower()
    assert shop.sql("SELECT count(*) FROM payments p JOIN attempts a ON a.id = p.attempt_id WHERE a.reference = ?",
                    buyer.attempts()[0].reference) == [(0,)]  # fmt: skip
    assert shop.stock(COFFEE) == before - 1


@pytest.mark.parametrize("write", [str, lambda amount: f"{amount}.00", float], ids=["text", "decimals", "float"])
def test_the_right_amount_pays_the_order_however_it_is_written(provider: FaultyProvider, buyer: Buyer, write):
    buyer.goes_to_pay()
    pay_without_telling(provider, buyer, amount=write(buyer.status()["amount"]))

    buyer.opens(f"{buyer.order}/complete")

    assert buyer.status()["status"] == "paid"


@pytest.mark.parametrize("fault", UNUSABLE_RECORDS.values(), ids=UNUSABLE_RECORDS.keys())
def test_a_record_that_says_nothing_of_a_payment_leaves_the_order_as_it_is(
    provider: FaultyProvider, buyer: Buyer, fault: Fault
):
    buyer.goes_to_pay()
    pay_without_telling(provider, buyer)
    provider.always(fault, "get")

    page = buyer.opens(f"{buyer.order}/complete")

    assert page.status == 200
    assert buyer.status()["status"] == "pending"
    assert not buyer.status()["attention"]

    provider.heals()
    buyer.opens(f"{buyer.order}/complete")

    assert buyer.status()["status"] == "paid"


def test_one_payment_pays_one_order(shop: Shop, provider: FaultyProvider, buyer: Buyer):
    other = Buyer(shop)
    buyer.goes_to_pay()
    payment_id = pay_without_telling(provider, buyer)["payment_id"]
    buyer.opens(f"{buyer.order}/complete")
    other.goes_to_pay()
    pay_without_telling(provider, other, payment_id=payment_id)

    other.opens(f"{other.order}/complete")

    assert buyer.status()["status"] == "paid"
    assert other.status()["status"] == "pending"
    assert other.status()["payment"]["status"] == "SUSPECT"
    assert other.status()["attention"]


@pytest.mark.parametrize("end", ["EXPIRED", "CANCELED"])
@pytest.mark.parametrize("door", ["webhook", "poll"])
def test_money_for_a_canceled_order_is_written_down_and_asks_for_a_person(
    shop: Shop, provider: FaultyProvider, buyer: Buyer, end: str, door: str
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    provider.change(buyer.session_id, status=end)
    buyer.presses("cancel")
    buyer.waits_until("canceled")

    session = pay_without_telling(provider, buyer)
    if door == "webhook":
        shop.send_webhook(session_event("completed", session))
    else:
        shop.make_everything_due()
    wait_for_attention(buyer)

    assert buyer.status()["status"] == "canceled"
    assert buyer.status()["payment"]["status"] == "COMPLETED"
    assert shop.sql("SELECT count(*) FROM payments WHERE payment_id = ?", session["payment_id"]) == [(1,)]
    assert shop.stock(COFFEE) == before
    assert "looking at" in buyer.opens(buyer.order).text


def wait_for_attention(buyer: Buyer) -> None:
    wait_until(lambda: buyer.status()["attention"], within=6)


def test_money_reported_for_a_session_that_has_ended_asks_for_a_person(
    shop: Shop, provider: FaultyProvider, buyer: Buyer
):
    buyer.goes_to_pay()
    session = provider.change(buyer.session_id, status="EXPIRED")
    buyer.presses("cancel")

    shop.send_webhook(payment_event("capture", session))
    wait_for_attention(buyer)

    assert buyer.status()["status"] == "canceled"


def test_a_second_payment_leaves_the_order_paid_and_asks_for_a_person(
    shop: Shop, provider: FaultyProvider, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.adds()
    provider.will("create", RESET_AFTER)
    buyer.checks_out()
    buyer.presses("pay")
    first, second = (provider.session_for(attempt.reference) for attempt in buyer.attempts())
    provider.complete(second["payment_session_id"])
    buyer.opens(f"{buyer.order}/complete")
    assert buyer.status()["attention"] is False

    shop.send_webhook(session_event("completed", provider.complete(first["payment_session_id"])))
    wait_for_attention(buyer)

    assert buyer.status()["status"] == "paid"
    assert [attempt.status for attempt in buyer.attempts()] == ["COMPLETED", "COMPLETED"]
    assert shop.stock(COFFEE) == before - 1


def test_the_return_page_settles_at_once_when_every_webhook_is_lost(provider: FaultyProvider, buyer: Buyer):
    buyer.goes_to_pay()
    pay_without_telling(provider, buyer)

    page = buyer.opens(f"{buyer.order}/complete")

    assert "is paid" in page.text
    assert buyer.status()["status"] == "paid"


def test_the_return_page_answers_while_the_provider_hangs(provider: FaultyProvider, buyer: Buyer):
    buyer.goes_to_pay()
    pay_without_telling(provider, buyer)
    provider.always(Fault(seconds=30), "get")
    started = time.monotonic()

    page = buyer.opens(f"{buyer.order}/complete")

    assert time.monotonic() - started < 3
    assert "checking" in page.text
    assert buyer.status()["status"] == "pending"


def test_the_poll_settles_an_order_whose_buyer_never_returns_and_whose_webhooks_are_lost(
    provider: FaultyProvider, buyer: Buyer
):
    buyer.goes_to_pay()
    pay_without_telling(provider, buyer)

    assert buyer.waits_until("paid", within=60)["payment"]["status"] == "COMPLETED"


def test_webhooks_are_answered_while_the_provider_hangs(shop: Shop, provider: FaultyProvider, buyer: Buyer):
    buyer.goes_to_pay()
    session = pay_without_telling(provider, buyer)
    provider.always(Fault(seconds=30), "get")

    def send(number: int) -> float:
        started = time.monotonic()
        answer = shop.send_webhook(payment_event("capture", session, payment_id=f"py-hang-{number}"))
        assert answer.status_code == 200
        return time.monotonic() - started

    with ThreadPoolExecutor(5) as pool:
        slowest = max(pool.map(send, range(50)))

    assert slowest < 1
    provider.heals()
    buyer.waits_until("paid")


def test_none_of_this_was_unforeseen_and_no_secret_was_logged(shop: Shop, provider: FaultyProvider, buyer: Buyer):
    buyer.goes_to_pay()

    logged = shop.process.output() + shop.worker.output()

    assert buyer.attempts()[0].reference in logged
    for never in ("Traceback", "evil.example", "javascript:", SECRET_KEY, f"{provider.url}/pay", "/order/"):
        assert never not in logged
