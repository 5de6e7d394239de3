"""The string in a QR code, read as a scanner reads it: objects one after another, and a checksum over all before it."""

import pytest

from sandbox.checkout.qr import drawing
from sandbox.contract import channels, emv

from ..conftest import OTHER_KINDS

NUMBERS_OF_CURRENCIES = {"IDR": "360", "PHP": "608", "THB": "764", "SGD": "702"}
# Where each national scheme keeps the merchant's account, and the name that it has there.
SCHEMES = {
    "QRIS": ("26", "ID.CO.QRIS.WWW"),
    "QRPH": ("28", "ph.ppmi.p2m"),
    "PROMPTPAY": ("30", "A000000677010112"),
    "SGQR": ("26", "SG.PAYNOW"),
}
QR_CHANNELS = [row for row in channels.CHANNELS if row["type"] == "QR_CODE"]
NESTED = {*map(str, range(26, 52)), "62"}


def parsed(text):
    """id → value, and for objects that hold others, theirs."""
    found = {}
    while text:
        name, length = text[:2], int(text[2:4])
        value, text = text[4 : 4 + length], text[4 + length :]
        assert len(value) == length and name not in found
        found[name] = parsed(value) if name in NESTED else value
    return found


def checksum(text):
    """CRC-16 with the polynomial 1021, begun with FFFF, bit by bit."""
    register = 0xFFFF
    for byte in text.encode("ascii"):
        register ^= byte << 8
        for _ in range(8):
            register = register << 1 ^ (0x1021 if register & 0x8000 else 0)
            register &= 0xFFFF
    return f"{register:04X}"


def test_the_checksum_of_this_test_is_the_one_of_the_standard():
    assert checksum("123456789") == "29B1"


@pytest.mark.parametrize("channel", QR_CHANNELS, ids=lambda row: row["code"])
def test_each_qr_channel_has_a_code_that_a_scanner_can_read(channel):
    session = {"amount": 350, "currency": channel["currency"], "country": channel["country"]}

    text = emv.payment_code(session, channel["code"], "Toko Siti", "TEST123456789012")

    read = parsed(text)
    [(place, account)] = ((name, read[name]) for name in NESTED & read.keys() - {"62"})
    assert list(read) == sorted(read)
    assert (read["00"], read["01"], read["63"]) == ("01", "12", checksum(text[:-4]))
    assert (place, account["00"]) == SCHEMES[channel["code"]]
    assert (read["53"], read["58"]) == (NUMBERS_OF_CURRENCIES[channel["currency"]], channel["country"])
    assert float(read["54"]) == 350
    assert (read["59"], read["60"], len(read["52"])) == ("Toko Siti", "Sandbox", 4)
    assert read["62"]["05"] == "TEST123456789012" and "TEST123456789012" in account.values()


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(150000, "IDR", "150000"), (350.5, "THB", "350.50"), (0.01, "SGD", "0.01"), (20_000_000, "IDR", "20000000")],
)
def test_the_amount_has_the_decimals_of_its_currency(amount, currency, written):
    text = emv.payment_code({"amount": amount, "currency": currency, "country": "ID"}, "QRIS", "Toko", "TEST1")

    assert parsed(text)["54"] == written


@pytest.mark.parametrize(
    ("merchant", "written"),
    [
        ("Kedai Kopi Ñuñez", "Kedai Kopi Nunez"),
        ("ร้านกาแฟ", "Merchant"),
        ("A name that goes on and on and on", "A name that goes on and o"),
        ("Toko\tSiti \x07", "Toko Siti"),
    ],
)
def test_a_name_is_written_in_the_letters_of_the_format(merchant, written):
    text = emv.payment_code({"amount": 1, "currency": "IDR", "country": "ID"}, "QRIS", merchant, "TEST1")

    assert parsed(text)["59"] == written


@pytest.mark.parametrize("code", SCHEMES)
def test_the_page_draws_and_the_api_tells_such_a_code(merchant, buyer, code):
    session = merchant.create(**OTHER_KINDS[code])
    payment_id = buyer.begins(session, code).headers["Location"].rpartition("/")[2]

    text = merchant.get(f"/v3/payments/{payment_id}").json()["channel_properties"]["qr_string"]

    assert parsed(text)["63"] == checksum(text[:-4])
    assert float(parsed(text)["54"]) == session["amount"]
    assert parsed(text)["59"] == merchant.sets().merchant
    assert str(drawing(text)) in buyer.opens_channel(session, code).text
