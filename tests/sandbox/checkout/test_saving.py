"""Saving a way to pay on the hosted page: where the buyer is asked, where it is demanded, and alone."""

import pytest

from ..conftest import GOOD_CARD, new_customer

BOX = 'type="checkbox" name="save"'


def alone(api):
    return api.create(session_type="SAVE", amount=0, customer=new_customer())


def optional(api):
    return api.create(allow_save_payment_method="OPTIONAL", customer=new_customer())


@pytest.mark.parametrize(("code", "is_asked"), [("CARDS", True), ("DANA", True), ("KREDIVO", False), ("QRIS", False)])
def test_the_box_stands_where_the_channel_can_save(api, buyer, code, is_asked):
    page = buyer.opens_channel(optional(api), code).text

    assert (BOX in page) is is_asked
    assert ("Save for faster payment next time" in page) is is_asked


def test_without_the_merchants_wish_nobody_is_asked(api, buyer):
    session = api.create()

    buyer.pays_by_card(session, GOOD_CARD | {"save": "yes"})

    assert BOX not in buyer.opens_channel(api.create(), "CARDS").text
    assert "payment_token_id" not in api.session(session)


@pytest.mark.parametrize("is_ticked", [True, False])
def test_the_card_is_saved_if_the_box_is_ticked(api, buyer, is_ticked):
    session = optional(api)

    buyer.pays_by_card(session, GOOD_CARD | ({"save": "yes"} if is_ticked else {}))

    assert ("payment_token_id" in api.session(session)) is is_ticked


def test_a_wallet_is_saved_if_the_box_is_ticked(api, buyer):
    session = optional(api)
    step = buyer.begins(session, "DANA", save="yes")

    buyer.answers(session, step, "approve")

    assert api.session(session)["payment_token_id"]


def test_a_ticked_box_stays_ticked_when_the_form_comes_back(api, buyer):
    page = buyer.pays_by_card(optional(api), GOOD_CARD | {"cvn": "", "save": "yes"})

    assert f'{BOX} value="yes" checked' in page.text


def test_forced_saving_offers_only_channels_that_can_and_saves_unasked(api, buyer):
    session = api.create(allow_save_payment_method="FORCED", customer=new_customer())

    page = buyer.opens(session).text
    buyer.pays_by_card(session)

    assert "Warung will save this payment method" in page
    assert "DANA" in page and "QRIS" not in page and "Akulaku" not in page
    assert BOX not in page
    assert api.session(session)["payment_token_id"]


def test_a_save_session_shows_no_amount_and_saves(api, buyer):
    session = alone(api)

    page = buyer.opens(session).text
    answer = buyer.pays_by_card(session)

    saved = api.session(session)
    assert "Nothing is charged now." in page and "Save card" in page
    assert "Rp0" not in page and "QRIS" not in page
    assert answer.headers["Location"] == "https://shop.example/complete"
    assert (saved["status"], "payment_id" in saved) == ("COMPLETED", False)
    assert saved["payment_token_id"]
    assert "Payment method saved" in buyer.opens(session).text


def test_saving_can_fail_and_be_repeated(api, buyer):
    session = alone(api)
    step = buyer.begins(session, "DANA")

    buyer.answers(session, step, "decline", failure_code="ACCOUNT_ALREADY_LINKED")
    page = buyer.opens(session).text
    buyer.types_code(session, "123456")

    assert "Not saved" in page and "The account is saved already." in page
    assert api.session(session)["status"] == "COMPLETED"


def test_a_payment_that_is_only_authorized_says_so(api, buyer):
    session = api.create(capture_method="MANUAL")

    page = buyer.opens(session).text
    buyer.pays_by_card(session)

    assert "E-wallet" not in page
    assert "Payment approved" in buyer.opens(session).text
