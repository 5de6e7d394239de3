"""Rules about a buyer's details: what a phone number and an e-mail address are, and names for Xendit.

Pure rules: no Flask, no database.
"""

import re

import phonenumbers
from anyascii import anyascii
from email_validator import EmailNotValidError, validate_email

XENDIT_NAME_LENGTH = 50  # CONTRACT 2.2: names have 1–50 characters, letters, digits and spaces
XENDIT_EMAIL_LENGTH = 50

_APOSTROPHES = re.compile(r"['’ʼ`´]")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")


class NotAPhoneNumber(ValueError):
    """The text is no phone number that could be dialed."""


class NotAnEmail(ValueError):
    """The text is not written as an e-mail address."""


def e164(text: str, country: str) -> str:
    """Return a phone number as +6281234567890. Numbers without + are read as national to `country`.

    Raises NotAPhoneNumber.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise NotAPhoneNumber from error
    if not phonenumbers.is_valid_number(number):
        raise NotAPhoneNumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_email(text: str) -> None:
    """Raise NotAnEmail unless `text` is written as an e-mail address. Asks no name server."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise NotAnEmail from error


def is_postal_code(text: str, digits: tuple[int, ...]) -> bool:
    """Tell whether `text` is a postal code of as many digits as the country's have; spaces do not count."""
    code = text.replace(" ", "").replace("-", "")
    return code.isascii() and code.isdigit() and len(code) in digits


def latin_name(text: str) -> str:
    """Return a name in the letters that Xendit takes: ASCII letters, digits and spaces, at most 50.

    'Nguyễn Thị Ánh' becomes 'Nguyen Thi Anh', '李' becomes 'Li'. Empty if nothing is left.
    """
    ascii_text = anyascii(_APOSTROPHES.sub("", text))
    plain = _NOT_PLAIN.sub(" ", _APOSTROPHES.sub("", ascii_text))
    return plain.strip()[:XENDIT_NAME_LENGTH].strip()


def email_for_xendit(text: str) -> str | None:
    """Return the address if Xendit takes it (CONTRACT 2.2: 4–50 characters), else None."""
    return text if text.isascii() and len(text) <= XENDIT_EMAIL_LENGTH else None
