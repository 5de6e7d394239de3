"""What a QR code of a payment holds: EMVCo's merchant-presented format, as QRIS, QR Ph, PromptPay and SGQR use it.

A string of objects, each its id, the length of its value and the value; the last one is a checksum. Whoever reads
it finds a merchant that no bank knows.
"""

import binascii
import unicodedata

from . import amounts

CURRENCIES = {"IDR": "360", "PHP": "608", "THB": "764", "SGD": "702"}  # ISO 4217
ANY_GOODS = "5999"
CITY = "Sandbox"
PURPOSE = "Test, no money moves"
NAME_LENGTH = 25
NAMELESS = "Merchant"
CHECKSUM_HEAD = "6304"
NOBODY = "0" * 15
# Where the national scheme keeps the merchant's account: the object's id, and what is in it before the reference.
ACCOUNTS = {
    "QRIS": ("26", (("00", "ID.CO.QRIS.WWW"), ("01", f"9360{NOBODY}"), ("03", "UMI")), "02"),
    "QRPH": ("28", (("00", "ph.ppmi.p2m"), ("01", "SANDBOXXXXX")), "03"),
    "PROMPTPAY": ("30", (("00", "A000000677010112"), ("01", NOBODY)), "02"),
    "SGQR": ("26", (("00", "SG.PAYNOW"), ("01", "2"), ("02", "000000000X"), ("03", "0")), "05"),
}


def payment_code(session: dict, channel_code: str, merchant: str, reference: str) -> str:
    """The string for a session that is paid once by this channel. `reference` has ASCII letters and digits only."""
    account, parts, place = ACCOUNTS[channel_code]
    content = "".join(
        _object(*each)
        for each in (
            ("00", "01"),
            ("01", "12"),  # Good for one payment.
            (account, "".join(_object(*part) for part in sorted((*parts, (place, reference))))),
            ("52", ANY_GOODS),
            ("53", CURRENCIES[session["currency"]]),
            ("54", amounts.plain(session["amount"], session["currency"])),
            ("58", session["country"]),
            ("59", _name(merchant)),
            ("60", CITY),
            ("62", _object("05", reference) + _object("08", PURPOSE)),
        )
    )
    return content + CHECKSUM_HEAD + f"{binascii.crc_hqx(f'{content}{CHECKSUM_HEAD}'.encode('ascii'), 0xFFFF):04X}"


def _object(name: str, value: str) -> str:
    return f"{name}{len(value):02}{value}"


def _name(merchant: str) -> str:
    """The format has ASCII only: letters lose their marks, and what is left of other scripts is left out."""
    plain = unicodedata.normalize("NFKD", merchant).encode("ascii", "ignore").decode()
    words = ("".join(filter(str.isprintable, word)) for word in plain.split())
    return " ".join(words)[:NAME_LENGTH].strip() or NAMELESS
