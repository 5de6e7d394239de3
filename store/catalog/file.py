"""The catalog: finding products, loading the merchant's file, and the stock that can still be sold."""

import re
import reprlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from sqlalchemy import or_, update

from ..config import ROOT, SettingsError, amount_rule, merchants_amount
from ..database import db, transaction
from ..models import Category, OrderLine, Product
from ..rules.money import InexactAmount

CATALOG_FILE = Path(__file__).parent.parent / "data" / "catalog.toml"
PICTURES = ROOT / "static" / "pictures"
TINTS = ("peach", "sand", "mint", "sky", "rose", "lilac")
MAX_SLUG, MAX_NAME, MAX_DESCRIPTION = 60, 60, 1000
MAX_STOCK = 1_000_000_000
PAGE_SIZE = 12
MAX_QUERY = 100

# What a line of the file must be: a test of its value, and the same in words.
Rule = tuple[Callable[[object], bool], str]

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
    Raises SettingsError, which names every mistake in the file.
    """
    with transaction():
        if db.session.scalar(db.select(Product.id).limit(1)):
            return 0
        data = _read_file(currency)
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
        price=merchants_amount(row["price"], currency),
        currency=currency,
        stock=row["stock"],
        picture=row["picture"],
        tint=row["tint"],
        position=position,
    )


def _read_file(currency: str) -> dict:
    try:
        data = tomllib.loads(CATALOG_FILE.read_text(encoding="utf-8"))
        problems = _file_problems(data, currency)
    except (OSError, ValueError) as error:
        problems = [f"{error}."]
    if problems:
        raise SettingsError([f"{CATALOG_FILE.name}: {problem}" for problem in problems])
    return data


def _file_problems(data: dict, currency: str) -> list[str]:
    for kind in ("categories", "products"):
        rows = data.get(kind)
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            return [f"there is no [[{kind}]]."]
    slugs = [row.get("slug") for row in data["categories"]]
    return [
        *_rows_problems("category", data["categories"], _category_rules()),
        *_rows_problems("product", data["products"], _product_rules(slugs, currency)),
    ]


def _category_rules() -> dict[str, Rule]:
    return {
        "slug": (_is_slug, "must be lower-case letters, digits, and hyphens, at most 60 characters"),
        "name": (lambda value: _is_text(value, MAX_NAME), f"must be words, at most {MAX_NAME} characters"),
    }


def _product_rules(categories: list, currency: str) -> dict[str, Rule]:
    # The folder's own list, because some systems find a file by a name in the wrong case.
    pictures = {path.name for path in PICTURES.glob("*.webp")}
    return {
        **_category_rules(),
        "category": (lambda value: value in categories, "must be the slug of one of the categories"),
        "price": (lambda value: _is_price(value, currency), f"{amount_rule(currency)}, and more than 0"),
        "stock": (
            lambda value: type(value) is int and 0 <= value <= MAX_STOCK,
            f"must be a whole number from 0 to {MAX_STOCK}",
        ),
        "picture": (
            lambda value: _is_text(value, MAX_SLUG) and {f"{value}-160.webp", f"{value}-256.webp"} <= pictures,
            "must be the name of two files in static/pictures: <picture>-160.webp and <picture>-256.webp",
        ),
        "tint": (lambda value: value in TINTS, f"must be one of {', '.join(TINTS)}"),
        "description": (
            lambda value: _is_text(value, MAX_DESCRIPTION),
            f"must be words, at most {MAX_DESCRIPTION} characters",
        ),
    }


def _rows_problems(kind: str, rows: list[dict], rules: dict[str, Rule]) -> list[str]:
    problems, known = [], []
    for number, row in enumerate(rows, 1):
        slug = row.get("slug")
        label = f"{kind} {slug}" if _is_slug(slug) else f"{kind} number {number}"
        if slug in known:
            problems.append(f"{label}: slug is used more than once.")
        known += [slug] if slug else []
        for key, (is_right, rule) in rules.items():
            if key not in row:
                problems.append(f"{label}: {key} is missing.")
            elif not is_right(row[key]):
                problems.append(f"{label}: {key} is {reprlib.repr(row[key])}, but {rule}.")
    return problems


def _is_slug(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_SLUG and bool(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value))


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(" ".join(value.split())) <= longest and "\0" not in value


def _is_price(value: object, currency: str) -> bool:
    try:
        return merchants_amount(value, currency) > 0
    except InexactAmount:
        return False
