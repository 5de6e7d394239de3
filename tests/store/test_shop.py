"""The merchant's file `shop.toml`: every mistake is said in a sentence, all of them at once."""

from pathlib import Path

import pytest

from store.config import SettingsError, read_settings
from store.shop import SHOP_FILE, read_shop

SETTINGS = {
    "SECRET_KEY": "signs the cookies of the tests",
    "XENDIT_SECRET_KEY": "xnd_production_of_the_tests",
    "XENDIT_WEBHOOK_TOKEN": "t" * 24,
    "PUBLIC_URL": "https://shop.example",
}


def problems(file: Path) -> list[str]:
    """What `read_settings` says about good settings beside this file."""
    with pytest.raises(SettingsError) as raised:
        read_settings(SETTINGS, file)
    return raised.value.problems


def changed_file(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shop's own file with these pieces of it replaced."""
    text = SHOP_FILE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    changed = folder / "shop.toml"
    changed.write_text(text, encoding="utf-8")
    return changed


@pytest.mark.parametrize("fee", ["18.000", '"18.000"', '"18000"', "1e4", "true", '"18,000"', "-1"])
def test_a_fee_in_rupiah_is_a_whole_number_only(tmp_path: Path, fee: str):
    file = changed_file(tmp_path, ("= 18000", f"= {fee}"))

    (problem,) = problems(file)

    assert problem.startswith("shop.toml: shipping_fee ")


@pytest.mark.parametrize(("fee", "minor"), [("12", 1200), ('"12.50"', 1250)])
def test_a_fee_with_cents_is_a_whole_number_or_quoted(tmp_path: Path, fee: str, minor: int):
    file = changed_file(tmp_path, ("= 18000", f"= {fee}"), ('currency = "IDR"', 'currency = "MYR"'))

    assert read_shop(file, []).shipping_fee == minor


@pytest.mark.parametrize("fee", ["12.5", '"12.505"', '"12,50"', '"1e1"', '"NaN"'])
def test_a_fee_with_cents_is_nothing_else(tmp_path: Path, fee: str):
    file = changed_file(tmp_path, ("= 18000", f"= {fee}"), ('currency = "IDR"', 'currency = "MYR"'))

    (problem,) = problems(file)

    assert problem.startswith("shop.toml: shipping_fee ")


def test_every_mistake_in_shop_toml_is_said_at_once(tmp_path: Path):
    changes = [
        ('name = "Warung"', 'name = ""'), ("tagline =", "tag_line ="), ("email =", "mail ="), ("phone =", "fone ="),
        ("address =", "addres ="), ("\nhours =", "\nhours = 8\nwhen ="), ("delivery =", "deliver ="),
        ("returns =", "return ="), ('"ID"', '["ID"]'), ("hold_minutes = 30", "hold_minutes = 30.0"),
    ]  # fmt: skip
    file = changed_file(tmp_path, *changes)

    named = [problem.split()[1] for problem in problems(file)]

    assert named == [
        "name", "tagline", "email", "phone", "address", "hours", "delivery", "returns", "country", "hold_minutes",
    ]  # fmt: skip


def test_a_missing_section_of_shop_toml_is_said_by_its_keys(tmp_path: Path):
    file = changed_file(tmp_path, ("[contact]", "[kontak]"), ("[policy]", "policy = 3\n[rest]"))

    assert sum("[contact]" in problem for problem in problems(file)) == 4


def test_a_shop_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path):
    file = tmp_path / "shop.toml"
    file.write_bytes('name = "Café"'.encode("latin-1"))

    (problem,) = problems(file)

    assert problem.startswith("shop.toml: ")
