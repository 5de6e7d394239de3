"""Chance: not to be guessed, unless a source with a seed is put in its place."""

import random

from store.rules import chance


def some() -> list[str | float]:
    return [chance.token(24), chance.word("ABC", 12), chance.between(0.8, 1.2)]


def test_a_token_has_32_characters_for_24_bytes_and_may_stand_in_a_url():
    token = chance.token(24)

    assert len(token) == 32
    assert token.replace("-", "").replace("_", "").isalnum()


def test_no_seed_of_pythons_own_makes_a_secret_come_again():
    random.seed(7)
    first = some()
    random.seed(7)

    assert not set(first) & set(some())


def test_the_same_seed_gives_the_same_chances():
    with chance.using(random.Random(7)):
        first = some()
    with chance.using(random.Random(7)):
        again = some()

    assert first == again
    assert chance.token(24) != first[0]


def test_a_word_has_only_its_letters_and_a_number_lies_between():
    assert set(chance.word("ABC", 200)) == {"A", "B", "C"}
    assert all(0.8 <= chance.between(0.8, 1.2) <= 1.2 for _ in range(100))
