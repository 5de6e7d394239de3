"""Kinds of columns that more than one table has."""

from collections.abc import Iterable
from typing import Annotated

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import mapped_column

# Minor units of the currency beside it. 32 bits end at Rp2.147.483.647, which a large order reaches.
Amount = Annotated[int, mapped_column(BigInteger)]


def one_of(column: str, statuses: Iterable[str]) -> str:
    """Return the SQL of a check that `column` is one of `statuses`."""
    return f"{column} IN ({', '.join(repr(str(status)) for status in statuses)})"


def whole(*columns: str) -> list[CheckConstraint]:
    """Return checks that these columns hold whole numbers.

    SQLite alone needs them: to it a column's type is a wish, and it would keep a price of 85000.5.
    """
    return [
        CheckConstraint(f"typeof({column}) = 'integer'", name=f"{column}_whole").ddl_if(dialect="sqlite")
        for column in columns
    ]
