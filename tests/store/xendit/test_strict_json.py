"""JSON from outside, read strictly."""

from decimal import Decimal

import pytest

from store.xendit.strict_json import MAX_DEPTH, BadJSON, loads

REFUSED = {
    "nothing": b"",
    "no JSON": b"hello",
    "two documents": b"{}{}",
    "trailing comma": b"[1,]",
    "single quotes": b"{'a': 1}",
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": Infinity}',
    "minus Infinity": b"[-Infinity]",
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice deep inside": b'{"x": [{"a": 1, "a": 1}]}',
    "a key twice, once escaped": rb'{"a": 1, "\u0061": 2}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "invalid UTF-8": b'{"a": "\xff"}',
    "NUL in a text": rb'{"a": "\u0000"}',
    "NUL in a key": rb'{"\u0000": 1}',
    "lone surrogate": rb'{"a": "\ud800"}',
    "lone surrogate in a key": rb'{"\udfff": 1}',
    "lone surrogate in a list": rb'[["\udc00"]]',
    "a level too deep": b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
    "100,000 levels": b"[" * 100_000,
    "100,000 levels of objects": b'{"a":' * 100_000,
    "5,000 digits": b"9" * 5_000,
    "an exponent without end": b'{"amount": 1e9999999999999999999}',
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_could_be_misread_is_refused(body: bytes):
    with pytest.raises(BadJSON):
        loads(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}), (b"null", None), (b"[1, 2]", [1, 2]), (b'"text"', "text"), (b" true ", True),
        (rb'{"name": "\u674e \ud83d\ude00"}', {"name": "李 😀"}), ('{"name": "李"}'.encode(), {"name": "李"}),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, eval("[" * MAX_DEPTH + "]" * MAX_DEPTH)),
    ],
    ids=ascii,
)  # fmt: skip
def test_plain_json_is_read_as_it_is(body: bytes, value):
    assert loads(body) == value


@pytest.mark.parametrize("text", ["0.1", "150000.00", "1250.50", "99999999999999.99", "1e3"])
def test_a_number_with_a_fraction_keeps_every_digit(text: str):
    number = loads(text.encode())

    assert isinstance(number, Decimal)
    assert str(number) == str(Decimal(text))
