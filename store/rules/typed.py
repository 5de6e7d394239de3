"""What people type and paste, without what they cannot see and did not mean: cleaned once, for whoever reads it.

What can be seen stays as it was typed; only a field of digits or an address loses what is written around it.
Pure rules: no Flask, no database.
"""

import re
import unicodedata

# Control characters, soft hyphens, zero-width spaces, what turns the direction of the text around it, vowels that are
# never written, placeholders of pasted objects, marks of shorthand and music, lone surrogates, and what is or will be
# no character. White space is not among it.
_INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff0-\ufffc\ud800-\udfff\ufdd0-\ufdef\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0080-\U000e00ff"
    "\U000e01f0-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Tags are invisible, but for those that make a flag of the one before them, such as Scotland's.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]")
# The two joiners shape letters of many scripts (but not of ours) and hold pictures of several parts together.
_JOINERS = "\u200c\u200d"
_MAY_BE_JOINED = ("Lo", "Lm", "Mn", "Mc", "So", "Sk")
# Letters and symbols by their category, but blank: the Hangul fillers and the empty Braille cell.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
_INVISIBLE_ALONE = ("Cf", "Mn", "Me", "Zs", "Zl", "Zp")
# Numbers and addresses know no blanks but spaces, and no variants of a character: what chooses one goes (to None).
_SIMPLE = dict.fromkeys(map(ord, _BLANKS), " ") | dict.fromkeys(
    [*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)
# Keyboards for Chinese and Japanese write letters, digits and signs as wide as their own.
_SIMPLE |= {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, "。｡"), ".")
_PAIRS = ("<>", '""', "''", "“”", "‘’", "()")


def plain(text: str) -> str:
    """Return the text as it is seen: trimmed, white space folded, and nothing at all if nothing can be seen."""
    seen = " ".join(_TAGS.sub(r"\1", _INVISIBLE.sub("", text)).split())
    kept = ""
    for character in seen:
        if character not in _JOINERS or unicodedata.category(kept[-1:] or " ") in _MAY_BE_JOINED:
            kept += character
    return kept if any(map(_is_visible, kept)) else ""


def plain_email(text: str) -> str:
    """Return an e-mail address without what is pasted around it: `mailto:`, brackets, quotes, an ending stop."""
    return _unwrapped(unicodedata.normalize("NFC", plain(text.translate(_SIMPLE))), "mailto:")


def plain_phone(text: str) -> str:
    """Return a phone number in plain digits and signs, without what is pasted around it."""
    return _unwrapped(_in_plain_digits(text), "tel:")


def plain_postal_code(text: str) -> str:
    """Return a postal code in plain digits."""
    return _in_plain_digits(text).rstrip(".,; ")


def _is_visible(character: str) -> bool:
    return character not in _BLANKS and unicodedata.category(character) not in _INVISIBLE_ALONE


def _in_plain_digits(text: str) -> str:
    """Write the digits of any script as ours, and dashes of any length as hyphens."""
    return "".join(map(_plain_sign, plain(text.translate(_SIMPLE))))


def _plain_sign(character: str) -> str:
    if unicodedata.category(character) == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    return str(unicodedata.decimal(character, character))


def _unwrapped(text: str, scheme: str) -> str:
    before = None
    while text != before:
        before = text
        text = text.strip().rstrip(".,;:")
        if text[:1] + text[-1:] in _PAIRS:
            text = text[1:-1]
        if text.lower().startswith(scheme):
            text = text[len(scheme) :]
    return text
