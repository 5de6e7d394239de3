"""Finding products: the search behind the catalog's pages, and products by slug."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from sqlalchemy import or_

from ..database import db
from ..models import Category, Product

PAGE_SIZE = 12
MAX_QUERY = 100
MAX_PAGE_DIGITS = 8

_SEARCHED = (Product.name, Product.description)

SORTS = {
    "featured": ("Our pick", Product.position.asc()),
    "price": ("Price, low to high", Product.price.asc()),
    "-price": ("Price, high to low", Product.price.desc()),
    "name": ("Name", Product.name.asc()),
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


def categories() -> list[Category]:
    """Return all categories in the merchant's order."""
    return list(db.session.scalars(db.select(Category).order_by(Category.position)))


def search(q: str = "", category: str = "", sort: str = "", page: str = "") -> Page:
    """Return the products that fit, as the catalog's URL says it. Never raises on odd input."""
    found = db.select(Product)
    q = " ".join(q.replace("\0", "").split())[:MAX_QUERY]
    for word in q.split():
        found = found.where(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)))
    chosen = db.session.scalar(db.select(Category).filter_by(slug=category)) if category else None
    if chosen:
        found = found.where(Product.category_id == chosen.id)
    sort = sort if sort in SORTS else "featured"
    total = db.session.scalar(db.select(db.func.count()).select_from(found.subquery()))
    pages = max(1, ceil(total / PAGE_SIZE))
    number = _page_number(page, pages)
    rows = found.order_by(SORTS[sort][1], Product.position).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(Search(q, chosen, sort, number), list(db.session.scalars(rows)), total, pages)


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
