"""What buyer, order and stock go through while the provider fails: no order lost, none paid by mistake."""

from collections.abc import Iterator

import pytest

from ...buyer import COFFEE, Buyer
from ...in_process import Shop
from ...spoiling_proxy import ABSENT, DOWN, RESET_AFTER, RESET_BEFORE, Fault, Ordered, Spoiled, SpoilingProxy, error

CREATE_FAULTS = {
    "refused": error(400, "API_VALIDATION_ERROR"),
    "wrong key": error(401, "INVALID_API_KEY"),
    "forbidden": error(403, "REQUEST_FORBIDDEN_ERROR"),
    "not found": error(404, "DATA_NOT_FOUND"),
    "rate limit": Ordered("rate_limit"),
    "broken": error(500, "SERVER_ERROR"),
    "gateway": error(502, "SERVER_ERROR"),
    "reset before the work": RESET_BEFORE,
    "reset after the work": RESET_AFTER,
    "HTML with 200": Spoiled(200, b"<!doctype html><title>Welcome</title>"),
    "HTML with 201": Ordered("garbage"),
    "truncated": Ordered("truncated"),
    "empty": Spoiled(body=b""),
    "huge": Spoiled(changes={"description": "x" * 1_000_000}),
    "array": Spoiled(body=b"[]"),
    "null": Spoiled(body=b"null"),
    "NaN": Spoiled(changes={"amount": float("nan")}),
    "exponent out of range": Spoiled(body=b'{"amount": 1e99999999999999999999}'),
    "no id": Spoiled(changes={"payment_session_id": ABSENT}),
    "id is null": Spoiled(changes={"payment_session_id": None}),
    "id is a number": Spoiled(changes={"payment_session_id": 7}),
    "no status": Spoiled(changes={"status": ABSENT}),
    "wrong amount": Spoiled(changes={"amount": 1}),
    "wrong currency": Spoiled(changes={"currency": "PHP"}),
    "wrong reference": Spoiled(changes={"reference_id": "W-AAAAAA-A1"}),
    "redirect": Spoiled(302, b"", headers={"location": "/sessions/ps-elsewhere"}),
    "link missing": Spoiled(changes={"payment_link_url": ABSENT}),
    "link null": Spoiled(changes={"payment_link_url": None}),
    "link empty": Spoiled(changes={"payment_link_url": ""}),
    "link a list": Spoiled(changes={"payment_link_url": ["https://checkout.xendit.co/x"]}),
    "link a script": Spoiled(changes={"payment_link_url": "javascript:alert(1)"}),
    "link foreign": Spoiled(changes={"payment_link_url": "https://evil.example/pay"}),
    "link without scheme": Spoiled(changes={"payment_link_url": "//evil.example/pay"}),
    "link to a lookalike": Spoiled(changes={"payment_link_url": "https://xendit.co.evil.example/pay"}),
    "link to a longer name": Spoiled(changes={"payment_link_url": "https://evilxendit.co/pay"}),
    "link with a user": Spoiled(changes={"payment_link_url": "https://evil.example@xendit.co/pay"}),
    "link with Xendit as user": Spoiled(changes={"payment_link_url": "https://xendit.co@evil.example/pay"}),
    "link with a backslash": Spoiled(changes={"payment_link_url": "https://evil.example\\@xendit.co/pay"}),
    "link with a line break": Spoiled(changes={"payment_link_url": "https://xendit.co/\r\nlocation: //evil.example"}),
    "link in the open": Spoiled(changes={"payment_link_url": "http://checkout.xendit.co/pay"}),
    "link to another port": Spoiled(changes={"payment_link_url": "https://xendit.co:8443/pay"}),
    "link to another port of this host": Spoiled(changes={"payment_link_url": "http://127.0.0.1:9/pay"}),
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
    "another session": Spoiled(changes={"payment_session_id": "ps-" + "0" * 24}),
    "no status": Spoiled(changes={"status": ABSENT}),
    "unknown status": Spoiled(changes={"status": "PENDING"}),
    "completed without a payment": Spoiled(changes={"payment_id": ABSENT}),
    "payment null": Spoiled(changes={"payment_id": None}),
    "HTML": Ordered("garbage"),
    "reset": RESET_BEFORE,
    "exponent out of range": Spoiled(body=b'{"amount": 1e99999999999999999999}'),
}


@pytest.fixture(scope="module")
def sandbox() -> SpoilingProxy:
    return SpoilingProxy()


@pytest.fixture
def provider(sandbox: SpoilingProxy) -> Iterator[SpoilingProxy]:
    yield sandbox
    sandbox.heals()


def assert_kept_unpaid(buyer: Buyer, stock_before: int, pieces: int) -> None:
    assert buyer.status()["status"] == "pending"
    assert buyer.shop.stock(COFFEE) == stock_before - pieces
    assert "checkout" in " ".join(buyer.opens("/cart").links)


@pytest.mark.parametrize("fault", CREATE_FAULTS.values(), ids=CREATE_FAULTS.keys())
def test_no_payment_page_means_a_kept_order_and_another_try(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, fault: Fault
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


@pytest.mark.parametrize("name", ["refused", "wrong key", "forbidden", "rate limit", "broken"])
def test_the_buyer_is_told_whether_to_try_again_or_that_the_shop_must_act(
    provider: SpoilingProxy, buyer: Buyer, name: str
):
    buyer.adds()
    provider.will("create", CREATE_FAULTS[name])

    page = buyer.opens(buyer.checks_out().headers["location"])

    is_refusal = name in ("refused", "wrong key", "forbidden")
    assert ("until we have acted" in page.text, "please try again" in page.text.lower()) == (is_refusal, not is_refusal)
    assert buyer.status()["attention"] == is_refusal

    buyer.presses("pay")

    assert "until we have acted" not in buyer.opens(buyer.order).text
    assert not buyer.status()["attention"]


@pytest.mark.parametrize("action", ["", "/complete", "/cancel"])
def test_a_key_that_was_revoked_after_the_page_was_opened_is_said_without_promises_about_money(
    provider: SpoilingProxy, buyer: Buyer, action: str
):
    buyer.goes_to_pay()
    provider.always(CREATE_FAULTS["wrong key"])
    buyer.opens(f"{buyer.order}/complete")

    page = buyer.opens(f"{buyer.order}{action}")

    assert "do not pay again" in page.text
    assert "no money" not in page.text.lower()
    assert buyer.status()["attention"]


@pytest.mark.parametrize("fault", [DOWN, RESET_BEFORE, error(404, "NOT_FOUND")], ids=["down", "reset", "not found"])
def test_the_way_back_to_an_open_session_survives_a_provider_that_fails(
    provider: SpoilingProxy, buyer: Buyer, fault: Fault
):
    link = buyer.goes_to_pay()
    provider.always(fault, "get")

    answer = buyer.presses("pay")

    assert answer.headers["location"].endswith(buyer.order.partition("/order")[2])
    assert "no money was taken" in buyer.opens(buyer.order).text.lower()
    provider.heals()
    assert buyer.presses("pay").headers["location"] == link


@pytest.mark.parametrize("link", [None, "javascript:alert(1)", "https://xendit.co.evil.example/pay"])
def test_a_link_that_turns_bad_later_is_not_followed_either(provider: SpoilingProxy, buyer: Buyer, link: str | None):
    buyer.goes_to_pay()
    provider.always(Spoiled(changes={"payment_link_url": link}), "get")

    answer = buyer.presses("pay")

    assert answer.headers["location"].endswith(buyer.order.partition("/order")[2])


def test_catalog_and_order_pages_open_while_the_provider_is_down(provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    provider.always(DOWN)

    pages = ("/", "/cart", "/checkout", buyer.order, f"{buyer.order}/complete", f"{buyer.order}/cancel")

    assert [buyer.opens(page).status for page in pages] == [200] * 6


def test_an_order_that_was_paid_before_it_could_be_canceled_ends_paid(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    provider.complete(buyer.session_id)

    buyer.presses("cancel")

    assert buyer.status()["status"] == "paid"
    assert shop.stock(COFFEE) == before - 1


@pytest.mark.parametrize("changes", MISMATCHES.values(), ids=MISMATCHES.keys())
def test_money_that_does_not_fit_the_order_never_pays_it(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, changes: dict
):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay()
    provider.complete(buyer.session_id, **changes)

    page = buyer.opens(f"{buyer.order}/complete")

    status = buyer.status()
    assert (status["status"], status["attention"], status["payment"]["status"]) == ("pending", True, "SUSPECT")
    assert "do not pay for this order again" in page.text
    assert shop.stock(COFFEE) == before - 1


@pytest.mark.parametrize("write", [str, lambda amount: f"{amount}.00", float], ids=["text", "decimals", "float"])
def test_the_right_amount_pays_the_order_however_it_is_written(provider: SpoilingProxy, buyer: Buyer, write):
    buyer.goes_to_pay()
    provider.complete(buyer.session_id, amount=write(buyer.status()["amount"]))

    buyer.opens(f"{buyer.order}/complete")

    assert buyer.status()["status"] == "paid"


@pytest.mark.parametrize("fault", UNUSABLE_RECORDS.values(), ids=UNUSABLE_RECORDS.keys())
def test_a_record_that_says_nothing_of_a_payment_leaves_the_order_as_it_is(
    provider: SpoilingProxy, buyer: Buyer, fault: Fault
):
    buyer.goes_to_pay()
    provider.complete(buyer.session_id)
    provider.always(fault, "get")

    page = buyer.opens(f"{buyer.order}/complete")

    assert page.status == 200
    assert buyer.status()["status"] == "pending"
    assert not buyer.status()["attention"]

    provider.heals()
    buyer.opens(f"{buyer.order}/complete")

    assert buyer.status()["status"] == "paid"


def test_one_payment_pays_one_order(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    other = Buyer(shop)
    buyer.goes_to_pay()
    payment_id = provider.complete(buyer.session_id)["payment_id"]
    buyer.opens(f"{buyer.order}/complete")
    other.goes_to_pay()
    provider.complete(other.session_id, payment_id=payment_id)

    other.opens(f"{other.order}/complete")

    assert buyer.status()["status"] == "paid"
    assert other.status()["status"] == "pending"
    assert other.status()["payment"]["status"] == "SUSPECT"
    assert other.status()["attention"]


def test_the_return_page_settles_at_once_when_every_webhook_is_lost(provider: SpoilingProxy, buyer: Buyer):
    buyer.goes_to_pay()
    provider.complete(buyer.session_id)

    page = buyer.opens(f"{buyer.order}/complete")

    assert "is paid" in page.text
    assert buyer.status()["status"] == "paid"
