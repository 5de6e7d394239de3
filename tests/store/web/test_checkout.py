"""The checkout form: what it refuses and how it says so, what it takes, and what never counts."""

import re
from html import unescape

import pytest
import requests

from ...buyer import DETAILS, Buyer
from ...in_process import Sandbox, Shop
from ...pages import Page

LONGEST = {
    "given_names": 100, "surname": 100, "email": 254, "mobile_number": 40, "address_line1": 200, "city": 100,
    "postal_code": 20,
}  # fmt: skip
REQUIRED = [field for field in LONGEST if field != "surname"]
ODD = {
    "over-long": None,
    "10,000 characters": "x" * 10_000,
    "lost letters": "ab\ufffdcd",
}
BAD_DETAILS = [
    *((field, "missing", None) for field in REQUIRED),
    *((field, "empty", "") for field in REQUIRED),
    *((field, "blank", " \t\r\n\u00a0\u3000") for field in REQUIRED),
    *((field, "invisible", "\u00ad\u200b \u200d\ufe0f\u3164\u2800") for field in REQUIRED),
    *((field, name, text or "1" * (LONGEST[field] + 1)) for field in LONGEST for name, text in ODD.items()),
    *(("email", text, text) for text in (
        "siti", "siti@", "@example.com", "siti@example", "siti@@example.com", "si ti@example.com", "siti@example..com",
        "Siti <siti@example.com>", "a@example.com,b@example.com", "<script>alert(1)</script>",
    )),
    *(("mobile_number", text, text) for text in ("12", "phone", "+", "+62", "0812", "+999 1234 5678", "{{7*7}}")),
    *(("postal_code", text, text) for text in ("4011", "401155", "4011A", "40.115", "----")),
]  # fmt: skip
NAMES = {
    "Nguyễn Thị Ánh": "Nguyen Thi Anh", "O'Brien": "OBrien", "สมชาย": "smchay", "李": "Li", "x" * 60: "x" * 50,
    "😀": "grinning", "...": "Buyer", "محمد": "mhmd", "Jean-Luc": "Jean Luc",
    "<script>alert(1)</script>": "script alert 1 script", "{{7*7}}": "7 7", "${7*7}": "7 7", "'; DROP TABLE orders;--":
    "DROP TABLE orders",
}  # fmt: skip


@pytest.fixture
def buyer(buyer: Buyer) -> Buyer:
    """A buyer with something in the cart."""
    buyer.adds(quantity=2)
    return buyer


def posts(buyer: Buyer, **details: str | None) -> requests.Response:
    """Send the checkout form; None leaves a field out."""
    form = buyer.opens("/checkout").form("/checkout")
    return buyer.sends(form, **{**DETAILS, **details})


def orders(shop: Shop) -> int:
    return shop.sql("SELECT count(*) FROM orders")[0][0]


def sent_to_xendit(sandbox: Sandbox, buyer: Buyer) -> str:
    """The story of the order's session on the sandbox's dashboard, with the request as it came."""
    session_id = buyer.status() and buyer.session_id
    return unescape(buyer.opens(f"{sandbox.url}/dashboard/sessions/{session_id}").html)


@pytest.mark.parametrize(
    ("field", "value"), [row[::2] for row in BAD_DETAILS], ids=[f"{row[0]}-{row[1]!a}" for row in BAD_DETAILS]
)
def test_a_bad_field_is_refused_on_the_same_page_with_everything_kept(
    shop: Shop, buyer: Buyer, field: str, value: str | None
):
    before = orders(shop)

    page = Page(posts(buyer, **{field: value}))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert f"{shop.url}/checkout#{field}" in page.links
    assert page.by_id[field]["aria-invalid"] == "true"
    assert f"{field}-error" in page.by_id[field]["aria-describedby"].split()
    assert f"{field}-error" in page.by_id
    kept = page.form("/checkout").fields
    assert {name: kept[name] for name in DETAILS if name != field} == {
        name: typed for name, typed in DETAILS.items() if name != field
    }
    assert orders(shop) == before


def test_a_wrong_value_stays_in_its_field(buyer: Buyer):
    page = Page(posts(buyer, email="siti@", mobile_number="12", postal_code="4011A"))

    fields = page.form("/checkout").fields
    assert (fields["email"], fields["mobile_number"], fields["postal_code"]) == ("siti@", "12", "4011A")


def test_all_that_is_wrong_is_said_at_once(buyer: Buyer):
    page = Page(posts(buyer, **dict.fromkeys(DETAILS, "")))

    fields = [link.partition("#")[2] for link in page.links]
    assert [field for field in fields if field in DETAILS] == REQUIRED
    assert "There is a problem" in page.text


def test_markup_in_a_refused_form_is_shown_as_it_was_typed(buyer: Buyer):
    typed = '"><script>alert(1)</script>{{7*7}}'

    page = Page(posts(buyer, given_names=typed, city=typed, email=typed))

    fields = page.form("/checkout").fields
    assert (fields["given_names"], fields["city"], fields["email"]) == (typed, typed, typed)
    assert "<script>alert" not in page.html


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("given_names", "  Siti  ", "Siti"), ("given_names", "Siti\u00a0Nur", "Siti Nur"), ("surname", "", ""),
        ("surname", "   ", ""), ("email", " siti@example.com\t", "siti@example.com"),
        ("email", "siti+shop@example.co.id", "siti+shop@example.co.id"),
        ("email", "siti@münchen.de", "siti@münchen.de"),
        ("mobile_number", "0812-3456-7890", "+6281234567890"), ("mobile_number", "(0812) 3456 7890", "+6281234567890"),
        ("mobile_number", " +62 812 3456 7890 ", "+6281234567890"), ("mobile_number", "+65 9123 4567", "+6591234567"),
        ("postal_code", "40 115", "40 115"), ("postal_code", " 40115 ", "40115"), ("postal_code", "40-115", "40-115"),
        ("address_line1", "Jl. Mawar No. 5/II, RT 03/RW 07\r\nLantai 2", "Jl. Mawar No. 5/II, RT 03/RW 07 Lantai 2"),
        ("city", "Đà Nẵng", "Đà Nẵng"), ("city", "قاهرة", "قاهرة"), ("address_line1", "x" * 200, "x" * 200),
        ("surname", "\u00ad", ""), ("given_names", "new \U0001e6c0", "new \U0001e6c0"),
        ("city", "नई\u200d", "नई\u200d"),
    ],
    ids=ascii,
)  # fmt: skip
def test_what_people_type_is_taken_and_trimmed(shop: Shop, buyer: Buyer, field: str, typed: str, kept: str):
    answer = buyer.checks_out(**{field: typed})

    assert answer.status_code == 303, answer.text
    assert shop.sql(f"SELECT {field} FROM orders ORDER BY id DESC LIMIT 1") == [(kept,)]


@pytest.mark.parametrize(("typed", "sent"), NAMES.items(), ids=[ascii(name)[:30] for name in NAMES])
def test_everybody_can_buy_under_their_own_name(shop: Shop, sandbox: Sandbox, buyer: Buyer, typed: str, sent: str):
    answer = buyer.checks_out(given_names=typed, surname="")

    assert answer.headers["location"].startswith(sandbox.url)
    assert f'"given_names": "{sent}"' in sent_to_xendit(sandbox, buyer)
    assert "surname" not in sent_to_xendit(sandbox, buyer)
    assert shop.sql("SELECT given_names FROM orders ORDER BY id DESC LIMIT 1") == [(typed,)]
    page = buyer.opens(buyer.order)
    assert typed in page.text
    assert "<script>alert" not in page.html


@pytest.mark.parametrize("length", [50, 51, 100, 254])
def test_an_email_of_any_length_can_buy(shop: Shop, sandbox: Sandbox, buyer: Buyer, length: int):
    local = "a" * min(length - 20, 64)
    domain = "".join("b" * 50 + "." for _ in range(4))[: length - len(local) - 12].rstrip(".")
    email = f"{local}@{'c' * (length - len(local) - len(domain) - 9)}{domain}.example"
    assert len(email) == length

    answer = buyer.checks_out(email=email)

    assert answer.headers["location"].startswith(sandbox.url)
    assert (f'"email": "{email}"' in sent_to_xendit(sandbox, buyer)) == (length <= 50)
    assert shop.sql("SELECT email FROM orders ORDER BY id DESC LIMIT 1") == [(email,)]


def test_a_form_without_its_csrf_token_changes_nothing(shop: Shop, buyer: Buyer):
    form = buyer.opens("/checkout").form("/checkout")
    before = orders(shop)

    answer = buyer.browser.post(form.action, data={**DETAILS, "seen_amount": form.fields["seen_amount"]})

    assert answer.status_code == 403
    assert "Nothing was changed" in Page(answer).text
    assert orders(shop) == before


def test_money_and_states_that_a_form_brings_along_do_not_count(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    forged = dict.fromkeys(("price", "unit_price", "total", "amount", "discount", "shipping_fee", "quantity"), "1")

    answer = posts(buyer, **forged, currency="USD", status="paid", paid_at="2020-01-01", token="mine", number="W-MINE")

    buyer.order = buyer.order_page()
    assert answer.status_code == 303
    status = buyer.status()
    assert (status["status"], status["amount"], status["currency"]) == ("pending", 188000, "IDR")
    assert sandbox.session(buyer.session_id)["amount"] == 188000
    assert "mine" not in buyer.order


@pytest.mark.parametrize("seen", ["1", "0", "187999", "188001", "999999999999999"])
def test_another_total_than_todays_is_never_agreed_to(shop: Shop, buyer: Buyer, seen: str):
    before = orders(shop)

    page = Page(posts(buyer, seen_amount=seen))

    assert page.status == 422
    assert page.form("/checkout").fields["seen_amount"] == "188000"
    assert orders(shop) == before


@pytest.mark.parametrize("seen", ["", "-188000", "1e5", "１８８０００", "NaN", "9" * 5000, "x\0"], ids=ascii)
def test_a_total_that_is_no_number_is_ignored(buyer: Buyer, seen: str):
    answer = buyer.checks_out(seen_amount=seen)

    assert answer.status_code == 303
    assert buyer.status()["amount"] == 188000


def test_a_price_that_rose_meanwhile_is_shown_before_it_is_paid(shop: Shop, buyer: Buyer):
    form = buyer.opens("/checkout").form("/checkout")
    before = orders(shop)
    shop.sql("UPDATE products SET price = price + 500 WHERE slug = 'gayo-coffee-beans'")

    page = Page(buyer.sends(form, **DETAILS))
    agreed = buyer.sends(page.form("/checkout"), **DETAILS)

    shop.sql("UPDATE products SET price = price - 500 WHERE slug = 'gayo-coffee-beans'")
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert "Rp189.000" in page.text
    assert page.form("/checkout").fields["city"] == DETAILS["city"]
    assert agreed.status_code == 303
    assert orders(shop) == before + 1


@pytest.mark.parametrize("end", ["expired", "canceled", "paid"])
def test_who_ordered_before_finds_the_form_filled_in(sandbox: Sandbox, buyer: Buyer, end: str):
    link = buyer.checks_out(city="Surabaya").headers["location"]
    if end == "expired":
        sandbox.expire(buyer.session_id)
    elif end == "canceled":
        buyer.presses("cancel")
    else:
        buyer.pays_by_qris(link)
    buyer.waits_until("paid" if end == "paid" else "canceled")
    buyer.opens("/")
    buyer.adds()

    fields = buyer.opens("/checkout").form("/checkout").fields

    assert {name: fields[name] for name in DETAILS} == {
        **DETAILS, "city": "Surabaya", "mobile_number": "+6281234567890"
    }  # fmt: skip


def test_the_form_shows_nobody_what_others_typed(shop: Shop, buyer: Buyer):
    buyer.checks_out()
    other = Buyer(shop)
    other.adds()

    fields = other.opens("/checkout").form("/checkout").fields

    assert {fields[name] for name in DETAILS} == {""}


def test_the_form_promises_no_mail_that_nobody_sends(buyer: Buyer):
    text = buyer.opens("/checkout").text

    assert "Goes to Xendit with your payment." in text
    assert "receipt" not in text


def test_the_same_total_stands_in_the_cart_at_the_checkout_and_at_xendit(sandbox: Sandbox, buyer: Buyer):
    buyer.adds("jasmine-tea", 3)
    cart, checkout = buyer.opens("/cart").text, buyer.opens("/checkout").text

    buyer.checks_out()

    (total,) = set(re.findall(r"Total (Rp[0-9.]+)", cart + " " + checkout))
    amount = sandbox.session(buyer.session_id)["amount"]
    assert total == "Rp231.500"
    assert amount == buyer.status()["amount"] == 231500
    assert f"Pay {total}" in checkout


def test_bytes_that_are_no_text_do_no_harm(buyer: Buyer):
    form = buyer.opens("/checkout").form("/checkout")
    body = f"csrf_token={form.fields['csrf_token']}&given_names=%FF%FE%ED%A0%80&city=%C0%80"

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = buyer.browser.post(form.action, data=body, headers=headers)

    assert answer.status_code == 422
