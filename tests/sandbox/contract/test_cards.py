"""What buyers type and paste into the card form: taken as it is meant, or said by its field."""

from datetime import UTC, datetime

import pytest

from sandbox.contract import cards

from ..conftest import GOOD_CARD

TODAY = datetime(2026, 11, 30, tzinfo=UTC)
NO_BREAK, NARROW, IDEOGRAPHIC, THIN = "\u00a0", "\u202f", "\u3000", "\u2009"
FROM_LEFT, EMBEDDED, ENDED, ZERO_WIDTH, MARK, JOINER = "\u200e", "\u202a", "\u202c", "\u200b", "\ufeff", "\u2060"
OF_DECEMBER_2039 = (
    *("12/39", "12/2039", "12 / 39", "12 / 2039", " 12/39\t", "1239", "122039", "12 39", "12-39", "12-2039", "12.39"),
    *(f"12{NO_BREAK}/{NO_BREAK}39", f"12{NARROW}/{THIN}2039", f"12{IDEOGRAPHIC}39", f"{EMBEDDED}12/39{ENDED}"),
    *("１２／３９", "１２３９", "๑๒/๓๙", "١٢/٣٩", "12\u201339", "12\u201139", "12\u221239", "12\u204439", "12\\39"),
    *(f"{MARK}12/39", f"1{ZERO_WIDTH}2/39", f"12{JOINER}39", "2039-12", "2039/12", "12//39"),
)
OF_JANUARY_2039 = ("1/39", "01/39", "1/2039", "0139", "012039", "1-39", "1 39", "2039-1")
NO_EXPIRY = (
    *("", " ", "/", "39", "12", "139", "1", "13/39", "00/39", "0/39", "1339", "12/3", "12/039", "12/1939", "12/2139"),
    *("12/39/1", "Dec 39", "12/39x", "1 2/39", "２", ZERO_WIDTH, "12039", "20391", "12345678", "-12"),
)
NUMBERS = (
    *("4000000000001000", "4000 0000 0000 1000", "4000-0000-0000-1000", "4000.0000.0000.1000", " 4000000000001000\n"),
    *("４０００　００００　００００　１０００", "4000\u20110000\u20130000\u22121000", "๔๐๐๐ ๐๐๐๐ ๐๐๐๐ ๑๐๐๐"),
    *(
        f"4000{NO_BREAK}0000{NARROW}0000{THIN}1000",
        f"{FROM_LEFT}4000000000001000{MARK}",
        f"4000{ZERO_WIDTH}000000001000",
    ),
)
NO_NUMBERS = ("", "4000000000001001", "4000 0000 0000 100O", "card", "40000000", MARK, "4000000000001000x", "½" * 16)


def filled(**fields):
    return GOOD_CARD | fields


@pytest.mark.parametrize(
    ("expiry", "month"), [(text, "12") for text in OF_DECEMBER_2039] + [(text, "01") for text in OF_JANUARY_2039]
)
def test_an_expiry_date_is_taken_as_people_write_it(expiry, month):
    form = filled(expiry=expiry)

    assert cards.mistakes(form, TODAY) == {}
    details = cards.details(form)
    assert (details["expiry_month"], details["expiry_year"]) == (month, "2039")


@pytest.mark.parametrize("expiry", NO_EXPIRY)
def test_what_can_be_no_expiry_date_is_said_by_its_field(expiry):
    assert cards.mistakes(filled(expiry=expiry), TODAY) == {"expiry": "mistake.expiry"}


@pytest.mark.parametrize(
    ("expiry", "mistakes"),
    [("11/26", {}), ("1126", {}), ("10/26", {"expiry": "mistake.past"}), ("1026", {"expiry": "mistake.past"})],
)
def test_a_card_is_good_until_the_end_of_its_month(expiry, mistakes):
    assert cards.mistakes(filled(expiry=expiry), TODAY) == mistakes


@pytest.mark.parametrize("number", NUMBERS)
def test_a_card_number_is_taken_as_people_paste_it(number):
    form = filled(card_number=number)

    assert cards.mistakes(form, TODAY) == {}
    assert cards.details(form)["masked_card_number"] == "4000XXXXXXXX1000"
    assert cards.is_frictionless(number, {"currency": "IDR", "amount": 1000})


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_can_be_no_card_number_is_said_by_its_field(number):
    assert cards.mistakes(filled(card_number=number), TODAY) == {"card_number": "mistake.card_number"}


@pytest.mark.parametrize(
    "cvn", ["123", " 123 ", "1 2 3", f"{NO_BREAK}123", "１２３", "๑๒๓", f"12{ZERO_WIDTH}3", "123\r\n"]
)
def test_a_cvn_is_taken_with_stray_blanks(cvn):
    assert cards.mistakes(filled(cvn=cvn), TODAY) == {}


@pytest.mark.parametrize("cvn", ["", "12", "1234", "12a", "CVN", ZERO_WIDTH * 3])
def test_what_can_be_no_cvn_is_said_by_its_field(cvn):
    assert cards.mistakes(filled(cvn=cvn), TODAY) == {"cvn": "mistake.cvn"}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (f"{EMBEDDED}Siti{NO_BREAK} Nurhaliza{ENDED} ", ("Siti", "Nurhaliza")),
        ("Siti\tBinti  Ahmad", ("Siti", "Binti Ahmad")),
        ("Nguyễn Văn A", ("Nguyễn", "Văn A")),
        ("สมชาย ใจดี", ("สมชาย", "ใจดี")),
        ("O’Brien-Ñáñez", ("O’Brien-Ñáñez", None)),
    ],
)
def test_a_name_loses_only_what_nobody_sees(typed, names):
    form = filled(cardholder_name=typed)

    assert cards.mistakes(form, TODAY) == {}
    details = cards.details(form)
    assert (details["cardholder_first_name"], details.get("cardholder_last_name")) == names


@pytest.mark.parametrize("name", ["", " ", NO_BREAK, f"{ZERO_WIDTH}{MARK}", "4000000000001000", "…", "n" * 101])
def test_what_can_be_no_name_is_said_by_its_field(name):
    assert cards.mistakes(filled(cardholder_name=name), TODAY) == {"cardholder_name": "mistake.cardholder_name"}
