"""Kinds of columns that more than one table has."""

from collections.abc import Iterable
from typing import Annotated

from sqlalchemy import BigInteger
from sqlalchemy.orm import mapped_column

# Minor units of the currency beside it. 32 bits end at Rp2.147.483.647, which a large order reaches.
Amount = Annotated[int, mapped_column(BigInteger)]


def one_of(column: str, statuses: Iterable[str]) -> str:
    """Return the SQL of a check that `column` is one of `statuses`."""
    return f"{column} IN ({', '.join(repr(str(status)) for status in statuses)})"
