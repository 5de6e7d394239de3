"""The merchant's file `shop.toml`: every mistake is said in a sentence, all of them at once."""

from pathlib import Path

import pytest

from store.config import SettingsError, read_settings
from store.rules.markets import COUNTRIES
from store.rules.money import CURRENCIES
from store.shop import HIGHEST_AMOUNT, SHOP_FILE, read_shop

from ..records import COOKIE_KEY

SETTINGS = {
    "SECRET_KEY": COOKIE_KEY,
    "XENDIT_SECRET_KEY": "xnd_production_of_the_tests",
    "XENDIT_WEBHOOK_TOKEN": "t" * 24,
    "PUBLIC_URL": "https://shop.example",
}

IN_MALAYSIA = ('country = "ID"', 'country = "MY"'), ('currency = "IDR"', 'currency = "MYR"')


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
    file = changed_file(tmp_path, ("= 18000", f"= {fee}"), *IN_MALAYSIA)

    assert read_shop(file, []).shipping_fee == minor


@pytest.mark.parametrize("fee", ["12.5", '"12.505"', '"12,50"', '"1e1"', '"NaN"'])
def test_a_fee_with_cents_is_nothing_else(tmp_path: Path, fee: str):
    file = changed_file(tmp_path, ("= 18000", f"= {fee}"), *IN_MALAYSIA)

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


def in_market(folder: Path, country: str, currency: str) -> Path:
    return changed_file(folder, ('country = "ID"', f'country = "{country}"'), ('= "IDR"', f'= "{currency}"'))


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_country_takes_the_currencies_that_xendit_has_a_way_to_pay_in(tmp_path: Path, country: str, currency: str):
    found = []
    read_shop(in_market(tmp_path, country, currency), found)

    assert bool(found) == (currency not in COUNTRIES[country].currencies)
    assert all(line.startswith(f"shop.toml: currency is {currency}, but in ") for line in found)


def test_each_country_has_its_own_currency_and_singapore_the_dollar_too():
    pairs = {code: country.currencies for code, country in COUNTRIES.items()}

    assert pairs == {
        "ID": ("IDR",), "PH": ("PHP",), "VN": ("VND",), "TH": ("THB",), "SG": ("SGD", "USD"), "MY": ("MYR",),
    }  # fmt: skip


@pytest.mark.parametrize("fee", [HIGHEST_AMOUNT + 1, 10**17, 10**30])
def test_a_fee_beyond_all_money_is_refused(tmp_path: Path, fee: int):
    (problem,) = problems(changed_file(tmp_path, ("= 18000", f"= {fee}")))

    assert problem.startswith("shop.toml: shipping_fee is ")
    assert problem.endswith(f"at most {HIGHEST_AMOUNT}.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "Warung"', f'name = "{"W" * 101}"'), ('name = "Warung"', r'name = "War\u0000ung"'),
        ("halo@warung.example", "halo"), ("halo@warung.example", "halo@"),
        ("halo@warung.example", "a b@warung.example"),
        ("+62 812 0000 0000", "call us"), ("+62 812 0000 0000", "javascript:alert(1)"), ("+62 812 0000 0000", "12"),
        ("08:00–17:00", "x" * 200), ("We pack", "x" * 2000),
    ],
)  # fmt: skip
def test_a_text_that_no_page_or_xendit_could_use_is_refused(tmp_path: Path, old: str, new: str):
    (problem,) = problems(changed_file(tmp_path, (old, new)))

    assert problem.startswith("shop.toml: ")


@pytest.mark.parametrize("phone", ["+62 812 0000 0000", "0812-0000-0000", "(021) 555.0000"])
def test_a_phone_number_is_taken_as_people_write_it(tmp_path: Path, phone: str):
    assert read_shop(changed_file(tmp_path, ("+62 812 0000 0000", phone)), []).contact["phone"] == phone
