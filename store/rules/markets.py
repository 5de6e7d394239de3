"""The countries of a payment session, and what a shop there needs to know. Pure data.

None of them changes its clocks over the year, so a fixed offset is the whole time zone.
Source of the list: the `country` field of Xendit's create-session request.
"""

from datetime import timedelta, timezone
from typing import NamedTuple


class Country(NamedTuple):
    name: str
    clock: timezone
    postal_digits: tuple[int, ...]  # how many digits a postal code may have


def _clock(hours: int, name: str) -> timezone:
    return timezone(timedelta(hours=hours), name)


COUNTRIES = {
    "ID": Country("Indonesia", _clock(7, "WIB"), (5,)),
    "PH": Country("Philippines", _clock(8, "PHT"), (4,)),
    "VN": Country("Vietnam", _clock(7, "ICT"), (5, 6)),
    "TH": Country("Thailand", _clock(7, "ICT"), (5,)),
    "SG": Country("Singapore", _clock(8, "SGT"), (6,)),
    "MY": Country("Malaysia", _clock(8, "MYT"), (5,)),
}
