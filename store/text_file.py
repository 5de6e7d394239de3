"""Reads the files that people write for the shop: `.env`, `shop.toml`, `catalog.toml`, as their editors save them."""

import codecs
import tomllib
from pathlib import Path

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class UnreadableText(ValueError):
    """The file cannot be read; the message names it, and says why and what to do."""


def read_text(file: Path) -> str:
    """Return the text of a file in UTF-8 or UTF-16, with or without the mark that Notepad puts first.

    Raises UnreadableText.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnreadableText(f"{file.name}: it cannot be read: {error.strerror}") from error
    encoding = "utf-16" if content.startswith(UTF_16_MARKS) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableText(
            f"{file.name}: line {line} has a character in another encoding than UTF-8;"
            " save the file as UTF-8 (in Notepad: Save as, Encoding: UTF-8)"
        ) from error


def read_toml(file: Path) -> dict:
    """Return what a TOML file says. Raises UnreadableText."""
    try:
        return tomllib.loads(read_text(file))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableText(f"{file.name}: {error}") from error
