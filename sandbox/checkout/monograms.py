"""Letters on a tile, in place of the logos that belong to others."""

import re
from typing import NamedTuple

TINTS = 6
SHORT = 3


class Monogram(NamedTuple):
    letters: str
    # Which of the tints in `checkout.css`; the same name has the same one everywhere.
    tint: int


def of(name: str) -> Monogram:
    """Two or three letters that one finds in the name: BCA, GP for GoPay, BN for Bank Neo Commerce."""
    return Monogram(_letters(name), sum(name.encode()) % TINTS)


def _letters(name: str) -> str:
    words = re.findall(r"\w+", name)
    if len(name) <= SHORT or not words:
        return name[:SHORT]
    if len(words) > 1:
        return f"{words[0][0]}{words[1][0]}".upper()
    capitals = [letter for letter in name if letter.isupper()]
    # A name all in capitals has no initials in it.
    return "".join(capitals[:2]) if 1 < len(capitals) < len(name) else name[:2].upper()
