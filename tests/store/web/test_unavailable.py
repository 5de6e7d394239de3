"""A database that can be read and not written, and files that are missing: pages stay pages, and the log says why."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from ...buyer import CATALOG, COFFEE, DETAILS, Buyer
from ...databases import SQLITE
from ...in_process import Shop, shop_app
from ...pages import Page
from ...records import filled_database

READ_ONLY = "the database cannot be used: attempt to write a readonly database"


@pytest.fixture(scope="module")
def database() -> str:
    """Its file is what these tests spoil."""
    return SQLITE


@pytest.fixture
def locked(buyer: Buyer, caplog: pytest.LogCaptureFixture) -> Iterator[Buyer]:
    """A buyer who has paid, whose shop may not write any more and does not know of the payment."""
    shop, sandbox = buyer.shop, buyer.shop.sandbox
    buyer.pays_by_qris(buyer.goes_to_pay())
    database = f"sqlite:///file:{shop.folder / 'shop.db'}?mode=ro&uri=true"
    sandbox.network.add(shop.url, shop_app(shop.folder, sandbox, DATABASE_URL=database))
    with caplog.at_level(logging.ERROR):
        yield buyer
    sandbox.network.add(shop.url, shop.app)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert all(record.exc_info is None for record in caplog.records)
    return [record.getMessage() for record in caplog.records]


def test_a_checkout_keeps_what_was_typed_and_says_to_try_again(locked: Buyer, caplog: pytest.LogCaptureFixture):
    form = locked.opens("/checkout").form("/checkout")

    answer = locked.sends(form, **{**DETAILS, "city": "Padang Panjang"})

    page = Page(answer)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert page.form("/checkout").fields["city"] == "Padang Panjang"
    assert "cannot take orders just now" in page.text
    assert complaints(caplog) == [f"POST checkout.create: {READ_ONLY}"]


@pytest.mark.parametrize("postal_code", [DETAILS["postal_code"], "1"], ids=["whole", "with a mistake"])
def test_a_checkout_keeps_what_was_typed_even_where_nothing_can_be_read(
    buyer: Buyer, caplog: pytest.LogCaptureFixture, tmp_path: Path, postal_code: str
):
    buyer.adds(quantity=3)
    form, shop = buyer.opens("/checkout").form("/checkout"), buyer.shop
    gone = shop_app(tmp_path, shop.sandbox, DATABASE_URL=f"sqlite:///{tmp_path / 'none' / 'shop.db'}")
    shop.sandbox.network.add(shop.url, gone)

    answer = buyer.sends(form, **{**DETAILS, "city": "Padang Panjang", "postal_code": postal_code})

    shop.sandbox.network.add(shop.url, shop.app)
    again = Page(answer).form("/checkout")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert (again.fields["city"], again.fields["seen_amount"]) == ("Padang Panjang", form.fields["seen_amount"])
    assert "cart is kept" in Page(answer).text
    assert len(complaints(caplog)) == 1
    assert buyer.sends(again, postal_code=DETAILS["postal_code"]).status_code == 303


@pytest.mark.parametrize("action", ["pay", "cancel"])
def test_a_button_that_cannot_be_obeyed_stands_on_the_same_page_again(
    locked: Buyer, caplog: pytest.LogCaptureFixture, action: str
):
    answer = locked.sends(locked.opens(locked.order).form(f"/{action}"))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "The shop cannot do this just now. No money was taken" in Page(answer).text
    assert Page(answer).form(f"/{action}")
    assert complaints(caplog) == [f"POST orders.{action}: {READ_ONLY}"]


@pytest.mark.parametrize("address", ["/", f"/products/{COFFEE}", "/cart", "/checkout", "{order}"])
def test_pages_stay_readable(locked: Buyer, caplog: pytest.LogCaptureFixture, address: str):
    assert locked.gets(address).status_code == 200
    assert complaints(caplog) == []


def test_who_comes_back_from_paying_reads_that_the_shop_is_still_checking(
    locked: Buyer, caplog: pytest.LogCaptureFixture
):
    page = locked.opens(f"{locked.order}/complete")

    assert page.status == 200
    assert "checking" in page.text.lower()
    assert complaints(caplog) == [f"GET orders.complete: {READ_ONLY}"]


def test_a_webhook_that_cannot_be_kept_is_asked_for_again_and_the_log_says_why(
    locked: Buyer, caplog: pytest.LogCaptureFixture
):
    answer = locked.shop.send_webhook({"event": "payment_session.completed", "data": {"payment_session_id": "ps-1"}})

    assert answer.status_code == 503
    assert complaints(caplog) == ["webhook not stored: attempt to write a readonly database"]


def test_a_database_that_is_away_is_a_calm_page(shop: Shop, caplog: pytest.LogCaptureFixture, tmp_path: Path):
    app = shop_app(tmp_path, shop.sandbox, DATABASE_URL=f"sqlite:///{tmp_path / 'none' / 'shop.db'}")

    answer = app.test_client().get("/", base_url=shop.url)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert complaints(caplog) == ["GET catalog.index: the database cannot be used: unable to open database file"]


@pytest.mark.parametrize(
    ("kept", "why"), [(0, "file is not a database"), (4096, "database disk image is malformed")], ids=["all", "tables"]
)
def test_a_damaged_database_is_a_calm_page(
    shop: Shop, caplog: pytest.LogCaptureFixture, tmp_path: Path, kept: int, why: str
):
    app = shop_app(tmp_path, shop.sandbox)
    file = tmp_path / "shop.db"
    content = filled_database()
    file.write_bytes(content[:kept] + b"x" * (len(content) - kept))

    answer = app.test_client().get("/", base_url=shop.url)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert complaints(caplog) == [f"GET catalog.index: the database cannot be used: {why}"]


def test_a_missing_picture_costs_no_page_and_is_logged_once(buyer: Buyer, caplog: pytest.LogCaptureFixture):
    buyer.shop.sql("UPDATE products SET picture = 'moved-away' WHERE slug = ?", COFFEE)

    pages = [buyer.opens(address) for address in ("/", f"/products/{COFFEE}", "/")]

    buyer.shop.sql("UPDATE products SET picture = ? WHERE slug = ?", CATALOG[COFFEE]["picture"], COFFEE)
    assert [page.status for page in pages] == [200, 200, 200]
    lines = complaints(caplog)
    assert sorted(set(lines)) == sorted(lines)
    assert all(line.startswith("the file static/pictures/moved-away-") for line in lines)
    assert lines
