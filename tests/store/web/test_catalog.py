"""The catalog's pages: searching, sorting and paging; and that looking around changes nothing."""

import hashlib
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from ...buyer import CATALOG, COFFEE, Buyer
from ...databases import SQLITE
from ...in_process import Sandbox, Shop

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


@pytest.mark.parametrize(
    "path", ["nope", "%00", "%FF", "..%2f..%2fapp.py", "{{7*7}}", quote("' OR 1=1 --"), "x" * 3_000],
    ids=lambda path: path[:20],
)  # fmt: skip
def test_an_unknown_address_is_not_found(buyer: Buyer, path: str):
    page = buyer.opens(f"/products/{path}")

    assert page.status == 404
    assert "not found" in page.text.lower()


def test_search_category_and_sort_work_together(buyer: Buyer):
    page = buyer.opens("/?" + urlencode({"q": "RED", "category": "kitchen", "sort": "-price"}))

    slugs = page.products
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
    pages = [buyer.opens(f"/?sort={sort}&page={number}").products for number in (1, 2, 3)]

    slugs = [slug for page in pages for slug in page]
    assert slugs == sorted(CATALOG, key=lambda slug: key(CATALOG[slug]))


def test_a_link_to_another_page_keeps_the_search(buyer: Buyer):
    page = buyer.opens("/?" + urlencode({"q": "a", "sort": "price"}))

    queries = [parse_qs(urlsplit(link).query) for link in page.links if "page=2" in link]
    assert {"q": ["a"], "sort": ["price"], "page": ["2"]} in queries


@pytest.mark.parametrize(("page", "shown"), [("abc", "1"), ("-1", "1"), ("0", "1"), ("99999", "3"), ("2", "2")])
def test_a_page_that_does_not_exist_is_the_nearest_one_that_does(buyer: Buyer, page: str, shown: str):
    assert buyer.opens(f"/?page={page}").products == buyer.opens(f"/?page={shown}").products


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
    assert len(buyer.opens("/").products) == 12


def test_looking_around_writes_nothing_and_sets_no_cookie(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox(), SQLITE)
    database = shop.folder / "shop.db"
    before = hashlib.sha256(database.read_bytes()).hexdigest(), database.stat().st_mtime_ns
    paths = ["/", "/?q=tea&sort=price", "/?category=kitchen", "/?page=2", "/cart", "/nope", "/healthz"]

    answers = [shop.browser().get(shop.url + path) for path in (*paths, "/static/css/base.css")]
    shop.browser().get(f"{shop.url}/products/{COFFEE}")

    assert [answer.headers.get("Set-Cookie") for answer in answers] == [None] * len(answers)
    assert (hashlib.sha256(database.read_bytes()).hexdigest(), database.stat().st_mtime_ns) == before
