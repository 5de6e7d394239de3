"""What the checkout form makes of what people type and paste: the same for the shop's record and for Xendit."""

import time

import pytest

from ...buyer import COFFEE, DETAILS, Buyer
from ...in_process import Sandbox, Shop
from ...pages import Page

TAKEN = [
    ("mobile_number", "\u202a+62 812-3456-7890\u202c", "+6281234567890"),
    ("mobile_number", "๐๘๑๒ ๓๔๕๖ ๗๘๙๐", "+6281234567890"),
    ("mobile_number", "0062 812 3456 7890", "+6281234567890"),
    ("mobile_number", "001 65 9123 4567", "+6591234567"),
    ("mobile_number", "tel:+62(0)812.3456/7890", "+6281234567890"),
    ("email", "<mailto:siti\u200b@example.com>.", "siti@example.com"),
    ("email", "ｓｉｔｉ＠example。com", "siti@example.com"),
    ("email", "si\ufe0fti@example.com\u3164", "siti@example.com"),
    ("given_names", "\u202aSi\u00adti\0\u202c", "Siti"),
    ("surname", "\u200bRahayu\ufeff", "Rahayu"),
    ("address_line1", "\u2066Jl. Mawar 5\u2069", "Jl. Mawar 5"),
    ("city", "Ban\u200bdung\x07", "Bandung"),
    ("city", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
    ("postal_code", "４０１１５", "40115"),
    ("postal_code", "๔๐๑๑๕", "40115"),
    ("postal_code", "40115\u200e,", "40115"),
]
REFUSED = [
    ("mobile_number", "0812CALLME"),
    ("mobile_number", "0812 3456 7890 ext. 5"),
    ("mobile_number", "0812 3456 7890;ext=5"),
    ("mobile_number", "0812 3456 7890 / 0813 3456 7890"),
    ("mobile_number", "0812 3456 789¹"),
    ("email", "siti@ſhop.example"),
    ("email", "siti@İstanbul.example"),
    ("email", "siti@①.example"),
    ("postal_code", "4011⁵"),
    ("given_names", "Andr\ufffd"),
    ("address_line1", "Jl. \ufffd 5"),
]


@pytest.fixture
def buyer(buyer: Buyer) -> Buyer:
    """A buyer with something in the cart."""
    buyer.adds()
    return buyer


@pytest.mark.parametrize(("field", "typed", "kept"), TAKEN, ids=ascii)
def test_what_cannot_be_seen_keeps_nobody_from_buying(shop: Shop, buyer: Buyer, field: str, typed: str, kept: str):
    answer = buyer.checks_out(**{field: typed})

    assert answer.status_code == 303, Page(answer).text
    assert shop.sql(f"SELECT {field} FROM orders ORDER BY id DESC LIMIT 1") == [(kept,)]


def test_xendit_is_told_what_the_shop_keeps(sandbox: Sandbox, buyer: Buyer):
    buyer.checks_out(
        given_names="\u202aSi\u00adti\u202c",
        surname="Ra\u200bhayu",
        email="<siti\u200b@example.com>",
        mobile_number="\u202a0812 3456 7890\u202c",
    )

    story = buyer.opens(f"{sandbox.url}/dashboard/sessions/{buyer.session_id}").text

    for told in ('"given_names": "Siti"', '"surname": "Rahayu"', '"email": "siti@example.com"', '"+6281234567890"'):
        assert told in story


@pytest.mark.parametrize(("field", "typed"), REFUSED, ids=ascii)
def test_what_would_become_something_else_is_said_by_its_field_and_kept(buyer: Buyer, field: str, typed: str):
    page = Page(buyer.checks_out(**{field: typed}))

    assert page.status == 422
    assert page.by_id[field]["aria-invalid"] == "true"
    assert page.form("/checkout").fields[field] == typed


def test_no_field_cuts_off_what_is_pasted_and_its_page_says_what_is_too_long(buyer: Buyer):
    address = "Jalan Mawar " * 20

    fields = buyer.opens("/checkout").by_id
    page = Page(buyer.checks_out(address_line1=address))

    assert not [field for field, attributes in fields.items() if "maxlength" in attributes]
    assert page.form("/checkout").fields["address_line1"] == address.strip()
    assert "Use at most 200 characters." in page.text


@pytest.mark.parametrize("field", ["email", "mobile_number", "postal_code"])
def test_what_is_far_too_long_is_refused_at_once_and_kept(buyer: Buyer, field: str):
    typed = "(" * 10_000 + "7" + ")" * 10_000
    form = buyer.opens("/checkout").form("/checkout")
    started = time.process_time()

    page = Page(buyer.sends(form, **{**DETAILS, field: typed}))

    assert time.process_time() - started < 0.5
    assert page.form("/checkout").fields[field] == typed
    assert page.text.count("Use at most") == 2  # above the form and beside the field


def test_an_address_that_was_copied_with_invisible_marks_leads_to_its_page(buyer: Buyer):
    buyer.checks_out()
    paths = [
        f"/products/{COFFEE}\u200b",
        f"{buyer.order}\u200e",
        f"{buyer.order}\u200e/pay",
        "/?q=\u202ajasmine\0\u202c",
    ]

    pages = [buyer.opens(path) for path in paths]

    assert [page.status for page in pages] == [200, 200, 200, 200]
    assert pages[1].form("/pay").action == pages[2].form("/pay").action == f"{buyer.order}/pay"
    assert pages[3].products == ["jasmine-tea"]


def posts(buyer: Buyer, **details: str):
    """Send the details with the names of these alone."""
    form = buyer.opens("/checkout").form("/checkout")
    without_name = {field: text for field, text in DETAILS.items() if field not in ("given_names", "surname")}
    fields = {"csrf_token": form.fields["csrf_token"], **without_name, **details}
    return buyer.browser.post(form.action, data=fields, allow_redirects=False)


@pytest.mark.parametrize(
    ("names", "buyer_name"),
    [
        ({"name": "Siti Nur Rahayu"}, "Siti Nur Rahayu"),
        ({"name": " \u200b", "given_names": "Siti"}, "Siti"),
        ({"name": "", "given_names": "Siti", "surname": "Rahayu"}, "Siti Rahayu"),
        ({"name": "Siti Rahayu", "given_names": "", "surname": ""}, "Siti Rahayu"),
    ],
    ids=str,
)
def test_one_full_name_is_taken_as_well(buyer: Buyer, names: dict, buyer_name: str):
    assert posts(buyer, **names).status_code == 303
    assert f"Goes to {buyer_name} {DETAILS['address_line1']}" in buyer.opens(buyer.order_page()).text


def test_a_refused_form_keeps_the_full_name(buyer: Buyer):
    page = Page(posts(buyer, name="Siti Rahayu", city=""))

    assert page.status == 422
    assert page.form("/checkout").fields["given_names"] == "Siti Rahayu"
    assert "aria-invalid" not in page.by_id["given_names"]


@pytest.mark.parametrize("names", [{}, {"name": ""}, {"name": "", "surname": "Rahayu"}, {"name": "x" * 101}], ids=str)
def test_some_name_of_at_most_100_characters_is_needed(buyer: Buyer, names: dict):
    page = Page(posts(buyer, **names))

    assert page.status == 422
    assert page.by_id["given_names"]["aria-invalid"] == "true"
