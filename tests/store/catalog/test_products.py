"""Finding products: which pages a long catalog links to, what a search finds, and the order of names."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from store.catalog.products import Page, Search

from ...buyer import Buyer
from ...databases import only_postgresql
from ...in_process import Sandbox, Shop

LIKE_THE_FIRST = (
    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
    " INSERT INTO products (slug, name, description, category_id, price, currency, stock, picture, tint, position)"
    " SELECT slug || '-' || n, name || ' ' || n, description, category_id, price, currency, stock, picture, tint,"
    " n + 99 FROM products, numbers WHERE id = 1"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, database: str) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), sandbox, database)
    yield shop
    shop.stop()


def finds(shop: Shop, **query: str) -> list[str]:
    return Buyer(shop).opens("/?" + urlencode(query)).products


def name(shop: Shop, *names: str) -> list[str]:
    """Give these names to the first products, each text in its own way to put letters together; return their slugs."""
    slugs = [slug for (slug,) in shop.sql("SELECT slug FROM products ORDER BY position LIMIT ?", len(names))]
    for slug, text in zip(slugs, names, strict=True):
        shop.sql("UPDATE products SET name = ? WHERE slug = ?", text, slug)
    return slugs


@pytest.mark.parametrize(
    ("page", "pages", "numbers"),
    [
        (1, 1, [1]),
        (2, 3, [1, 2, 3]),
        (1, 9, [1, 2, None, 9]),
        (3, 9, [1, 2, 3, 4, None, 9]),
        (4, 9, [1, 2, 3, 4, 5, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (6, 9, [1, None, 5, 6, 7, 8, 9]),
        (9, 9, [1, None, 8, 9]),
        (4000, 8334, [1, None, 3999, 4000, 4001, None, 8334]),
    ],
)
def test_the_first_page_the_last_and_the_neighbours_are_linked(page: int, pages: int, numbers: list):
    assert Page(Search("", None, "featured", page), [], 0, pages).numbers == numbers


def test_a_long_catalog_has_at_most_ten_links_to_its_pages(tmp_path: Path, sandbox: Sandbox, database: str):
    shop = Shop(tmp_path, sandbox, database)
    shop.sql(LIKE_THE_FIRST, 300)
    everything = shop.sql("SELECT count(*) FROM products")[0][0]
    seen = []

    for number in range(1, -(-everything // 12) + 1):
        page = Buyer(shop).opens(f"/?page={number}")
        links = [parse_qs(urlsplit(link).query).get("page") for link in page.links]
        assert 1 < len([link for link in links if link]) <= 10
        assert page.html.count('aria-current="page"><span class="visually-hidden">Page') == 1
        seen += page.products

    assert len(seen) == len(set(seen)) == everything


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("called", "query"),
    [
        ("Cà phê sữa đá", "CÀ PHÊ SỮA ĐÁ"),
        ("ĐẬU PHỘNG", "đậu phộng"),
        ("Piña ñandú", "PIÑA ÑANDÚ"),
        ("Éclair", "éclair"),
        ("İstanbul", "istanbul"),
        ("İSTANBUL", "İstanbul"),
        ("ｃｏｆｆｅｅ beans", "COFFEE BEANS"),
        ("ΟΔΟΣ", "οδος"),
        ("Plain TEA zz", "tEa ZZ"),
    ],
    ids=lambda text: text,
)
def test_a_search_knows_upper_and_lower_case_of_every_alphabet(shop: Shop, called: str, query: str, form: str):
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    (slug,) = name(shop, unicodedata.normalize(form, called))

    assert finds(shop, q=unicodedata.normalize(other, query)) == [slug]


def test_a_search_still_finds_no_letter_without_its_mark(shop: Shop):
    name(shop, "Cà phê")

    assert finds(shop, q="ca phe") == []


def test_names_are_in_order_whatever_their_case(shop: Shop):
    shop.sql("UPDATE products SET name = 'zz ' || name")
    slugs = name(shop, "Zinc", "apple", "banana", "Apricot", "CHERRY")

    first, second, third, fourth, fifth = finds(shop, sort="name")[:5]

    assert [first, second, third, fourth, fifth] == [slugs[each] for each in (1, 3, 2, 4, 0)]


def test_names_are_in_the_same_order_on_each_database(shop: Shop):
    """By the numbers of their characters, and not by the language of the server."""
    shop.sql("UPDATE products SET name = '語 ' || name")
    slugs = name(shop, "z-1", "z 2", "Ánh", "đen", "z1", "zebra", "Zz")

    found = finds(shop, sort="name")

    order = [found.index(slug) for slug in slugs]
    assert sorted(order) == [order[each] for each in (1, 0, 4, 5, 6, 2, 3)]


@only_postgresql
def test_names_are_sorted_so_where_the_server_has_a_language_too(shop: Shop):
    """That of the tests has none, so the column is asked."""
    column = "FROM information_schema.columns WHERE table_name = 'products' AND column_name = 'name'"

    assert shop.sql(f"SELECT collation_name {column}") == [("C",)]
