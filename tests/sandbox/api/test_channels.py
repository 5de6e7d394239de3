"""The channels as data: all of them, with the right limits; and which fit a session."""

from collections import Counter

import pytest

from sandbox.contract import channels

from ..conftest import new_customer

PAY = {"session_type": "PAY", "mode": "PAYMENT_LINK", "country": "ID", "currency": "IDR", "amount": 150000}


def codes(rows):
    return {row["code"] for row in rows}


def test_every_channel_of_every_country_is_there():
    counts = Counter(row["country"] for row in channels.CHANNELS)

    # The 147 of the overview; then Viettel Money, cards in two currencies and SGQR of their own pages; and what is
    # behind a switch.
    assert counts == {"ID": 30, "PH": 43, "MY": 46, "TH": 16, "VN": 12 + 1, "SG": 3, "HK": 1, "MX": 2}
    places = {(row["code"], row["country"], row["currency"]) for row in channels.CHANNELS}
    assert len(places) == len(channels.CHANNELS)


@pytest.mark.parametrize(
    ("country", "code", "type", "least", "most", "refund", "saves", "minutes", "hosted"),
    [
        ("ID", "CARDS", "CARDS", 5000, 200_000_000, (True, 365), True, 10, True),
        ("ID", "QRIS", "QR_CODE", 1, 20_000_000, (False, 30), False, 2880, True),
        ("ID", "AKULAKU", "PAYLATER", 1000, 25_000_000, (True, None), False, 1440, True),
        ("ID", "OVO", "EWALLET", 100, 20_000_000, (True, 14), True, 1, True),
        ("ID", "BNC_VIRTUAL_ACCOUNT", "BANK_TRANSFER", 1, 50_000_000_000, None, False, None, True),
        ("ID", "INDOMARET", "OVER_THE_COUNTER", 10000, 2_500_000, None, False, None, True),
        ("ID", "BRI_DIRECT_DEBIT", "ONLINE_BANKING", 1, 50_000_000, (False, 120), True, None, True),
        ("PH", "PESONET_ONLINE_BANKING", "ONLINE_BANKING", 50000.01, 20_000_000, None, False, None, True),
        ("PH", "SHOPEEPAY", "EWALLET", 1, 100_000, (True, 90), True, 15, True),
        ("PH", "UBP_EADA", "ONLINE_BANKING", 1, 100_000, (True, 30), True, None, False),
        ("PH", "7ELEVEN", "OVER_THE_COUNTER", 50, 50_000, None, False, None, True),
        ("MY", "WECHATPAY", "EWALLET", 1, 4999, (False, 365), False, 5, True),
        ("MY", "MAYB2U_FPX", "ONLINE_BANKING", 1, 30_000, None, False, None, True),
        ("MY", "CITIBANK_FPX_BUSINESS", "ONLINE_BANKING", 1, 1_000_000, None, False, None, True),
        ("MY", "AMBANK_VIRTUAL_ACCOUNT", "BANK_TRANSFER", 1, 10_000_000, None, False, None, True),
        ("TH", "PROMPTPAY", "QR_CODE", 1, 700_000, None, False, None, True),
        ("TH", "LINEPAY", "EWALLET", 1, 50_000, None, False, None, True),
        ("TH", "KRUNGSRI_DIRECT_DEBIT", "ONLINE_BANKING", 20, 700_000, None, True, 15, False),
        ("VN", "CARDS", "CARDS", 1000, 100_000, (True, 365), True, 10, True),
        ("VN", "MOMO", "EWALLET", 1, 50_000_000, (True, None), False, None, True),
        ("VN", "BIDV_VIRTUAL_ACCOUNT", "BANK_TRANSFER", 10000, 499_999_999, None, False, None, True),
        ("SG", "SGQR", "QR_CODE", 0.01, 200_000, None, False, None, True),
    ],
)
def test_a_row_says_what_the_contract_says(country, code, type, least, most, refund, saves, minutes, hosted):
    row = next(row for row in channels.CHANNELS if (row["country"], row["code"]) == (country, code))

    assert (row["type"], row["least"], row["most"]) == (type, least, most)
    assert row["refund"] == (refund and {"partial": refund[0], "days": refund[1]})
    assert (row["saves"], row["minutes"], row["hosted"]) == (saves, minutes, hosted)


def test_cards_in_singapore_take_two_currencies():
    assert channels.find("SG", "SGD", "CARDS")["most"] == channels.find("SG", "USD", "CARDS")["most"] == 1000
    assert channels.find("ID", "USD", "CARDS") is None


def test_only_cards_can_be_captured_later():
    assert codes(channels.fitting(PAY | {"capture_method": "MANUAL"})) == {"CARDS"}


@pytest.mark.parametrize("demand", [{"allow_save_payment_method": "FORCED"}, {"session_type": "SAVE"}])
def test_only_channels_that_can_save_fit_a_session_that_must(demand):
    rows = channels.fitting(PAY | demand)

    assert codes(rows) == {
        "CARDS",
        "DANA",
        "GOPAY",
        "GOPAY_RECURRING",
        "NEXCASH",
        "OVO",
        "SHOPEEPAY",
        "BRI_DIRECT_DEBIT",
    }


def test_some_channels_are_not_on_the_hosted_page():
    session = PAY | {"country": "PH", "currency": "PHP"}

    assert "USSC" not in codes(channels.fitting(session))
    assert "USSC" in codes(channels.fitting(session | {"mode": "COMPONENTS"}))


def test_two_codes_of_one_brand_are_offered_once_and_both_can_pay():
    offered = codes(channels.offered(PAY))

    assert "GOPAY" in offered and "GOPAY_RECURRING" not in offered
    assert channels.usable(PAY, "GOPAY_RECURRING")
    assert codes(channels.offered(PAY | {"allowed_payment_channels": ["GOPAY_RECURRING"]})) == {"GOPAY_RECURRING"}


@pytest.mark.parametrize(("amount", "is_usable"), [(9999, False), (10000, True), (2_500_000, True), (2_500_001, False)])
def test_the_limits_belong_to_the_range(amount, is_usable):
    assert bool(channels.usable(PAY | {"amount": amount}, "INDOMARET")) is is_usable


@pytest.mark.parametrize(
    ("country", "currency", "amount"), [("MY", "MYR", 10051), ("VN", "VND", 405400), ("PH", "PHP", 10.05)]
)
def test_an_amount_that_makes_cards_fail_can_be_tried_outside_their_range(country, currency, amount):
    session = PAY | {"country": country, "currency": currency, "amount": amount}

    assert channels.usable(session, "CARDS")


@pytest.mark.parametrize(
    "changes",
    [
        {"allowed_payment_channels": ["NOT_A_CHANNEL"]},
        {"allowed_payment_channels": ["PROMPTPAY"]},
        {"allowed_payment_channels": ["QRIS"], "capture_method": "MANUAL"},
        {"allowed_payment_channels": ["QRIS"], "allow_save_payment_method": "FORCED", "customer": new_customer()},
        {"country": "ID", "currency": "USD"},
    ],
)
def test_a_session_without_a_fitting_channel_is_refused(api, changes):
    assert api.refused(**changes).json()["error_code"] == "INVALID_PAYMENT_CHANNEL"


HONG_KONG, MEXICO = {"country": "HK", "currency": "HKD"}, {"country": "MX", "currency": "MXN"}


@pytest.mark.parametrize(
    ("place", "error_code"),
    [
        *((HONG_KONG, "INVALID_COUNTRY"), (MEXICO, "INVALID_COUNTRY")),
        *(({"currency": "HKD"}, "INVALID_CURRENCY"), ({"currency": "MXN"}, "INVALID_CURRENCY")),
    ],
)
def test_hong_kong_and_mexico_are_refused_unless_they_are_switched_on(merchant, place, error_code):
    answer = merchant.refused(**place, amount=350.5)

    assert (answer.status_code, answer.json()["error_code"]) == (400, error_code)


@pytest.mark.parametrize(
    ("place", "price", "hours"), [(HONG_KONG, "HKD 350.50", "GMT+8"), (MEXICO, "MXN 350.50", "GMT-6")]
)
def test_hong_kong_and_mexico_are_paid_by_card_where_they_are_switched_on(merchant, buyer, place, price, hours):
    merchant.sets(hk_and_mx=True)
    session = merchant.create(**place, amount=350.5)

    page = buyer.opens(session).text
    buyer.pays_by_card(session)

    assert price in page and hours in page
    assert merchant.session(session)["status"] == "COMPLETED"


def test_a_country_goes_with_its_own_currency_only(merchant):
    merchant.sets(hk_and_mx=True)

    answer = merchant.refused(country="HK", currency="MXN", amount=350.5)

    assert answer.json()["error_code"] == "INVALID_PAYMENT_CHANNEL"
