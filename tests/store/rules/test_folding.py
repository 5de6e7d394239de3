"""Text as a search compares it."""

import pytest

from store.rules.folding import folded, has_words


@pytest.mark.parametrize(
    ("text", "other"),
    [("É", "é"), ("Đ", "đ"), ("Ñ", "n\u0303"), ("İ", "i"), ("Ｋ", "k"), ("ﬁ", "FI"), ("ÀÊ", "a\u0300e\u0302")],
)
def test_what_means_the_same_is_folded_to_the_same(text: str, other: str):
    assert folded(text) == folded(other)


@pytest.mark.parametrize(("text", "other"), [("é", "e"), ("đ", "d"), ("ñ", "n"), ("ı", "l")])
def test_letters_that_differ_stay_apart(text: str, other: str):
    assert folded(text) != folded(other)


def test_each_word_has_to_be_there_and_may_be_part_of_another():
    assert has_words("Kopi TUBRUK", "ubr", "kopi")
    assert not has_words("Kopi TUBRUK", "kopi", "susu")
