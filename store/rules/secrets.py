"""What a secret setting may be, and what certainly is none.

Pure rules. Each function returns a sentence without the secret itself, or None if it can be used.
"""

import re

SECRET_KEY_LENGTH = 32
# Of 32 random hexadecimal digits about 14 are different; what has fewer than this is a pattern.
DIFFERENT_CHARACTERS = 8
WEBHOOK_TOKEN_LENGTH = 24
HOW_TO_MAKE_ONE = "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
# What the samples of manuals and templates have in them, in small letters, without blanks and signs.
SAMPLES = (
    "changeme", "changethis", "replaceme", "replacethis", "yoursecret", "mysecret", "thisisasecret", "supersecret",
    "secretkey", "insecure", "donotuse", "dontuse", "longrandomtext", "longrandomstring",
    # The one of Flask's own documentation.
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
)  # fmt: skip
# All that HTTP can carry in a header of its own; a colon would end the name of HTTP Basic.
_VISIBLE = re.compile(r"[!-~]+", re.ASCII)


def secret_key_problem(value: str) -> str | None:
    """Say why this cannot sign cookies: whoever guesses it can make a cookie of their own."""
    if len(value) < SECRET_KEY_LENGTH:
        return f"SECRET_KEY is too short: it needs {SECRET_KEY_LENGTH} characters or more; {HOW_TO_MAKE_ONE}"
    is_repeated = value in (value + value)[1:-1]
    plain = re.sub(r"[^a-z0-9]", "", value.casefold())
    if is_repeated or len(set(value)) < DIFFERENT_CHARACTERS or any(sample in plain for sample in SAMPLES):
        return f"SECRET_KEY is a sample or a pattern that others know, too; {HOW_TO_MAKE_ONE}"
    return None


def xendit_key_problem(value: str) -> str | None:
    """Say why this is no secret key of Xendit's. All of its keys begin with xnd_ (CONTRACT 1.1)."""
    if value.startswith("xnd_public_"):
        return (
            "XENDIT_SECRET_KEY is the public key, which cannot take payments: copy the secret key from the dashboard."
        )
    if not _VISIBLE.fullmatch(value) or ":" in value:
        return (
            "XENDIT_SECRET_KEY has a blank, a colon or a special character in it: copy the key again, and nothing else."
        )
    if not value.startswith("xnd_"):
        return "XENDIT_SECRET_KEY is no key of Xendit's, which begin with xnd_: copy the secret key from the dashboard."
    return None


def webhook_token_problem(value: str) -> str | None:
    """Say why this is no callback verification token of Xendit's dashboard."""
    meaning = "it is the callback verification token of Xendit's dashboard"
    if len(value) < WEBHOOK_TOKEN_LENGTH:
        state = "is too short" if value else "is not set"
        return f"XENDIT_WEBHOOK_TOKEN {state}: {meaning}, {WEBHOOK_TOKEN_LENGTH} characters or more."
    if not _VISIBLE.fullmatch(value):
        return f"XENDIT_WEBHOOK_TOKEN has a blank or a special character in it: {meaning}; copy it again."
    return None
