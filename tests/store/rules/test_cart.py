"""The rules of the cart."""

import pytest

from store.rules.cart import (
    MAX_LINES,
    MAX_QUANTITY,
    BadQuantity,
    CartFull,
    Shortage,
    count,
    fitted,
    parse_quantity,
    with_added,
    with_quantity,
    without,
)

REFUSED = {
    "empty": "", "negative": "-1", "plus sign": "+1", "fraction": "1.5", "exponent": "1e3", "not a number": "NaN",
    "full-width digit": "１", "arabic digits": "١٢", "spaces around": " 7 ", "space after": "7 ", "line break": "7\n",
    "underscore": "1_000", "leading zero": "01", "two zeros": "00", "hexadecimal": "0x1", "too many": "100",
    "over 64 bits": str(2**63), "superscript": "²", "NUL": "1\0", "10,000 digits": "9" * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("quantity", range(1, 100))
def test_one_to_ninety_nine_are_quantities(quantity: int):
    assert parse_quantity([str(quantity)]) == quantity


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("zero_allowed", [False, True], ids=["new", "change"])
def test_anything_but_plain_digits_is_no_quantity(text: str, zero_allowed: bool):
    with pytest.raises(BadQuantity):
        parse_quantity([text], zero_allowed=zero_allowed)


@pytest.mark.parametrize("values", [[], ["1", "2"], ["1", "1"], ["0", "0"]], ids=str)
def test_a_quantity_that_is_missing_or_repeated_is_refused(values: list[str]):
    with pytest.raises(BadQuantity):
        parse_quantity(values, zero_allowed=True)


def test_zero_is_a_quantity_only_where_it_removes():
    assert parse_quantity(["0"], zero_allowed=True) == 0
    with pytest.raises(BadQuantity):
        parse_quantity(["0"])


@pytest.mark.parametrize(
    ("before", "added", "after"), [({}, 2, 2), ({"a": 3}, 2, 5), ({"a": 98}, 2, MAX_QUANTITY), ({"a": 99}, 99, 99)]
)
def test_adding_goes_up_to_the_largest_quantity(before: dict, added: int, after: int):
    assert with_added(before, "a", added) == {"a": after}


def test_a_full_cart_takes_more_of_what_it_has_but_nothing_new():
    full = {f"product-{number}": 1 for number in range(MAX_LINES)}

    assert with_added(full, "product-0", 1)["product-0"] == 2
    with pytest.raises(CartFull):
        with_added(full, "another", 1)


def test_a_changed_cart_is_a_new_one_and_leaves_the_old_as_it_was():
    cart = {"a": 1, "b": 2}

    with_added(cart, "a", 5)
    with_quantity(cart, "b", 0)
    without(cart, {"a": 1})
    fitted(cart, {})

    assert cart == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("slug", "quantity", "after"),
    [("a", 7, {"a": 7, "b": 2}), ("a", 0, {"b": 2}), ("unknown", 5, {"a": 1, "b": 2})],
    ids=["changes", "zero removes", "what is not in it stays out"],
)
def test_a_line_gets_exactly_the_quantity_it_is_given(slug: str, quantity: int, after: dict):
    assert with_quantity({"a": 1, "b": 2}, slug, quantity) == after


@pytest.mark.parametrize(
    ("bought", "left"),
    [({"a": 1}, {"a": 2, "b": 1}), ({"a": 3, "b": 1}, {}), ({"a": 5}, {"b": 1}), ({"c": 1}, {"a": 3, "b": 1})],
    ids=["a part", "all", "more than there is", "something else"],
)
def test_what_was_bought_leaves_the_cart(bought: dict, left: dict):
    assert without({"a": 3, "b": 1}, bought) == left


def test_a_cart_is_lowered_to_what_there_is_and_each_shortage_is_told():
    cart, shortages = fitted({"plenty": 2, "few": 5, "none": 1, "unknown": 1}, {"plenty": 2, "few": 3, "none": 0})

    assert cart == {"plenty": 2, "few": 3}
    assert shortages == [Shortage("few", 5, 3), Shortage("none", 1, 0), Shortage("unknown", 1, 0)]


def test_a_cart_counts_its_pieces():
    assert count({}) == 0
    assert count({"a": 2, "b": 3}) == 5
