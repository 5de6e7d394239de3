"""The hosted page in four languages, and amounts as each currency writes them."""

import pytest
import requests

from sandbox.checkout import failures, texts
from sandbox.contract import amounts

from ..conftest import new_customer


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_page_speaks_the_language_of_the_session(api, buyer, language):
    page = buyer.opens(api.create(locale=language)).text

    assert f'<html lang="{language}">' in page
    for key in ("page.notice", "choose.pay", "type.EWALLET", "summary.amount", "card.name"):
        assert texts.say(language, key) in page.replace("&#39;", "'")


@pytest.mark.parametrize(("sent", "spoken"), [({"locale": "fr"}, "en"), ({}, "en"), ({"locale": "ID"}, "id")])
def test_other_languages_are_answered_in_english(api, buyer, sent, spoken):
    assert f'<html lang="{spoken}">' in buyer.opens(api.create(**sent)).text


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("code", [*failures.MEANINGS, "SOMETHING_NEW"])
def test_each_failure_has_words_in_each_language(language, code):
    assert failures.reason(code, language)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_failure_is_explained_in_the_buyers_language(api, buyer, language):
    session = api.create(locale=language)

    buyer.simulates(session, "DANA", "failed", failure_code="USER_DEVICE_UNREACHABLE")
    page = buyer.opens(session).text

    assert texts.say(language, "alert.failed") in page
    assert texts.say(language, "failure.device_offline") in page


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_ended_pages_speak_the_language_too(api, buyer, language):
    paid, expired, canceled = (api.create(locale=language) for _ in range(3))
    buyer.simulates(paid, "QRIS", "paid")
    api.expire(expired)
    api.cancel(canceled)

    pages = {
        name: buyer.opens(session)
        for name, session in zip(("paid", "expired", "canceled"), (paid, expired, canceled), strict=True)
    }

    assert texts.say(language, "ended.paid") in pages["paid"].text
    for name in ("expired", "canceled"):
        assert pages[name].status_code == 410
        assert texts.say(language, f"ended.{name}") in pages[name].text


def test_an_unknown_address_answers_in_the_browsers_language(address):
    page = requests.get(
        f"{address}/checkout/ps-000000000000000000000000", headers={"Accept-Language": "vi-VN,vi"}, timeout=30
    )

    assert page.status_code == 404
    assert texts.say("vi", "missing.title") in page.text


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (10000, "IDR", "Rp10.000"),
        (10000.10, "IDR", "Rp10.000,10"),
        (10000, "PHP", "₱10,000"),
        (10000.5, "THB", "฿10,000.50"),
        (10000, "MYR", "RM10,000"),
        (10000, "USD", "US$10,000"),
        (10000, "VND", "10.000₫"),
        (10000, "SGD", "SGD 10,000"),
        (10000, "ZZZ", "ZZZ 10,000"),
    ],
)
def test_amounts_are_written_as_the_contract_says(amount, currency, shown):
    assert amounts.formatted(amount, currency) == shown


def test_texts_of_the_merchant_can_not_break_the_page(api, buyer):
    session = api.create(
        locale="th", description="<script>{merchant}</script>", reference_id="<b>{x}", customer=new_customer()
    )
    buyer.simulates(session, "QRIS", "paid")

    page = buyer.opens(session)

    assert page.status_code == 200
    assert "<b>{x}" not in page.text and "&lt;b&gt;{x}" in page.text
