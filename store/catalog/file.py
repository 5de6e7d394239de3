"""The merchant's file `catalog.toml`: its rules, and how it fills an empty catalog."""

import re
import reprlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Insert

from ..config import ROOT, SettingsError
from ..database import UTCDateTime, db, transaction
from ..models import Category, Product, StockMovement
from ..rules.clock import now
from ..rules.money import InexactAmount
from ..rules.status import MovementReason
from ..shop import amount_rule, merchants_amount
from ..text_file import UnreadableText, read_toml

CATALOG_FILE = Path(__file__).parent.parent / "data" / "catalog.toml"
PICTURES = ROOT / "static" / "pictures"
TINTS = ("peach", "sand", "mint", "sky", "rose", "lilac")
MAX_SLUG, MAX_NAME, MAX_DESCRIPTION = 60, 60, 1000
MAX_STOCK = 1_000_000_000

# What a line of the file must be: a test of its value, and the same in words.
Rule = tuple[Callable[[object], bool], str]


def load_if_empty(currency: str, file: Path = CATALOG_FILE, pictures: Path = PICTURES) -> int:
    """Put the merchant's file into an empty catalog; return how many products were added.

    Prices stand in the file in major units of `currency`; `pictures` is the folder with the pictures
    that it names. A catalog that has products stays as it is.
    Raises SettingsError, which names every mistake in the file.
    """
    with transaction():
        if db.session.scalar(db.select(Product.id).limit(1)):
            return 0
        data = _read_file(file, currency, pictures)
        by_slug = {}
        for position, row in enumerate(data["categories"]):
            by_slug[row["slug"]] = Category(slug=row["slug"], name=row["name"], position=position)
        db.session.add_all(by_slug.values())
        for position, row in enumerate(data["products"]):
            db.session.add(_product(row, by_slug[row["category"]], currency, position))
        db.session.flush()
        db.session.execute(_loaded())
    return len(data["products"])


def missing_pictures(pictures: Path = PICTURES) -> list[str]:
    """Return the files of pictures that products of the catalog name, and that are not in the folder."""
    there = _names_of_files(pictures)
    named = db.session.scalars(db.select(Product.picture).distinct().order_by(Product.picture))
    return [file for name in named for file in _files_of(name) if file not in there]


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


def _loaded() -> Insert:
    """Write down that all pieces that are there have just come."""
    pieces = db.select(Product.id, Product.stock, db.literal(MovementReason.LOADED), db.literal(now(), UTCDateTime))
    return db.insert(StockMovement).from_select(["product_id", "pieces", "reason", "created_at"], pieces)


def _read_file(file: Path, currency: str, pictures: Path) -> dict:
    try:
        data = read_toml(file)
    except UnreadableText as error:
        raise SettingsError([f"{error}."]) from error
    if problems := _file_problems(data, currency, pictures):
        raise SettingsError([f"{file.name}: {problem}" for problem in problems])
    return data


def _file_problems(data: dict, currency: str, pictures: Path) -> list[str]:
    for kind in ("categories", "products"):
        rows = data.get(kind)
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            return [f"there is no [[{kind}]]."]
    slugs = [row.get("slug") for row in data["categories"]]
    return [
        *_rows_problems("category", data["categories"], _category_rules()),
        *_rows_problems("product", data["products"], _product_rules(slugs, currency, pictures)),
    ]


def _category_rules() -> dict[str, Rule]:
    return {
        "slug": (_is_slug, "must be lower-case letters, digits, and hyphens, at most 60 characters"),
        "name": (lambda value: _is_text(value, MAX_NAME), f"must be words, at most {MAX_NAME} characters"),
    }


def _product_rules(categories: list, currency: str, pictures: Path) -> dict[str, Rule]:
    return {
        **_category_rules(),
        "category": (lambda value: value in categories, "must be the slug of one of the categories"),
        "price": (lambda value: _is_price(value, currency), f"{amount_rule(currency)}, and more than 0"),
        "stock": (
            lambda value: type(value) is int and 0 <= value <= MAX_STOCK,
            f"must be a whole number from 0 to {MAX_STOCK}",
        ),
        "picture": (
            lambda value: _is_text(value, MAX_SLUG) and _is_picture(value, pictures),
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
        if slug and slug in known:
            problems.append(f"{label}: slug is used more than once.")
        known.append(slug)
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


def _is_picture(name: str, pictures: Path) -> bool:
    return _names_of_files(pictures).issuperset(_files_of(name))


def _files_of(picture: str) -> tuple[str, str]:
    return f"{picture}-160.webp", f"{picture}-256.webp"


def _names_of_files(pictures: Path) -> set[str]:
    # By the folder's own list, because some systems find a file by a name in the wrong case.
    return {path.name for path in pictures.glob("*.webp")}


def _is_price(value: object, currency: str) -> bool:
    try:
        return merchants_amount(value, currency) > 0
    except InexactAmount:
        return False
