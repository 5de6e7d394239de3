"""The languages of the hosted page: complete, and alike in what they fill in."""

import string

import pytest

from sandbox.checkout import failures, texts
from sandbox.contract import channels
from sandbox.webhooks.plans import POSITIONS

# Their English words are in the table of positions, and a translation is welcome, not needed.
OF_POSITIONS = {f"position.{name}" for name in POSITIONS}
OTHERS = [name for name in texts.LANGUAGES if name != texts.FALLBACK]


def blanks(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_the_page_speaks_four_languages():
    assert set(texts.LANGUAGES) == {"en", "id", "th", "vi"}


@pytest.mark.parametrize("name", OTHERS)
def test_each_language_has_the_same_texts_with_the_same_blanks(name):
    english, other = texts.LANGUAGES[texts.FALLBACK], texts.LANGUAGES[name]

    own = {key: text for key, text in other.items() if key not in OF_POSITIONS}
    assert list(own) == list(english)
    assert {key: blanks(text) for key, text in own.items()} == {key: blanks(text) for key, text in english.items()}


@pytest.mark.parametrize("name", texts.LANGUAGES)
def test_no_text_is_empty(name):
    assert all(text.strip() for text in texts.LANGUAGES[name].values())


def test_each_failure_and_each_type_of_channel_has_a_text():
    wanted = {f"failure.{meaning}" for meaning in failures.MEANINGS.values()}
    wanted |= {f"type.{type}" for type in channels.TYPES}

    assert wanted <= set(texts.LANGUAGES[texts.FALLBACK])


@pytest.mark.parametrize("codes", [failures.PRESENT_FAILURES, failures.WALLET_FAILURES + failures.BANK_FAILURES])
@pytest.mark.parametrize("name", texts.LANGUAGES)
def test_no_two_choices_of_a_list_read_the_same(name, codes):
    reasons = [failures.reason(code, name) for code in codes]

    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize(("locale", "language"), [("id", "id"), ("VI", "vi"), ("en", "en"), ("fr", "en"), ("zz", "en")])
def test_an_unknown_locale_falls_back_to_english(locale, language):
    assert texts.language(locale) == language
