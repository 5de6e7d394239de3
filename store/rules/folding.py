"""Text as a search compares it: upper and lower case are one, and so are the ways to put a letter together.

Pure rules: no Flask, no database.
"""

import unicodedata

DOT_ABOVE = "\u0307"


def folded(text: str) -> str:
    """Return a text of which only what was meant is left: CÀ PHÊ, cà phê and ｃà ｐｈê are the same.

    Lower case alone leaves a dot on the i of İstanbul, which nobody types.
    """
    return unicodedata.normalize("NFKC", text).lower().replace(DOT_ABOVE, "")


def has_words(text: str, *words: str) -> bool:
    """Tell whether each of the words, folded already, is somewhere in a text."""
    text = folded(text)
    return all(word in text for word in words)
