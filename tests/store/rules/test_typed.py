"""What people type and paste: what is seen stays, and what cannot be seen goes."""

import pytest

from store.rules.typed import plain, plain_email, plain_phone, plain_postal_code

PASTED = {
    "bidi marks": "\u200eSi\u202ati\u202c\u200f",
    "isolates": "\u2066Siti\u2069",
    "Arabic mark": "Siti\u061c",
    "zero-width": "Si\u200bti\ufeff",
    "word joiner": "Siti\u2060",
    "soft hyphen": "Si\u00adti",
    "NUL": "Si\0ti",
    "controls": "\x02Si\x07ti\x7f\x9f",
    "escape": "\x1bSiti",
    "spaces": "\u00a0 Siti\t\u3000\u2009",
    "lines": "\r\nSiti\u2028",
    "object": "Siti\ufffc",
    "surrogate": "Siti\ud800",
    "no characters": "Siti\ufffe\U0001ffff",
    "tags": "Siti\U000e0041\U000e007f",
    "joiners": "\u200dSi\u200cti\u200d",
    "annotation": "\ufff9Siti\ufffb",
    "grapheme joiner": "Si\u034fti",
    "vowel separator": "Siti\u180e",
}
# What Unicode says to show as nothing (Default_Ignorable_Code_Point), and the blank of Braille.
UNSEEN = [*"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u2800\u3164\ufeff\uffa0"] + [
    chr(code)
    for first, last in [(0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F),
                        (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]
    for code in range(first, last + 1)
]  # fmt: skip
MEANT = {
    "Persian": "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
    "Malayalam": "\u0d05\u0d28\u0d4d\u200d",
    "Sinhala": "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
    "Devanagari": "\u0915\u094d\u200d\u0937",
    "family": "👨\u200d👩\u200d👧",
    "skin": "👩🏽\u200d🍳",
    "heart": "❤\ufe0f\u200d🔥",
    "Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "variant": "葛\U000e0100城",
    "decomposed": "Nguye\u0302\u0303n",
    "apostrophe": "O’Brien",
    "stop": "Jr.",
    "wide": "ＡＢＣ",
    "unknown yet": "new \U0001e6c0",
    "quotes": '"Siti"',
    "brackets": "<Siti>",
    "mark": "Ye\u015fim İß",
}


@pytest.mark.parametrize("typed", PASTED.values(), ids=PASTED)
def test_what_copying_brings_along_is_taken_off(typed: str):
    assert plain(typed) == "Siti"


@pytest.mark.parametrize("typed", MEANT.values(), ids=MEANT)
def test_what_is_seen_or_shapes_what_is_seen_stays(typed: str):
    assert plain(typed) == typed


@pytest.mark.parametrize(
    "typed", ["", " ", "\u200b", "\u00ad\u200b \u200d\ufe0f\u3164\u2800", "\0", "\u0301"], ids=ascii
)
def test_what_cannot_be_seen_at_all_is_nothing(typed: str):
    assert plain(typed) == plain_email(typed) == plain_phone(typed) == plain_postal_code(typed) == ""


@pytest.mark.parametrize("clean", [plain_email, plain_phone, plain_postal_code])
def test_no_number_and_no_address_keeps_what_cannot_be_seen(clean):
    cleaned = {ascii(mark): clean("|7|@a|.b|".replace("|", mark)) for mark in UNSEEN}

    assert {mark: text for mark, text in cleaned.items() if text.replace(" ", "") != "7@a.b"} == {}


@pytest.mark.parametrize("blank", "\u115f\u1160\u2800\u3164\uffa0 ", ids=ascii)
def test_a_blank_inside_is_a_space(blank: str):
    assert plain_email(f"si{blank}ti@example.com") == "si ti@example.com"
    assert plain_phone(f"0812{blank}3456") == "0812 3456"


def test_white_space_is_folded():
    assert plain("Jl. Mawar\r\n  No.\u00a05\x0bLantai\x1f2") == "Jl. Mawar No. 5 Lantai 2"


@pytest.mark.parametrize(
    "typed",
    [
        "mailto:siti@example.com",
        "MAILTO:siti@example.com",
        "<siti@example.com>",
        "<mailto:siti@example.com>,",
        '"siti@example.com"',
        "“siti@example.com”.",
        "'siti@example.com'",
        "(siti@example.com)",
        "siti@example.com;",
        "siti@example.com.",
        " siti@example.com\u00a0",
        "siti\u200b@exam\u00adple.com",
        "\ufeffsiti@example.com\u202c",
        "ｓｉｔｉ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "siti@example。com",
        "\0siti@example.com",
    ],
    ids=ascii,
)
def test_an_email_is_freed_from_what_is_pasted_around_it(typed: str):
    assert plain_email(typed) == "siti@example.com"


@pytest.mark.parametrize(
    "typed",
    [
        "Siti@Example.COM",
        "o'brien@example.com",
        "siti@faß.example",
        "'@example.com",
        "Siti <siti@example.com>",
        "siti@ſhop.example",
        "siti@example.com,b@example.com",
        "<",
        '"',
    ],
)
def test_what_is_seen_of_an_email_stays(typed: str):
    assert plain_email(typed) == typed or typed == '"'


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("\u202a+62 812 3456 7890\u202c", "+62 812 3456 7890"),
        ("tel:+62-812-3456-7890", "+62-812-3456-7890"),
        ("<tel:+628123456789>.", "+628123456789"),
        ("０８１２　３４５６", "0812 3456"),
        ("๐๘๑ ๒๓๔ ๕๖๗๘", "081 234 5678"),
        ("٠٨١٢ ٣٤٥٦", "0812 3456"),
        ("＋６２（０）８１２", "+62(0)812"),
        ("0812‑3456–7890−1", "0812-3456-7890-1"),
        ("0812\u00ad3456\u200b7890", "081234567890"),
        ("0812 3456,", "0812 3456"),
        ("0812CALLME", "0812CALLME"),
        ("0812 ¹", "0812 ¹"),
        ("(0812) 3456", "(0812) 3456"),
    ],
    ids=ascii,
)
def test_a_phone_number_is_written_in_plain_digits_and_signs(typed: str, read: str):
    assert plain_phone(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("４０１１５", "40115"),
        ("๔๐๑๑๕", "40115"),
        ("٤٠١١٥", "40115"),
        ("40–115", "40-115"),
        (" 40\u00a0115 ", "40 115"),
        ("40115,", "40115"),
        ("\u202d40115\u202c", "40115"),
        ("4011A", "4011A"),
        ("40.115", "40.115"),
        ("4011⁵", "4011⁵"),
    ],
    ids=ascii,
)
def test_a_postal_code_is_written_in_plain_digits(typed: str, read: str):
    assert plain_postal_code(typed) == read


@pytest.mark.parametrize("clean", [plain, plain_email, plain_phone, plain_postal_code])
@pytest.mark.parametrize("typed", [*PASTED.values(), *MEANT.values(), "<(mailto:tel:\u200d‘1’)>.,"], ids=ascii)
def test_what_was_cleaned_once_stays_as_it_is(clean, typed: str):
    assert clean(clean(typed)) == clean(typed)
