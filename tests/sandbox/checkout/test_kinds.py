"""Each kind of channel besides cards: pays, fails, repeats and leaves, over HTTP."""

import re

import pytest
import requests

from ..conftest import OTHER_KINDS, PRESENTS, REDIRECTS

COMPLETE = "https://shop.example/complete"


def home(session):
    return f"/checkout/{session['payment_session_id']}"


@pytest.mark.parametrize("code", OTHER_KINDS)
def test_the_first_page_leads_to_the_channel(api, buyer, code):
    session = api.create(**OTHER_KINDS[code])

    page = buyer.opens(session).text

    assert f"{home(session)}/{code.lower()}" in page
    assert buyer.opens_channel(session, code).status_code == 200


@pytest.mark.parametrize("code", OTHER_KINDS)
def test_a_payment_by_each_kind_completes_the_session(api, buyer, receiver, code):
    session = api.create(**OTHER_KINDS[code])

    answer = buyer.simulates(session, code, "paid")

    assert (answer.status_code, answer.headers["Location"]) == (303, COMPLETE)
    assert api.session(session)["status"] == "COMPLETED"
    payment = receiver.wait_for(session, "payment.capture")["body"]["data"]
    assert payment["channel_code"] == code
    assert payment["payment_details"]["receipt_id"]


@pytest.mark.parametrize("code", OTHER_KINDS)
def test_a_failure_of_each_kind_is_told_and_can_be_repeated(api, buyer, receiver, code):
    session = api.create(**OTHER_KINDS[code])

    answer = buyer.simulates(session, code, "failed", failure_code="CHANNEL_UNAVAILABLE")
    page = buyer.opens(session).text
    again = buyer.simulates(session, code, "paid")

    assert answer.headers["Location"] == home(session)
    failure = receiver.wait_for(session, "payment.failure")["body"]["data"]
    assert (failure["channel_code"], failure["failure_code"]) == (code, "CHANNEL_UNAVAILABLE")
    assert "Payment failed" in page and "be reached just now" in page
    assert again.headers["Location"] == COMPLETE


@pytest.mark.parametrize("code", REDIRECTS)
def test_a_wallet_or_bank_asks_the_buyer_and_approves(api, buyer, code):
    session = api.create(**OTHER_KINDS[code])

    step = buyer.begins(session, code)
    page = buyer.follows(session, step)
    answer = buyer.answers(session, step, "approve")

    assert step.status_code == 303 and step.headers["Location"].endswith("/provider")
    assert "Imitation of " in page.text and "Leave without an answer" in page.text
    assert answer.headers["Location"] == COMPLETE
    assert api.session(session)["status"] == "COMPLETED"


@pytest.mark.parametrize("code", REDIRECTS)
def test_a_wallet_or_bank_declines_with_a_reason(api, buyer, receiver, code):
    session = api.create(**OTHER_KINDS[code])
    step = buyer.begins(session, code)

    answer = buyer.answers(session, step, "decline", failure_code="INSUFFICIENT_BALANCE")

    assert answer.headers["Location"] == home(session)
    failure = receiver.wait_for(session, "payment.failure")["body"]["data"]
    assert failure["failure_code"] == "INSUFFICIENT_BALANCE"
    assert "There is not enough money in the account." in buyer.opens(session).text


@pytest.mark.parametrize("code", REDIRECTS)
def test_who_leaves_the_wallet_waits_and_can_open_it_again(api, buyer, code):
    session = api.create(**OTHER_KINDS[code])
    step = buyer.begins(session, code)
    waiting = step.headers["Location"].removesuffix("/provider")

    page = requests.get(api.address + waiting, timeout=30)

    assert "Awaiting payment…" in page.text
    assert 'http-equiv="refresh" content="5"' in page.text
    assert f"{waiting}/provider" in page.text
    assert api.session(session)["status"] == "ACTIVE"
    assert buyer.answers(session, step, "approve").headers["Location"] == COMPLETE


@pytest.mark.parametrize("code", PRESENTS)
def test_who_has_paid_a_code_waits_until_the_payment_is_seen(api, buyer, code):
    session = api.create(**OTHER_KINDS[code])

    step = buyer.begins(session, code)
    before = buyer.follows(session, step)
    simulated = api.post(f"/v3/payment_requests/{request_of(api, step)}/simulate", json={})
    after = buyer.follows(session, step)

    assert before.status_code == 200 and "Awaiting payment…" in before.text
    assert simulated.status_code == 200
    assert (after.status_code, after.headers["Location"]) == (303, COMPLETE)


@pytest.mark.parametrize("code", PRESENTS)
def test_the_payment_of_a_begun_attempt_belongs_to_that_attempt(api, buyer, code):
    session = api.create(**OTHER_KINDS[code])
    step = buyer.begins(session, code)

    buyer.simulates(session, code, "paid")

    assert step.headers["Location"].endswith(api.session(session)["payment_id"])


@pytest.mark.parametrize(
    ("code", "property", "action"),
    [
        ("QRIS", "qr_string", "QR_STRING"),
        ("BCA_VIRTUAL_ACCOUNT", "virtual_account_number", "VIRTUAL_ACCOUNT_NUMBER"),
        ("INDOMARET", "payment_code", "PAYMENT_CODE"),
    ],
)
def test_the_api_tells_the_code_that_the_page_shows(api, buyer, code, property, action):
    session = api.create(**OTHER_KINDS[code])
    step = buyer.begins(session, code)

    request = api.get(f"/v3/payment_requests/{request_of(api, step)}").json()

    shown = request["channel_properties"][property]
    assert request["actions"] == [{"type": "PRESENT_TO_CUSTOMER", "descriptor": action, "value": shown}]
    if code != "QRIS":
        assert f">{shown}</p>" in buyer.opens_channel(session, code).text


def test_account_numbers_and_payment_codes_stay_the_same_and_differ_between_sessions(api, buyer):
    numbers = set()
    for session in (api.create(), api.create()):
        pages = [buyer.opens_channel(session, "BCA_VIRTUAL_ACCOUNT").text for _ in range(2)]
        found = {re.search(r">(0000\d{12})</p>", page)[1] for page in pages}
        assert len(found) == 1
        numbers |= found

    assert len(numbers) == 2


@pytest.mark.parametrize("code", ["QRIS", "PROMPTPAY", "QRPH", "SGQR"])
def test_a_qr_channel_shows_a_real_code(api, buyer, code):
    page = buyer.opens_channel(api.create(**OTHER_KINDS[code]), code).text

    assert re.search(r'<div class="qr" role="img" aria-label="QR code"><svg ', page)


@pytest.mark.parametrize("code", ["BCA_VIRTUAL_ACCOUNT", "DANA"])
def test_a_reason_that_does_not_exist_is_asked_for_again(api, buyer, code):
    session = api.create()

    page = buyer.simulates(session, code, "failed", failure_code="BAD_MOOD")

    assert page.status_code == 422
    assert api.session(session)["status"] == "ACTIVE"


def test_a_wallet_can_not_decline_without_a_reason(api, buyer):
    session = api.create()
    step = buyer.begins(session, "DANA")

    page = buyer.answers(session, step, "decline")

    assert page.status_code == 422
    assert 'id="failure_code-mistake">Choose a reason' in page.text


def test_a_wallet_answers_an_attempt_once(api, buyer, receiver):
    session = api.create()
    step = buyer.begins(session, "DANA")
    buyer.answers(session, step, "decline", failure_code="USER_DECLINED_PAYMENT")

    again = buyer.answers(session, step, "approve")

    assert again.headers["Location"] == home(session)
    assert api.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize("ending", ["cancel", "expire"])
def test_a_step_after_the_end_says_that_it_changed_nothing(api, buyer, ending):
    session = api.create()
    step = buyer.begins(session, "DANA")
    getattr(api, ending)(session)

    late = buyer.answers(session, step, "approve")
    page = buyer.follows(session, late)

    assert page.status_code == 410
    assert "This page is no longer available" in page.text
    assert "That step changed nothing" in page.text
    assert "payment_id" not in api.session(session)


@pytest.mark.parametrize("code", ["ALFAMART", "PROMPTPAY", "NOTHING", "CARDS"])
def test_a_channel_that_can_not_pay_leads_back_to_the_first_page(api, buyer, code):
    session = api.create(amount=5_000_001)

    answer = buyer.simulates(session, code, "paid")

    assert (answer.status_code, answer.headers["Location"]) == (303, home(session))
    assert api.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize("outcome", ["paid", "failed"])
def test_the_answer_to_a_form_that_is_loaded_anew_leads_to_its_page(api, buyer, outcome):
    session = api.create()

    answer = buyer.opens_channel(session, f"QRIS/{outcome}")

    assert (answer.status_code, answer.url) == (200, f"{session['payment_link_url']}/qris")


def test_a_channel_out_of_range_is_listed_without_a_link(api, buyer):
    session = api.create(amount=3_000_000)

    page = buyer.opens(session).text

    assert f'{home(session)}/alfamart"' in page
    assert f'{home(session)}/indomaret"' not in page
    assert re.search(r'Indomaret <span class="brand__note">Not available for this payment', page)


def request_of(api, step):
    """The payment request of the attempt that was begun."""
    payment_id = step.headers["Location"].rpartition("/")[2]
    return api.get(f"/v3/payments/{payment_id}").json()["payment_request_id"]
