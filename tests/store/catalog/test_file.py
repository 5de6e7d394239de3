"""The merchant's catalog file: every mistake is said in a sentence, and nothing of a wrong file is added."""

from pathlib import Path

import pytest
from flask import Flask

from store import create_app
from store.catalog import file as catalog
from store.config import read_settings
from store.database import db
from store.models import Category, Product

CATEGORY = {"slug": '"food"', "name": '"Food"'}
RICE = {
    "slug": '"rice"', "name": '"Rice"', "category": '"food"', "price": "85000", "stock": "3",
    "picture": '"cooked-rice"', "tint": '"mint"', "description": '"Good rice."',
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return create_app(
        read_settings(
            {
                "SECRET_KEY": "signs the cookies of the tests",
                "XENDIT_SECRET_KEY": "xnd_development_of_the_tests",
                "XENDIT_WEBHOOK_TOKEN": "t" * 24,
                "XENDIT_API_URL": "http://127.0.0.1:1",
                "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}",
            }
        )
    )


def block(kind: str, row: dict[str, str], **changes: str | None) -> str:
    """One row of the file with these changes; None leaves a key out."""
    lines = [f"{key} = {value}" for key, value in {**row, **changes}.items() if value is not None]
    return "\n".join([f"[[{kind}]]", *lines, ""])


def products(**changes: str | None) -> str:
    return block("categories", CATEGORY) + block("products", RICE, **changes)


def init_db(app: Flask, monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[int, list[str], int]:
    """Run `init-db` on this file; return its status, what it said, and how many rows there are."""
    path = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")).with_name("catalog.toml")
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalog, "CATALOG_FILE", path)
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["init-db"])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    with app.app_context():
        rows = sum(db.session.scalar(db.select(db.func.count()).select_from(each)) for each in (Category, Product))
        db.engine.dispose()
    return result.exit_code, result.output.strip().splitlines(), rows


def test_a_good_file_fills_the_catalog_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    assert init_db(app, monkeypatch, products())[::2] == (0, 2)
    assert init_db(app, monkeypatch, "broken, but the catalog is filled")[::2] == (0, 2)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("price", "85.000"), ("price", '"85.000"'), ("price", '"85000"'), ("price", "0"), ("price", "-1"),
        ("price", "true"), ("picture", '"cooked-rise"'), ("picture", '"Cooked-rice"'), ("category", '"fod"'),
        ("stock", "-1"), ("stock", "1.5"), ("stock", '"3"'), ("stock", "true"), ("stock", "99999999999"),
        ("tint", '"blue"'), ("name", f'"{"n" * 61}"'), ("name", '" "'), ("name", "3"),
        ("description", f'"{"d" * 1001}"'), ("description", '""'), *((key, None) for key in RICE if key != "slug"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_the_slug_and_the_key(
    app: Flask, monkeypatch: pytest.MonkeyPatch, key: str, value: str | None
):
    status, (line,), rows = init_db(app, monkeypatch, products(**{key: value}))

    assert (status, rows) == (2, 0)
    assert line.startswith(f"catalog.toml: product rice: {key} is ")


@pytest.mark.parametrize("slug", [None, '""', '"Rice"', '"rice bowl"', '"rice-"', f'"{"r" * 61}"', "3", '["rice"]'])
def test_a_bad_slug_is_said_with_the_number_of_the_product(
    app: Flask, monkeypatch: pytest.MonkeyPatch, slug: str | None
):
    status, (line,), rows = init_db(app, monkeypatch, products(slug=slug))

    assert (status, rows) == (2, 0)
    assert line.startswith("catalog.toml: product number 1: slug is ")


def test_a_picture_needs_both_of_its_files(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "cooked-rice-160.webp").touch()
    monkeypatch.setattr(catalog, "PICTURES", tmp_path)

    _, (line,), _ = init_db(app, monkeypatch, products())
    (tmp_path / "cooked-rice-256.webp").touch()

    assert "product rice: picture" in line
    assert init_db(app, monkeypatch, products())[0] == 0


def test_all_mistakes_are_said_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    text = products() + block("products", RICE, stock="-1") + block("products", RICE, slug='"tea"', tint='"red"')

    status, lines, rows = init_db(app, monkeypatch, text + block("categories", CATEGORY, name=None))

    assert (status, rows) == (2, 0)
    assert [line.split(" is ")[0] for line in lines] == [
        "catalog.toml: category food: slug", "catalog.toml: category food: name",
        "catalog.toml: product rice: slug", "catalog.toml: product rice: stock", "catalog.toml: product tea: tint",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "products = 3", "[[categories", "[[categories]]\n", 'categories = ["food"]'])
def test_a_file_without_rows_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch, text: str):
    status, (line,), rows = init_db(app, monkeypatch, text)

    assert (status, rows) == (2, 0)
    assert line.startswith("catalog.toml: ")


@pytest.mark.parametrize(("price", "minor"), [("12", 1200), ('"12.50"', 1250), ("12.5", None), ('"12,50"', None)])
def test_in_a_currency_with_cents_a_price_is_a_whole_number_or_quoted(
    app: Flask, monkeypatch: pytest.MonkeyPatch, price: str, minor: int | None
):
    found = catalog._file_problems(catalog.tomllib.loads(products(price=price)), "MYR")

    assert bool(found) == (minor is None)
    assert minor is None or catalog.merchants_amount(catalog.tomllib.loads(f"p = {price}")["p"], "MYR") == minor
