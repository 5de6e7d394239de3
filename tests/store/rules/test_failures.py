"""What a buyer is told about a failed try."""

import pytest

from sandbox.checkout.failures import MEANINGS
from store.rules.failures import UNKNOWN, reason

# They say nothing to a buyer, or cannot happen to a one-time payment.
WITHOUT_WORDS = {"FAILURE_DETAILS_UNAVAILABLE", "PARTIAL_APPROVAL", "CAPTURE_AMOUNT_EXCEEDED", "ACCOUNT_ALREADY_LINKED"}


@pytest.mark.parametrize("code", sorted(MEANINGS.keys() - WITHOUT_WORDS))
def test_every_failure_that_the_sandbox_can_show_has_words_of_its_own(code: str):
    assert reason(code) != UNKNOWN


@pytest.mark.parametrize("code", [*MEANINGS, "SOMETHING_NEW", "", "<script>"])
def test_every_sentence_names_a_next_step_and_no_code(code: str):
    sentence = reason(code)

    assert any(step in sentence.lower() for step in ("try", "choose", "ask"))
    assert "_" not in sentence
    assert "<" not in sentence


@pytest.mark.parametrize("code", ["SOMETHING_NEW", "", "insufficient_balance"])
def test_an_unknown_code_gets_the_general_sentence(code: str):
    assert reason(code) == UNKNOWN


@pytest.mark.parametrize(
    ("code", "word"),
    [("INSUFFICIENT_BALANCE", "enough money"), ("EXPIRED_CARD", "card"), ("AUTHENTICATION_FAILED", "confirm")],
)
def test_the_sentence_says_what_happened(code: str, word: str):
    assert word in reason(code)
