"""The search for words inside the database, the same in each that the shop can use."""

from sqlalchemy import Boolean, ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from ..models.columns import Text


class has_words(GenericFunction):
    """SQL for `folding.has_words`: a text and the words, folded already. SQLite calls that very function."""

    name = "has_words"
    type = Boolean()
    inherit_cache = True

    def __init__(self, text: ColumnElement[str], *words: str) -> None:
        super().__init__(text, *(literal(word, Text()) for word in words))


@compiles(has_words, "postgresql")
def _in_postgresql(element: has_words, compiler: SQLCompiler, **options: object) -> str:
    text, *words = (compiler.process(clause, **options) for clause in element.clauses)
    folded = f"replace(lower(normalize({text}, NFKC) COLLATE \"und-x-icu\"), U&'\\0307', '')"
    return "(" + " AND ".join(f"strpos({folded}, {word}) > 0" for word in words) + ")"
