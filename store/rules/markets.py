"""The countries of a payment session, and what a shop there needs to know. Pure data.

None of them changes its clocks over the year, so a fixed offset is the whole time zone.
Source of the list: the `country` field of Xendit's create-session request. Source of the currencies: the
channels of each country (CONTRACT 5.5); a session in another currency has no way to pay and is refused.
"""

from datetime import timedelta, timezone
from typing import NamedTuple


class Country(NamedTuple):
    name: str
    clock: timezone
    postal_digits: tuple[int, ...]  # how many digits a postal code may have
    currencies: tuple[str, ...]


def _clock(hours: int, name: str) -> timezone:
    return timezone(timedelta(hours=hours), name)


COUNTRIES = {
    "ID": Country("Indonesia", _clock(7, "WIB"), (5,), ("IDR",)),
    "PH": Country("Philippines", _clock(8, "PHT"), (4,), ("PHP",)),
    "VN": Country("Vietnam", _clock(7, "ICT"), (5, 6), ("VND",)),
    "TH": Country("Thailand", _clock(7, "ICT"), (5,), ("THB",)),
    "SG": Country("Singapore", _clock(8, "SGT"), (6,), ("SGD", "USD")),
    "MY": Country("Malaysia", _clock(8, "MYT"), (5,), ("MYR",)),
}
