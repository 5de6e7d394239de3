"""Kinds of columns that more than one table has."""

import re
from collections.abc import Iterable
from typing import Annotated

from sqlalchemy import BigInteger, CheckConstraint, Dialect, String, TypeDecorator, event
from sqlalchemy.orm import InstrumentedAttribute, mapped_column

from ..database import db

# NUL, which PostgreSQL keeps in no text, and halves of a character, which UTF-8 does not write. A command line can have
# the second, and a form both.
_CANNOT_BE_KEPT = re.compile("[\0\ud800-\udfff]")
# What a person writes about a decision or a refund; in characters.
NOTE_LENGTH = 500
# Minor units of the currency beside it. 32 bits end at Rp2.147.483.647, which a large order reaches.
Amount = Annotated[int, mapped_column(BigInteger)]


class Text(TypeDecorator):
    """A text of up to so many characters, the same on each database; what cannot be kept in it is seen to be missing.

    So a text in which something is missing is found by nobody who looks for the whole one.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else _CANNOT_BE_KEPT.sub("\N{REPLACEMENT CHARACTER}", value)


class TooLong(ValueError):
    """The text is longer than its column: to SQLite that is a wish, and PostgreSQL would end the transaction."""


@event.listens_for(db.Model, "attribute_instrument")
def _watch_length(table: type[db.Model], name: str, attribute: InstrumentedAttribute) -> None:
    columns = getattr(attribute.property, "columns", ())
    if not columns or not isinstance(columns[0].type, Text):
        return
    longest = columns[0].type.length

    @event.listens_for(attribute, "set")
    def _refuse(row: db.Model, value: str | None, *_: object) -> None:
        if value is not None and len(value) > longest:
            raise TooLong(f"{table.__tablename__}.{name} takes at most {longest} characters")


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
