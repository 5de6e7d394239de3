"""Cards on the hosted page: the one-time code, the test numbers and the amounts that fail."""

import pytest

from ..conftest import GOOD_CARD

COMPLETE = "https://shop.example/complete"


def card(number):
    length = 4 if number.startswith(("34", "37")) else 3
    return GOOD_CARD | {"card_number": number, "cvn": "1" * length}


def asks(answer):
    return "/authentication/" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("number", "is_challenged"),
    [
        ("4000000000002503", True),
        ("4000000000001000", False),
        ("5200000000002151", True),
        ("5200000000001005", False),
        ("4440000009900010", True),
        ("4440000042200014", False),
        ("5123450000000008", True),
        ("5123456789012346", False),
        ("4200350000000801", True),
        ("5413530000000501", True),
        ("3337000000000008", True),
        ("378282246310005", False),
        ("340000000002708", False),
        ("340000000002534", True),
        ("1889800000000171", True),
    ],
)
def test_each_test_card_asks_or_pays_at_once(api, buyer, number, is_challenged):
    answer = buyer.pays_by_card(api.create(), card(number))

    assert answer.status_code == 303, answer.text
    assert asks(answer) is is_challenged


@pytest.mark.parametrize("number", ["4200350000000801", "5413530000000501"])
@pytest.mark.parametrize(("amount", "is_challenged"), [(19.99, False), (20, True)])
def test_two_cards_ask_nothing_below_20_baht(api, buyer, number, amount, is_challenged):
    session = api.create(country="TH", currency="THB", amount=amount)

    assert asks(buyer.pays_by_card(session, card(number))) is is_challenged


def test_the_right_code_pays(api, buyer):
    session = api.create()

    answer = buyer.types_code(session, "123456")

    assert answer.headers["Location"] == COMPLETE
    assert api.session(session)["status"] == "COMPLETED"


@pytest.mark.parametrize(("code", "failure_code"), [("654321", "INVALID_OTP"), ("000000", "EXPIRED_OTP")])
def test_a_wrong_or_late_code_fails_and_can_be_tried_again(api, buyer, receiver, code, failure_code):
    session = api.create()

    buyer.types_code(session, code)
    page = buyer.opens(session).text
    again = buyer.types_code(session, "123456")

    failure = receiver.wait_for(session, "payment.failure")["body"]["data"]
    assert failure["failure_code"] == failure_code
    assert "Payment failed" in page and "The one-time code" in page
    assert again.headers["Location"] == COMPLETE


def test_the_third_wrong_code_is_one_too_many(api, buyer, receiver):
    session = api.create()

    for _ in range(3):
        buyer.types_code(session, "999999")

    assert "Too many wrong codes were entered." in buyer.opens(session).text


def test_an_empty_code_is_asked_for_again(api, buyer):
    session = api.create()

    page = buyer.types_code(session, " ")

    assert page.status_code == 422
    assert 'id="code-mistake">Enter the code from your bank.' in page.text
    assert buyer.opens(session).text.count("Payment failed") == 0


@pytest.mark.parametrize(
    ("amount", "failure_code"),
    [
        (10051, "EXPIRED_CARD"),
        (10052, "SUSPECTED_FRAUDULENT"),
        (10053, "DECLINED_BY_PROCESSOR"),
        (10054, "INSUFFICIENT_BALANCE"),
        (10055, "STOLEN_CARD"),
        (10056, "INACTIVE_OR_UNAUTHORIZED_CARD"),
        (10057, "PROCESSOR_ERROR"),
        (10058, "INVALID_CVV"),
        (10059, "DECLINED_BY_ISSUER"),
    ],
)
@pytest.mark.parametrize(("country", "currency"), [("ID", "IDR"), ("MY", "MYR")])
def test_some_amounts_fail_outside_vietnam(api, buyer, receiver, country, currency, amount, failure_code):
    session = api.create(country=country, currency=currency, amount=amount)

    buyer.types_code(session, "123456")

    assert failure_of(receiver, session) == failure_code


@pytest.mark.parametrize(
    ("amount", "failure_code"),
    [
        (405400, "EXPIRED_CARD"),
        (405900, "SUSPECTED_FRAUDULENT"),
        (405100, "INSUFFICIENT_BALANCE"),
        (400700, "STOLEN_CARD"),
        (405500, "INACTIVE_OR_UNAUTHORIZED_CARD"),
        (402500, "PROCESSOR_ERROR"),
        (403900, "INVALID_CVV"),
        (400300, "DECLINED_BY_ISSUER"),
    ],
)
def test_other_amounts_fail_in_vietnam(api, buyer, receiver, amount, failure_code):
    session = api.create(country="VN", currency="VND", amount=amount)

    buyer.types_code(session, "123456")

    assert failure_of(receiver, session) == failure_code


@pytest.mark.parametrize(
    ("amount", "number", "failure_code"),
    [
        (10.05, "4000000000001000", "DECLINED_BY_ISSUER"),
        (10.14, "5123456789012346", "INVALID_CARD"),
        (10.30, "5200000000001005", "PROCESSOR_ERROR"),
        (10.51, "5123456789012346", "INSUFFICIENT_BALANCE"),
        (10.65, "4440000042200014", "DECLINED_BY_ISSUER"),
    ],
)
def test_some_decimals_fail_as_in_the_mpgs_simulator(api, buyer, receiver, amount, number, failure_code):
    session = api.create(country="SG", currency="SGD", amount=amount)

    buyer.pays_by_card(session, card(number))

    assert failure_of(receiver, session) == failure_code


def test_one_of_the_mpgs_decimals_fails_with_visa_only(api, buyer):
    session = api.create(country="SG", currency="SGD", amount=10.65)

    assert buyer.pays_by_card(session, card("5200000000001005")).headers["Location"] == COMPLETE


def test_a_session_that_skips_the_bank_pays_at_once(api, buyer):
    session = api.create(channel_properties={"cards": {"skip_three_ds": True}})

    assert buyer.pays_by_card(session, card("4000000000002503")).headers["Location"] == COMPLETE


def failure_of(receiver, session):
    return receiver.wait_for(session, "payment.failure")["body"]["data"]["failure_code"]


@pytest.mark.parametrize("code", ["123 456", "\u202a123456\u202c", "１２３４５６", "123-456"])
def test_a_code_is_taken_as_people_paste_it(api, buyer, code):
    assert buyer.types_code(api.create(), code).headers["Location"] == COMPLETE


def test_a_card_as_people_paste_it_pays(api, buyer):
    pasted = {"card_number": "４０００-0000\u00a00000 1000\u200e", "expiry": "1239", "cvn": "1 2 3"}

    assert buyer.pays_by_card(api.create(), GOOD_CARD | pasted).headers["Location"] == COMPLETE


@pytest.mark.parametrize(("locale", "sentence"), [("en", "Enter the expiry date"), ("th", "กรอกวันหมดอายุ")])
def test_what_cannot_be_used_is_said_by_its_field_and_stays_in_it(api, buyer, locale, sentence):
    answer = buyer.pays_by_card(api.create(locale=locale), GOOD_CARD | {"expiry": "13-39"})

    assert answer.status_code == 422
    assert f'id="expiry-mistake">{sentence}' in answer.text
    assert 'value="13-39"' in answer.text
