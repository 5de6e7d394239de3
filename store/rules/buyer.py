"""Rules about a buyer's details: what a phone number and an e-mail address are, and names for Xendit.

They get the details as `typed.py` has cleaned them.

Pure rules: no Flask, no database.
"""

import re
import unicodedata

import phonenumbers
from anyascii import anyascii
from email_validator import EmailNotValidError, validate_email

XENDIT_NAME_LENGTH = 50  # CONTRACT 2.2: names have 1–50 characters, letters, digits and spaces
XENDIT_EMAIL_LENGTH = 50

# One number as it is dialed. Of letters and extensions the library would make digits, or nothing.
_DIALED = re.compile(r"([ (]*\+)?[0-9 ()./·-]+")
# Two numbers that share their beginning (0812 345 678/79), or a number and an extension, would be read as one.
_ANOTHER_BEHIND = re.compile(r"/ *[0-9]{1,2}$|\([0-9 ]+\)$")
# This vowel of Thai and Lao is one key and two signs, and a domain name has the signs.
_SARA_AM = {0x0E33: "\u0e4d\u0e32", 0x0EB3: "\u0ecd\u0eb2"}
_APOSTROPHES = re.compile(r"['’ʼ`´]")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")


class NotAPhoneNumber(ValueError):
    """The text is no phone number that could be dialed."""


class NotAnEmail(ValueError):
    """The text is not written as an e-mail address."""


def e164(text: str, country: str) -> str:
    """Return a phone number as +6281234567890. Numbers without + or 00 are read as national to `country`.

    Raises NotAPhoneNumber, also if it could be read as two different numbers.
    """
    if not _DIALED.fullmatch(text) or _ANOTHER_BEHIND.search(text):
        raise NotAPhoneNumber
    readings = {text}
    digits = re.sub("[^0-9+]", "", text)
    # Abroad begins with 00, and in some countries with 001 to 009, by the company that carries the call.
    if digits.startswith("00"):
        readings |= {f"+{digits[2:]}", f"+{digits[3:]}"}
    numbers = {number for reading in readings if (number := _valid_number(reading, country))}
    if len(numbers) != 1:
        raise NotAPhoneNumber
    return numbers.pop()


def phone_examples(country: str) -> tuple[str, str]:
    """Return a mobile number of the country as it is written there, and as it is written abroad."""
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    formats = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return tuple(phonenumbers.format_number(number, each) for each in formats)


def check_email(text: str) -> None:
    """Raise NotAnEmail unless `text` is written as an e-mail address. Asks no name server.

    Refused as well is a domain of which mail programs would make another than can be seen: `ſhop.example`.
    """
    try:
        email = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise NotAnEmail from error
    domain = text.rpartition("@")[2].translate(_SARA_AM)
    is_as_seen = unicodedata.is_normalized("NFKC", domain) and len(domain.lower()) == len(domain)
    if not is_as_seen or domain.lower() not in (email.domain, email.ascii_domain):
        raise NotAnEmail


def _valid_number(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_valid else None


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
