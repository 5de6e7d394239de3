"""Money: minor units, major units, and how they are written."""

import re
from decimal import Decimal

import pytest

from store.rules.money import CURRENCIES, InexactAmount, exact, from_major, from_typed, to_major, written

WITHOUT_FRACTION = ("IDR", "VND")
WITH_FRACTION = ("PHP", "THB", "MYR", "SGD", "USD")


def test_every_currency_of_a_payment_session_is_known():
    assert set(CURRENCIES) == {*WITHOUT_FRACTION, *WITH_FRACTION}


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("amount", [0, 1, 99, 100, 101, 150000, 2_147_483_648, 10**15 + 1])
def test_minor_units_come_back_unchanged_from_major_units(amount: int, currency: str):
    major = to_major(amount, currency)

    assert from_major(major, currency) == exact(major, currency) == amount
    assert from_major(str(major), currency) == exact(str(major), currency) == amount


@pytest.mark.parametrize("currency", WITHOUT_FRACTION)
def test_a_currency_without_cents_counts_whole_units(currency: str):
    assert from_major(150000, currency) == 150000
    assert to_major(150000, currency) == 150000


@pytest.mark.parametrize("currency", WITH_FRACTION)
def test_a_currency_with_cents_counts_hundredths(currency: str):
    assert from_major("1250.50", currency) == 125050
    assert to_major(125050, currency) == Decimal("1250.50")


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_whole_amount_is_an_int_in_major_units(currency: str):
    whole = from_major(7, currency)

    assert to_major(whole, currency) == 7
    assert isinstance(to_major(whole, currency), int)


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("0.5", "IDR"), (Decimal("149999.99"), "IDR"), ("1.1", "VND"), ("0.001", "PHP"), ("1.005", "USD"),
        ("NaN", "IDR"), ("Infinity", "THB"), ("-Infinity", "SGD"), ("", "IDR"), ("Rp1", "IDR"), ("1,000", "MYR"),
        (None, "IDR"), ("1e999999999", "IDR"), ("1e-999999999", "USD"),
        ("150000.00000000000000000000000000000001", "IDR"), ("1" + "0" * 18, "IDR"),
        (1, "JPY"), (1, ""),
    ],
)  # fmt: skip
def test_an_amount_that_is_no_whole_number_of_minor_units_is_refused(value, currency: str):
    with pytest.raises(InexactAmount, match=re.escape(f" {currency}") + "$"):
        from_major(value, currency)
    assert exact(value, currency) is None


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (150000, "IDR", "Rp150.000"), (0, "IDR", "Rp0"), (999, "IDR", "Rp999"), (1234567, "IDR", "Rp1.234.567"),
        (-18000, "IDR", "-Rp18.000"), (150000, "VND", "150.000₫"), (125050, "PHP", "₱1,250.50"),
        (125000, "THB", "฿1,250"), (5, "MYR", "RM0.05"), (100, "SGD", "S$1"), (-250, "USD", "-US$2.50"),
    ],
)  # fmt: skip
def test_amounts_are_written_as_people_read_them(amount: int, currency: str, text: str):
    assert written(amount, currency) == text


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [("150000", "IDR", 150000), ("007", "VND", 7), ("12", "PHP", 1200), ("12.5", "THB", 1250), ("0.05", "USD", 5)],
)
def test_an_amount_is_typed_in_digits_with_a_point_for_cents(typed: str, currency: str, amount: int):
    assert from_typed(typed, currency) == amount


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("150.000", "IDR"), ("1.0", "VND"), ("1.250", "PHP"), ("1,250.50", "PHP"), ("1.", "USD"), (".5", "USD"),
        ("-1", "USD"), ("+1", "USD"), (" 1", "USD"), ("1e2", "USD"), ("\u0661", "USD"), ("", "USD"), ("9" * 19, "IDR"),
    ],
)  # fmt: skip
def test_an_amount_that_may_be_meant_otherwise_is_not_guessed(typed: str, currency: str):
    with pytest.raises(InexactAmount, match=re.escape(f" {currency}") + "$"):
        from_typed(typed, currency)
