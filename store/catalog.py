"""The catalog: finding products, loading the merchant's file, and the stock that can still be sold."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from sqlalchemy import or_, update

from .database import db, transaction
from .models import Category, OrderLine, Product
from .money import from_major

CATALOG_FILE = Path(__file__).parent / "data" / "catalog.toml"
PAGE_SIZE = 12
MAX_QUERY = 100

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


class OutOfStock(Exception):
    """There are fewer pieces left than asked for."""


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
    number = min(int(page), pages) if page.isascii() and page.isdigit() and 0 < len(page) < 9 else 1
    number = max(number, 1)
    rows = found.order_by(SORTS[sort][1], Product.position).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(Search(q, chosen, sort, number), list(db.session.scalars(rows)), total, pages)


def find(slug: str) -> Product | None:
    """Return the product with this slug, if there is one."""
    return db.session.scalar(db.select(Product).filter_by(slug=slug))


def products_by_slug(slugs: Iterable[str]) -> dict[str, Product]:
    """Return the products with these slugs."""
    rows = db.session.scalars(db.select(Product).where(Product.slug.in_(list(slugs))))
    return {product.slug: product for product in rows}


def hold_stock(product_id: int, quantity: int) -> None:
    """Take pieces off the shelf, inside the caller's transaction. Raises OutOfStock.

    The condition stands in the UPDATE itself, so that two buyers can never take the same piece.
    """
    taken = db.session.execute(
        update(Product)
        .where(Product.id == product_id, Product.stock >= quantity)
        .values(stock=Product.stock - quantity)
    )
    if taken.rowcount != 1:
        raise OutOfStock(product_id)


def give_back_stock(lines: Iterable[OrderLine]) -> None:
    """Put the pieces of an order that closes unpaid back, inside the caller's transaction."""
    for line in sorted(lines, key=lambda line: line.product_id):
        db.session.execute(
            update(Product).where(Product.id == line.product_id).values(stock=Product.stock + line.quantity)
        )


def load_if_empty(currency: str) -> int:
    """Put the merchant's file into an empty catalog; return how many products were added.

    Prices stand in the file in major units of `currency`. A catalog that has products stays as it is.
    """
    data = tomllib.loads(CATALOG_FILE.read_text(encoding="utf-8"))
    with transaction():
        if db.session.scalar(db.select(Product.id).limit(1)):
            return 0
        by_slug = {}
        for position, row in enumerate(data["categories"]):
            by_slug[row["slug"]] = Category(slug=row["slug"], name=row["name"], position=position)
        db.session.add_all(by_slug.values())
        for position, row in enumerate(data["products"]):
            db.session.add(_product(row, by_slug[row["category"]], currency, position))
    return len(data["products"])


def _product(row: dict, category: Category, currency: str, position: int) -> Product:
    return Product(
        slug=row["slug"],
        name=row["name"],
        description=" ".join(row["description"].split()),
        category=category,
        price=from_major(row["price"], currency),
        currency=currency,
        stock=row["stock"],
        picture=row["picture"],
        tint=row["tint"],
        position=position,
    )
