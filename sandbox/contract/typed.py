"""What people type and paste, without what they cannot see and in one way of writing it."""

import re
import unicodedata

UNSEEN = ("Cc", "Cf")  # Unicode's categories of control signs, and of marks for direction, joining and the like.


def words(text: str) -> str:
    """The words with one space between them, without marks that nobody sees."""
    seen = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in UNSEEN)
    return " ".join("".join(seen).split())


def digits(text: str) -> str:
    """A number without what stands between its digits, in ASCII. A letter stays, so that it is noticed."""
    return numbers(text).replace("-", "")


def numbers(text: str) -> str:
    """The numbers with a hyphen between them, whatever stood there, in ASCII. A letter stays."""
    plain = unicodedata.normalize("NFKC", words(text))
    ascii_digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)
    return "-".join(re.findall(r"[^\W_]+", ascii_digits))
