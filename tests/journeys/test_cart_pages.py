"""The catalog's and the cart's pages: what they show, what they refuse, and that looking changes nothing."""

import gzip
import hashlib
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import requests

from ..buyer import COFFEE, Buyer
from ..pages import Page
from ..processes import ROOT, Shop

CATALOG = {
    product["slug"]: product
    for product in tomllib.loads((ROOT / "store" / "data" / "catalog.toml").read_text(encoding="utf-8"))["products"]
}
FEW = "mahjong-set"  # 2 pieces
FLIP_FLOPS = "blue-flip-flops"
SOLD_OUT = [slug for slug, product in CATALOG.items() if not product["stock"]]
HTML_LIMIT = 15_000
CSS_LIMIT = 10_000
COOKIE_LIMIT = 4_096
BAD_QUANTITIES = [
    "", "-1", "+1", "1.5", "1e3", "NaN", "１", "١٢", " 7 ", "7 ", "1_000", "01", "100", str(2**63), "1\0", "abc",
    "<b>1</b>", "9" * 10_000,
]  # fmt: skip
ODD_SEARCHES = {
    "page in words": {"page": "abc"}, "page below one": {"page": "-1"}, "page zero": {"page": "0"},
    "page far away": {"page": "99999"}, "page over 64 bits": {"page": str(2**70)}, "arabic page": {"page": "٢"},
    "page twice": {"page": ["1", "2"]}, "unknown category": {"category": "nope"}, "unknown sort": {"sort": "price;--"},
    "quote": {"q": "'"}, "always true": {"q": "' OR '1'='1"}, "drop table": {"q": "'; DROP TABLE products; --"},
    "wildcards": {"q": "%_"}, "backslash": {"q": "\\"}, "script": {"q": "<script>alert(1)</script>"},
    "out of the attribute": {"q": '"><img src=x onerror=alert(1)>'}, "template": {"q": "{{7*7}}${7*7}{% raw %}"},
    "NUL": {"q": "\0"}, "NUL everywhere": {"q": "a\0b", "category": "\0", "sort": "\0", "page": "\0"},
    "lone surrogate": {"q": b"\xed\xa0\x80"}, "no text": {"q": b"\xff\xfe"}, "right to left": {"q": "قهوة"},
    "3 kB": {"q": "x" * 3_000}, "1,500 words": {"q": "a " * 1_500}, "line breaks": {"q": "a\r\nSet-Cookie: b=c"},
}  # fmt: skip


@pytest.fixture(scope="module")
def quiet_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that nobody else visits, without a worker."""
    shop = Shop(tmp_path_factory.mktemp("quiet"), "http://127.0.0.1:1", with_worker=False)
    yield shop
    shop.stop()


def products_on(page: Page) -> list[str]:
    slugs = [link.rpartition("/")[2] for link in page.links if "/products/" in link]
    return list(dict.fromkeys(slugs))


def cart_count(page: Page) -> int:
    return int(re.search(r"\bCart\s+(\d+)", page.text)[1])


def changes(buyer: Buyer, slug: str, quantity) -> requests.Response:
    """Send a cart line's form with another quantity."""
    forms = [form for form in buyer.opens("/cart").forms if form.fields.get("slug") == slug]
    return buyer.sends(next(form for form in forms if form.action.endswith("/update")), quantity=quantity)


def test_a_cart_adds_changes_removes_and_counts(buyer: Buyer):
    buyer.adds(COFFEE, 2)
    added = buyer.opens(buyer.adds("jasmine-tea", 1).headers["location"])
    changes(buyer, COFFEE, "3")
    changed = buyer.opens("/cart")
    buyer.sends(changed.form("/remove"))
    removed = buyer.opens("/cart")

    assert "Total Rp202.500" in added.text
    assert cart_count(added) == 3
    assert "Rp255.000" in changed.text
    assert "Total Rp287.500" in changed.text
    assert cart_count(changed) == 4
    assert products_on(removed) == ["jasmine-tea"]
    assert "Total Rp32.500" in removed.text
    assert cart_count(removed) == 1


def test_adding_a_product_again_raises_its_quantity(buyer: Buyer):
    buyer.adds(COFFEE, 2)

    buyer.adds(COFFEE, 3)

    assert cart_count(buyer.opens("/")) == 5
    assert products_on(buyer.opens("/cart")) == [COFFEE]


def test_zero_removes_a_line_and_an_empty_cart_says_so(buyer: Buyer):
    buyer.adds()

    changes(buyer, COFFEE, "0")
    page = buyer.opens("/cart")

    assert "Your cart is empty" in page.text
    assert "Total" not in page.text
    assert cart_count(page) == 0


def test_an_empty_cart_cannot_check_out(buyer: Buyer):
    page = buyer.opens("/checkout")

    assert urlsplit(page.url).path == "/cart"
    assert "Your cart is empty" in page.text


def test_more_than_there_is_becomes_what_there_is_and_says_so(buyer: Buyer):
    added = buyer.opens(buyer.adds(FEW, 5).headers["location"])
    changed = buyer.opens(changes(buyer, FEW, "99").headers["location"])

    for page in (added, changed):
        assert "Only 2 pieces are left" in page.text
        assert cart_count(page) == 2


def test_what_sold_out_meanwhile_leaves_the_cart_and_says_so(shop: Shop, buyer: Buyer):
    buyer.adds(COFFEE)
    buyer.adds(FLIP_FLOPS, 2)
    stock = shop.stock(FLIP_FLOPS)
    shop.set_stock(FLIP_FLOPS, 0)

    cart, checkout = buyer.opens("/cart"), buyer.opens("/checkout")

    shop.set_stock(FLIP_FLOPS, stock)
    assert "sold out" in cart.text
    assert products_on(cart) == [COFFEE]
    assert "Rp103.000" in checkout.text


@pytest.fixture
def few(shop: Shop) -> Iterator[str]:
    """A product with two pieces, whatever a test makes of them."""
    before = shop.stock(FEW)
    yield FEW
    shop.set_stock(FEW, before)


@pytest.mark.parametrize("path", ["/cart", "/checkout"])
def test_what_was_lowered_meanwhile_is_said_once_and_stays_so(shop: Shop, buyer: Buyer, few: str, path: str):
    buyer.adds(COFFEE)
    buyer.adds(few, 2)
    shop.set_stock(few, 1)

    told, again = buyer.opens(path), buyer.opens(path)
    shop.set_stock(few, 2)

    assert told.text.count("Only 1 piece is left") == 1
    assert "Only 1 piece" not in again.text
    assert cart_count(told) == cart_count(again) == cart_count(buyer.opens("/")) == 2


def test_a_refused_form_also_says_what_was_lowered(shop: Shop, buyer: Buyer, few: str):
    buyer.adds(few, 2)
    form = buyer.opens("/checkout").form("/checkout")
    shop.set_stock(few, 1)

    page = Page(buyer.sends(form))

    assert page.status == 422
    assert page.text.count("Only 1 piece is left") == 1
    assert cart_count(page) == 1


def test_a_checkout_with_nothing_left_leads_to_the_cart_which_says_why(shop: Shop, buyer: Buyer, few: str):
    buyer.adds(few)
    shop.set_stock(few, 0)

    page = buyer.opens("/checkout")
    shop.set_stock(few, 2)

    assert urlsplit(page.url).path == "/cart"
    assert page.text.count("is sold out, so it was taken out of your cart") == 1
    assert "Your cart is empty" in page.text
    assert cart_count(page) == cart_count(buyer.opens("/")) == 0


def test_more_of_one_product_than_a_cart_takes_is_said(buyer: Buyer):
    first = buyer.opens(buyer.adds(COFFEE, 60).headers["location"])
    second = buyer.opens(buyer.adds(COFFEE, 60).headers["location"])

    assert "at most 99" not in first.text
    assert "You can order at most 99 of one product; your cart has been set to 99." in second.text
    assert cart_count(second) == 99


def test_where_there_are_fewer_only_their_number_is_said(buyer: Buyer):
    buyer.adds(FEW, 60)
    page = buyer.opens(buyer.adds(FEW, 99).headers["location"])

    assert "Only 2 pieces are left" in page.text
    assert "at most 99" not in page.text


@pytest.mark.parametrize("quantity", ["7", "0"])
def test_what_is_not_in_the_cart_cannot_be_changed_and_the_page_says_so(buyer: Buyer, quantity: str):
    buyer.opens(buyer.adds(COFFEE, 2).headers["location"])
    form = buyer.opens("/cart").form("/update")

    page = buyer.opens(buyer.sends(form, slug="jasmine-tea", quantity=quantity).headers["location"])

    assert "not in your cart" in page.text
    assert "updated" not in page.text
    assert cart_count(page) == 2


def test_a_bad_quantity_of_what_is_not_in_the_cart_is_still_called_bad(buyer: Buyer):
    buyer.adds(COFFEE, 2)
    form = buyer.opens("/cart").form("/update")

    page = Page(buyer.sends(form, slug="jasmine-tea", quantity="-1"))

    assert page.status == 400
    assert "Enter a quantity from 1 to 99" in page.text
    assert "aria-invalid" not in page.by_id[f"{COFFEE}-quantity"]


@pytest.mark.parametrize("slug", SOLD_OUT)
def test_a_sold_out_product_has_no_form_and_is_refused(buyer: Buyer, slug: str):
    page = buyer.opens(f"/products/{slug}")
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    answer = buyer.sends(form, slug=slug)

    assert "Sold out" in page.text
    assert not any(each.action.endswith("/cart") for each in page.forms)
    assert answer.status_code == 422
    assert "sold out" in Page(answer).text
    assert cart_count(buyer.opens("/")) == 0


@pytest.mark.parametrize("quantity", [*BAD_QUANTITIES, "0", ["1", "2"]], ids=lambda text: ascii(text)[:24])
def test_adding_a_bad_quantity_is_refused_beside_the_field(buyer: Buyer, quantity):
    buyer.adds("jasmine-tea", 4)
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    page = Page(buyer.sends(form, quantity=quantity))

    assert page.status == 400
    assert page.title.startswith("Error: ")
    assert page.by_id["quantity"]["aria-invalid"] == "true"
    assert page.by_id["quantity"]["aria-describedby"] in page.by_id
    assert products_on(buyer.opens("/cart")) == ["jasmine-tea"]
    assert cart_count(buyer.opens("/")) == 4


@pytest.mark.parametrize("quantity", [*BAD_QUANTITIES, ["1", "1"]], ids=lambda text: ascii(text)[:24])
def test_changing_to_a_bad_quantity_is_refused_beside_the_field(buyer: Buyer, quantity):
    buyer.adds(COFFEE, 2)
    buyer.adds("jasmine-tea", 4)

    page = Page(changes(buyer, COFFEE, quantity))

    assert page.status == 400
    assert page.title.startswith("Error: ")
    assert page.by_id[f"{COFFEE}-quantity"]["aria-invalid"] == "true"
    assert page.by_id[f"{COFFEE}-quantity"]["aria-describedby"] in page.by_id
    assert "aria-invalid" not in page.by_id["jasmine-tea-quantity"]
    assert cart_count(buyer.opens("/")) == 6


def test_a_quantity_that_is_missing_is_refused(buyer: Buyer):
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")
    del form.fields["quantity"]

    assert buyer.sends(form).status_code == 400


@pytest.mark.parametrize(
    "slug", ["nope", "", "\0", "x" * 10_000, "' OR 1=1 --", "../cart"], ids=lambda slug: ascii(slug)[:20]
)
def test_a_product_that_does_not_exist_is_not_found(buyer: Buyer, slug: str):
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    assert buyer.sends(form, slug=slug).status_code == 404
    assert cart_count(buyer.opens("/")) == 0


@pytest.mark.parametrize(
    "path", ["nope", "%00", "%FF", "..%2f..%2fapp.py", "{{7*7}}", quote("' OR 1=1 --"), "x" * 3_000],
    ids=lambda path: path[:20],
)  # fmt: skip
def test_an_unknown_address_is_not_found(buyer: Buyer, path: str):
    page = buyer.opens(f"/products/{path}")

    assert page.status == 404
    assert "not found" in page.text.lower()


def test_a_forged_cart_is_no_cart(buyer: Buyer):
    buyer.adds()
    forged = buyer.browser.cookies["session"].replace(".", ".x", 1)

    page = Page(requests.get(f"{buyer.shop.url}/cart", cookies={"session": forged}, timeout=10))

    assert page.status == 200
    assert "Your cart is empty" in page.text


def test_a_cart_of_the_whole_catalog_fits_into_its_cookie(buyer: Buyer):
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")
    for slug in CATALOG:
        buyer.sends(form, slug=slug, quantity="2")

    assert set(products_on(buyer.opens("/cart"))) == set(CATALOG) - set(SOLD_OUT)
    assert len(buyer.browser.cookies["session"]) < COOKIE_LIMIT * 3 / 4


def test_search_category_and_sort_work_together(buyer: Buyer):
    page = buyer.opens("/?" + urlencode({"q": "RED", "category": "kitchen", "sort": "-price"}))

    slugs = products_on(page)
    assert slugs
    assert {CATALOG[slug]["category"] for slug in slugs} == {"kitchen"}
    for slug in slugs:
        assert "red" in f"{CATALOG[slug]['name']} {CATALOG[slug]['description']}".lower()
    assert all(CATALOG[dear]["price"] >= CATALOG[cheap]["price"] for dear, cheap in pairwise(slugs))


@pytest.mark.parametrize(
    ("sort", "key"),
    [("price", lambda p: p["price"]), ("-price", lambda p: -p["price"]), ("name", lambda p: p["name"])],
    ids=["price", "-price", "name"],
)  # fmt: skip
def test_the_pages_of_a_sorted_catalog_hold_every_product_once_and_in_order(buyer: Buyer, sort: str, key):
    pages = [products_on(buyer.opens(f"/?sort={sort}&page={number}")) for number in (1, 2, 3)]

    slugs = [slug for page in pages for slug in page]
    assert slugs == sorted(CATALOG, key=lambda slug: key(CATALOG[slug]))


def test_a_link_to_another_page_keeps_the_search(buyer: Buyer):
    page = buyer.opens("/?" + urlencode({"q": "a", "sort": "price"}))

    queries = [parse_qs(urlsplit(link).query) for link in page.links if "page=2" in link]
    assert {"q": ["a"], "sort": ["price"], "page": ["2"]} in queries


@pytest.mark.parametrize(("page", "shown"), [("abc", "1"), ("-1", "1"), ("0", "1"), ("99999", "3"), ("2", "2")])
def test_a_page_that_does_not_exist_is_the_nearest_one_that_does(buyer: Buyer, page: str, shown: str):
    assert products_on(buyer.opens(f"/?page={page}")) == products_on(buyer.opens(f"/?page={shown}"))


@pytest.mark.parametrize("query", ODD_SEARCHES.values(), ids=ODD_SEARCHES)
def test_an_odd_search_gets_a_page_and_is_shown_as_it_was_typed(buyer: Buyer, query: dict):
    page = buyer.opens("/?" + urlencode(query, doseq=True))

    assert page.status == 200
    assert not re.search(r"<script>alert|<img src=x", page.html)
    words = query.get("q")
    if isinstance(words, str) and "\0" not in words and len(words) <= 100:
        shown = next(form.fields["q"] for form in page.forms if "q" in form.fields)
        assert shown == " ".join(words.split())


@pytest.mark.parametrize("q", ["'", "' OR '1'='1", "'; DROP TABLE products; --", "%", "_", "\\", "{{7*7}}", "Tea", "e"])
def test_a_search_looks_for_its_very_words(buyer: Buyer, q: str):
    texts = [f"{product['name']} {' '.join(product['description'].split())}".lower() for product in CATALOG.values()]
    fitting = sum(all(word.lower() in text for word in q.split()) for text in texts)

    page = buyer.opens("/?" + urlencode({"q": q}))

    assert int(re.search(r"(\d+) products?\b", page.text)[1]) == fitting
    assert len(products_on(buyer.opens("/"))) == 12


def test_an_address_of_10_kB_is_refused_and_no_fault(shop: Shop):
    answer = requests.get(f"{shop.url}/?q={'x' * 10_000}", timeout=10)

    assert 400 <= answer.status_code < 500


def test_looking_around_writes_nothing_and_sets_no_cookie(quiet_shop: Shop):
    database = quiet_shop.folder / "shop.db"
    before = hashlib.sha256(database.read_bytes()).hexdigest(), database.stat().st_mtime_ns
    paths = ["/", "/?q=tea&sort=price", "/?category=kitchen", "/?page=2", "/cart", "/nope", "/healthz"]

    answers = [requests.get(quiet_shop.url + path, timeout=10) for path in paths]
    answers.append(requests.get(f"{quiet_shop.url}/static/css/base.css", timeout=10))
    requests.get(f"{quiet_shop.url}/products/{COFFEE}", timeout=10)

    assert [answer.headers.get("Set-Cookie") for answer in answers] == [None] * len(answers)
    assert (hashlib.sha256(database.read_bytes()).hexdigest(), database.stat().st_mtime_ns) == before


def on_the_wire(url: str) -> bytes:
    """The body of an answer as it travels to a browser that takes gzip."""
    with requests.get(url, headers={"accept-encoding": "gzip"}, stream=True, timeout=10) as answer:
        answer.raise_for_status()
        return answer.raw.read(decode_content=False)


@pytest.mark.parametrize("path", ["/", "/?page=2", f"/products/{COFFEE}"])
def test_a_catalog_page_weighs_15_kB_at_most(shop: Shop, path: str):
    body = on_the_wire(shop.url + path)

    assert len(body) <= HTML_LIMIT
    assert b"</html>" in gzip.decompress(body)


def test_the_style_sheets_weigh_10_kB_at_most(shop: Shop, buyer: Buyer):
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', buyer.opens("/").html)

    assert sheets
    assert sum(len(on_the_wire(shop.url + sheet)) for sheet in sheets) <= CSS_LIMIT
