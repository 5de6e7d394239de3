"""Finding products: the search behind the catalog's pages, and products by slug."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from sqlalchemy import ColumnElement

from ..database import db
from ..models import Category, Product
from ..rules.folding import folded
from .words import has_words

PAGE_SIZE = 12
MAX_QUERY = 100
MAX_PAGE_DIGITS = 8

# Each has an index, which is read backwards for what is dearest first.
SORTS = {
    "featured": ("Our pick", [Product.position]),
    "price": ("Price, low to high", [Product.price, Product.position]),
    "-price": ("Price, high to low", [Product.price.desc(), Product.position.desc()]),
    "name": ("Name", [db.func.lower(Product.name), Product.position]),
}


@dataclass(frozen=True)
class Search:
    """What a shopper looks for; anything unknown in it has been replaced by the default."""

    q: str
    category: Category | None
    sort: str
    page: int


@dataclass(frozen=True)
class Page:
    """One page of the catalog that fits a search."""

    search: Search
    products: list[Product]
    total: int
    pages: int

    @property
    def numbers(self) -> list[int | None]:
        """The pages to link to: the first, the last, and those about this one; None stands for what is left out."""
        shown = sorted({1, self.pages, *range(max(1, self.search.page - 1), min(self.pages, self.search.page + 1) + 1)})
        numbers: list[int | None] = [1]
        for before, number in pairwise(shown):
            if number - before == 2:
                numbers.append(before + 1)  # a gap of one page takes no less room than its number
            elif number - before > 2:
                numbers.append(None)
            numbers.append(number)
        return numbers


def categories() -> list[Category]:
    """Return all categories in the merchant's order."""
    return list(db.session.scalars(db.select(Category).order_by(Category.position)))


def search(q: str = "", category: str = "", sort: str = "", page: str = "") -> Page:
    """Return the products that fit, as the catalog's URL says it. Never raises on odd input."""
    q = " ".join(q.replace("\0", "").split())[:MAX_QUERY]
    chosen = db.session.scalar(db.select(Category).filter_by(slug=category)) if category else None
    sort = sort if sort in SORTS else "featured"
    found = db.select(Product.id).where(*_conditions(q, chosen))
    in_order = found.order_by(*SORTS[sort][1])
    if q:
        # Looking for words reads every product anyway; so they are read once, for the page and the total alike.
        all_ids = db.session.scalars(in_order).all()
        total = len(all_ids)
    else:
        total = db.session.scalar(found.with_only_columns(db.func.count(), maintain_column_froms=True))
    pages = max(1, ceil(total / PAGE_SIZE))
    number = _page_number(page, pages)
    first = (number - 1) * PAGE_SIZE
    ids = all_ids[first : first + PAGE_SIZE] if q else db.session.scalars(in_order.limit(PAGE_SIZE).offset(first)).all()
    rows = db.select(Product).where(Product.id.in_(ids)).order_by(*SORTS[sort][1])
    return Page(Search(q, chosen, sort, number), list(db.session.scalars(rows)), total, pages)


def _conditions(q: str, category: Category | None) -> list[ColumnElement[bool]]:
    conditions = []
    if category:
        conditions.append(Product.category_id == category.id)
    if words := folded(q).split():
        conditions.append(has_words(Product.name + " " + Product.description, *words))
    return conditions


def find(slug: str) -> Product | None:
    """Return the product with this slug, if there is one."""
    return db.session.scalar(db.select(Product).filter_by(slug=slug))


def products_by_slug(slugs: Iterable[str]) -> dict[str, Product]:
    """Return the products with these slugs."""
    rows = db.session.scalars(db.select(Product).where(Product.slug.in_(list(slugs))))
    return {product.slug: product for product in rows}


def _page_number(text: str, pages: int) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_PAGE_DIGITS
    return min(max(int(text), 1), pages) if is_number else 1
