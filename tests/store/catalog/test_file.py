"""The merchant's catalog file: every mistake is said in a sentence, and nothing of a wrong file is added."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from store import create_app
from store.catalog.file import PICTURES, load_if_empty
from store.config import SettingsError, read_settings
from store.database import db
from store.models import Category, Product

from ...records import COOKIE_KEY

Load = Callable[..., list[str]]

CATEGORY = {"slug": '"food"', "name": '"Food"'}
RICE = {
    "slug": '"rice"', "name": '"Rice"', "category": '"food"', "price": "85000", "stock": "3",
    "picture": '"cooked-rice"', "tint": '"mint"', "description": '"Good rice."',
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A shop with empty tables."""
    app = create_app(
        read_settings(
            {
                "SECRET_KEY": COOKIE_KEY,
                "XENDIT_SECRET_KEY": "xnd_development_of_the_tests",
                "XENDIT_WEBHOOK_TOKEN": "t" * 24,
                "XENDIT_API_URL": "http://127.0.0.1:1",
                "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}",
            }
        )
    )
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


def block(kind: str, row: dict[str, str], **changes: str | None) -> str:
    """One row of the file with these changes; None leaves a key out."""
    lines = [f"{key} = {value}" for key, value in {**row, **changes}.items() if value is not None]
    return "\n".join([f"[[{kind}]]", *lines, ""])


def products(**changes: str | None) -> str:
    return block("categories", CATEGORY) + block("products", RICE, **changes)


@pytest.fixture
def load(app: Flask, tmp_path: Path) -> Load:
    """Loads a file with this text into the catalog; returns what is said about it."""

    def load(text: str, currency: str = "IDR", pictures: Path = PICTURES) -> list[str]:
        file = tmp_path / "catalog.toml"
        file.write_text(text, encoding="utf-8")
        try:
            load_if_empty(currency, file, pictures)
        except SettingsError as error:
            return error.problems
        return []

    return load


def rows() -> int:
    return sum(db.session.scalar(db.select(db.func.count()).select_from(each)) for each in (Category, Product))


def test_a_good_file_fills_the_catalog_once(load: Load):
    assert (load(products()), rows()) == ([], 2)
    assert (load("broken, but the catalog is filled"), rows()) == ([], 2)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("price", "85.000"), ("price", '"85.000"'), ("price", '"85000"'), ("price", "0"), ("price", "-1"),
        ("price", "true"),
        ("price", "1000000000001"), ("picture", '"cooked-rise"'), ("picture", '"Cooked-rice"'), ("category", '"fod"'),
        ("stock", "-1"), ("stock", "1.5"), ("stock", '"3"'), ("stock", "true"), ("stock", "99999999999"),
        ("tint", '"blue"'), ("name", f'"{"n" * 61}"'), ("name", '" "'), ("name", "3"),
        ("description", f'"{"d" * 1001}"'), ("description", '""'), *((key, None) for key in RICE if key != "slug"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_the_slug_and_the_key(load: Load, key: str, value: str | None):
    (line,) = load(products(**{key: value}))

    assert rows() == 0
    assert line.startswith(f"catalog.toml: product rice: {key} is ")


@pytest.mark.parametrize("slug", [None, '""', '"Rice"', '"rice bowl"', '"rice-"', f'"{"r" * 61}"', "3", '["rice"]'])
def test_a_bad_slug_is_said_with_the_number_of_the_product(load: Load, slug: str | None):
    (line,) = load(products(slug=slug))

    assert rows() == 0
    assert line.startswith("catalog.toml: product number 1: slug is ")


def test_a_picture_needs_both_of_its_files(load: Load, tmp_path: Path):
    (tmp_path / "cooked-rice-160.webp").touch()

    (line,) = load(products(), pictures=tmp_path)
    (tmp_path / "cooked-rice-256.webp").touch()

    assert "product rice: picture" in line
    assert load(products(), pictures=tmp_path) == []


def test_all_mistakes_are_said_at_once(load: Load):
    text = products() + block("products", RICE, stock="-1") + block("products", RICE, slug='"tea"', tint='"red"')

    lines = load(text + block("categories", CATEGORY, name=None))

    assert rows() == 0
    assert [line.split(" is ")[0] for line in lines] == [
        "catalog.toml: category food: slug", "catalog.toml: category food: name",
        "catalog.toml: product rice: slug", "catalog.toml: product rice: stock", "catalog.toml: product tea: tint",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "products = 3", "[[categories", "[[categories]]\n", 'categories = ["food"]'])
def test_a_file_without_rows_is_refused(load: Load, text: str):
    (line,) = load(text)

    assert rows() == 0
    assert line.startswith("catalog.toml: ")


@pytest.mark.parametrize(("price", "minor"), [("12", 1200), ('"12.50"', 1250), ("12.5", None), ('"12,50"', None)])
def test_in_a_currency_with_cents_a_price_is_a_whole_number_or_quoted(load: Load, price: str, minor: int | None):
    said = load(products(price=price), "MYR")

    assert bool(said) == (minor is None)
    assert db.session.scalar(db.select(Product.price)) == minor
