"""A buyer's details: names for Xendit, e-mail addresses, phone numbers, postal codes."""

import re
import time

import pytest

from store.rules.buyer import (
    NotAnEmail,
    NotAPhoneNumber,
    check_email,
    e164,
    email_for_xendit,
    is_postal_code,
    latin_name,
    phone_examples,
)
from store.rules.markets import COUNTRIES

NAMES = {
    "Siti": "Siti",
    "Nguyễn Thị Ánh": "Nguyen Thi Anh",
    "O'Brien": "OBrien",
    "D’Arcy": "DArcy",
    "Jean-Luc": "Jean Luc",
    "สมชาย": "smchay",
    "李": "Li",
    "x" * 60: "x" * 50,
    "ABCDEFGHI " * 6: "ABCDEFGHI ABCDEFGHI ABCDEFGHI ABCDEFGHI ABCDEFGHI",
    "  Siti   Rahayu ": "Siti Rahayu",
    "...": "",
    "…": "",
    "'": "",
    "": "",
    "\u200b": "",
    "Siti\0\r\nRahayu": "Siti Rahayu",
    "<b>Siti</b>": "b Siti b",
}
ODD_NAMES = [*NAMES, "😀", "😀 Siti", "محمد", "ß" * 50, "ﬁ" * 40, "𝒜𝓃𝓃", "\ud800", "李" * 60, "ᬲᬶᬢᬶ"]


@pytest.mark.parametrize(("typed", "sent"), NAMES.items(), ids=ascii)
def test_a_name_is_written_in_the_letters_that_xendit_takes(typed: str, sent: str):
    assert latin_name(typed) == sent


@pytest.mark.parametrize("typed", ODD_NAMES, ids=ascii)
def test_whatever_is_typed_the_name_for_xendit_has_only_letters_digits_and_spaces(typed: str):
    assert re.fullmatch(r"[A-Za-z0-9 ]{0,50}", latin_name(typed))


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("0812 3456 7890", "ID", "+6281234567890"), ("0812-3456-7890", "ID", "+6281234567890"),
        ("(0812) 3456.7890", "ID", "+6281234567890"), ("+62 812-3456-7890", "ID", "+6281234567890"),
        ("+6281234567890", "SG", "+6281234567890"), ("+65 9123 4567", "ID", "+6591234567"),
        ("9123 4567", "SG", "+6591234567"), ("0917 123 4567", "PH", "+639171234567"),
        ("081 234 5678", "TH", "+66812345678"), ("012-345 6789", "MY", "+60123456789"),
        ("091 234 56 78", "VN", "+84912345678"), ("(+62) 812 3456 7890", "ID", "+6281234567890"),
        ("+62 (0)812 3456 7890", "ID", "+6281234567890"), ("0812/3456/7890", "ID", "+6281234567890"),
        ("62 812 3456 7890", "ID", "+6281234567890"), ("812 3456 7890", "ID", "+6281234567890"),
        *(("0062 812 3456 7890", country, "+6281234567890") for country in ("ID", "MY", "PH", "SG", "TH", "VN")),
        ("001 62 812 3456 7890", "ID", "+6281234567890"), ("001 62 812 3456 7890", "TH", "+6281234567890"),
        ("00162 812 3456 7890", "SG", "+6281234567890"), ("008 65 9123 4567", "ID", "+6591234567"),
        ("0062 (0)812 3456 7890", "ID", "+6281234567890"), ("0065 9123 4567", "TH", "+6591234567"),
        ("00 1 202 555 0123", "ID", "+12025550123"), ("001 1 202 555 0123", "TH", "+12025550123"),
    ],
)  # fmt: skip
def test_a_phone_number_is_read_as_people_write_it(text: str, country: str, number: str):
    assert e164(text, country) == number


@pytest.mark.parametrize(
    "text", ["", "12", "abc", "+", "+62", "0812", "0812 3456 7890 1234 567", "+999 1234 5678", "--", "\0",
             "9" * 10_000, "0812CALLME", "0812 3456 7890 ext. 5", "0812 3456 7890;ext=5", "0812 3456 7890 x5",
             "0812 345 678/79", "0812 345 6789 / 80", "0811 1234 567/8", "0812-345-678 (2)",
             "0812 3456 7890,,5", "*0812 3456 7890", "0812+3456 7890", "0812 3456 7890¹", "00", "001", "0000"],
    ids=lambda text: ascii(text[:20]),
)  # fmt: skip
def test_what_cannot_be_dialed_is_no_phone_number(text: str):
    with pytest.raises(NotAPhoneNumber):
        e164(text, "ID")


@pytest.mark.parametrize("text", ["(" * 60_000 + "x", "/" * 60_000, "(1" * 30_000], ids=lambda text: text[:2])
def test_to_see_that_a_long_text_is_no_phone_number_takes_no_time(text: str):
    started = time.process_time()

    with pytest.raises(NotAPhoneNumber):
        e164(text, "ID")

    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_examples_are_numbers_of_the_country(country: str):
    at_home, abroad = phone_examples(country)

    assert abroad.startswith("+") and not at_home.startswith("+")
    assert e164(at_home, country) == e164(abroad, country)


@pytest.mark.parametrize(
    "text", ["siti@example.com", "a@b.co", "siti+shop@example.co.id", "o'brien@example.com", "siti@münchen.de",
             "siti@MÜNCHEN.de", "siti@xn--mnchen-3ya.de", "siti@faß.example", "siti@ค้ำ.example",
             "Siti@Example.COM", f"{'a' * 60}@example.com"],
)  # fmt: skip
def test_an_address_that_could_receive_mail_is_an_email(text: str):
    check_email(text)


@pytest.mark.parametrize(
    "text", ["", "siti", "siti@", "@example.com", "siti@example", "siti@@example.com", "siti@example..com",
             "si ti@example.com", "Siti <siti@example.com>", "siti@example.com, b@example.com", "siti@[127.0.0.1]",
             "siti@example.com\r\nBcc: all@example.com", "siti@example.com\0", "siti@-example.com",
             "siti@ſhop.example", "siti@İstanbul.example", "siti@①.example", "siti@ﬁsh.example", "siti@℀.example"],
    ids=ascii,
)  # fmt: skip
def test_anything_else_is_no_email(text: str):
    with pytest.raises(NotAnEmail):
        check_email(text)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("siti@example.com", "siti@example.com"),
        (f"{'a' * 38}@example.com", f"{'a' * 38}@example.com"),
        (f"{'a' * 39}@example.com", None),
        ("siti@münchen.de", None),
    ],
    ids=["short", "50 characters", "51 characters", "not ASCII"],
)
def test_an_email_that_xendit_would_refuse_stays_with_the_shop(typed: str, sent: str | None):
    assert email_for_xendit(typed) == sent


@pytest.mark.parametrize("text", ["40115", "40 115", "40-115", " 40115 "])
def test_spaces_and_hyphens_in_a_postal_code_do_not_count(text: str):
    assert is_postal_code(text, (5,))


@pytest.mark.parametrize(
    "text", ["", "4011", "401155", "4011A", "４０１１５", "٤٠١١٥", "40.115", "-----", "40115\0"], ids=ascii
)
def test_a_postal_code_has_the_countrys_number_of_plain_digits(text: str):
    assert not is_postal_code(text, (5,))


def test_a_country_may_have_postal_codes_of_two_lengths():
    assert is_postal_code("70000", (5, 6))
    assert is_postal_code("700000", (5, 6))
    assert not is_postal_code("7000", (5, 6))
