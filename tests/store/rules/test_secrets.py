"""What certainly is no secret: said in a sentence that does not repeat it."""

import secrets

import pytest

from store.rules.secrets import secret_key_problem, webhook_token_problem, xendit_key_problem

SAMPLES = (
    "changeme-changeme-changeme-changeme", "Please-Change-Me-To-Something-Long-1234567890",
    "django-insecure-0123456789abcdefghijklmnopqrstuvw", "your-secret-key-goes-here-0123456789",
    "any long random text; it signs the buyers' cookies",
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf", "a" * 64, "12341234" * 8,
    "0123456789abcdef" * 2,
)  # fmt: skip


@pytest.mark.parametrize("key", ["s", "dev", "changeme", "0123456789abcdef0123456789abcde"])
def test_a_secret_key_of_less_than_32_characters_is_too_short(key: str):
    problem = secret_key_problem(key)

    assert problem.startswith("SECRET_KEY is too short")
    assert "token_hex" in problem


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_of_a_manual_is_no_secret_key(key: str):
    problem = secret_key_problem(key)

    assert problem.startswith("SECRET_KEY is a sample or a pattern")
    assert key not in problem


@pytest.mark.parametrize("make", [secrets.token_hex, secrets.token_urlsafe])
def test_what_chance_makes_is_a_secret_key(make):
    assert [key for key in (make(24) for _ in range(200)) if secret_key_problem(key)] == []


@pytest.mark.parametrize("key", ["xnd_development_", "xnd_production_", "xnd_of_a_kind_to_come_"])
def test_a_key_that_may_be_one_of_xendits_is_taken(key: str):
    assert xendit_key_problem(key + "Ab0+/=-_") is None


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("xnd_public_development_abc", "the public key"), ("xnd_public_production_abc", "the public key"),
        ("sk_test_abc", "no key of Xendit's"), ("xnd-development-abc", "no key of Xendit's"),
        ("xnd_development_ab c", "a blank"), ("xnd_development_…", "special character"),
        ("xnd_development_äbc", "special character"), ("xnd_development_a\nb", "a blank"),
        ("xnd_development_abc:", "a colon"), ("“xnd_development_abc”", "special character"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_secret_key_of_xendits_is_said_in_words(key: str, says: str):
    problem = xendit_key_problem(key)

    assert says in problem
    assert key not in problem


@pytest.mark.parametrize("token", ["t" * 12 + " " + "t" * 12, "t" * 24 + "é", "t" * 12 + "\n" + "t" * 12])
def test_a_webhook_token_has_no_blank_and_no_special_character(token: str):
    assert "special character" in webhook_token_problem(token)
