"""JSON from outside, read strictly: the default parser takes NaN, duplicate keys and bottomless nesting."""

import json
from decimal import Decimal
from typing import Any

MAX_DEPTH = 20


class BadJSON(ValueError):
    """The bytes are not JSON that we accept."""


def loads(body: bytes) -> Any:
    """Return the parsed body, numbers with a fraction as Decimal. Raises BadJSON.

    Refused: what is not UTF-8 JSON, NaN and Infinity, an object that has a key twice, more than
    20 levels, and text that no database stores (NUL, lone surrogates).
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object_without_duplicates
        )
    except RecursionError as error:
        raise BadJSON("nested too deeply") from error
    except (ValueError, ArithmeticError) as error:
        raise BadJSON(f"not JSON: {type(error).__name__}") from error
    _check(value, MAX_DEPTH)
    return value


def _refuse_constant(name: str) -> None:
    raise BadJSON(f"{name} is no number")


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadJSON("a key stands twice in one object")
    return value


def _check(value: Any, levels: int) -> None:
    if levels < 0:
        raise BadJSON("nested too deeply")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list):
        for each in value:
            _check(each, levels - 1)
    elif isinstance(value, dict):
        for key, each in value.items():
            _check_text(key)
            _check(each, levels - 1)


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadJSON("text with characters that cannot be stored")
