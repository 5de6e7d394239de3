"""Test and save on the dashboard's settings: beside a save without a test, and with what was sent to be read."""

import html
import json
import re

import pytest

from ..receiver import Receiver
from .test_pages import settings


@pytest.fixture
def shop():
    with Receiver() as running:
        yield running


def shown(page):
    """The texts that the page unfolds under the last test: request, headers, answer of each sample."""
    section = page.partition("The last test")[2]
    return [html.unescape(text) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", section, re.DOTALL)]


def test_both_ways_to_save_are_offered(dashboard):
    page = dashboard.opens("/settings")

    assert "Test and save</button>" in page
    assert "Save without a test</button>" in page
    assert "The last test" not in page


def test_an_address_that_takes_the_samples_is_saved_and_they_are_shown(merchant, dashboard, shop):
    answer = dashboard.sends("/settings", **settings(webhook_url=shop.url, how="test"))

    page = dashboard.opens("/settings?done=tested")
    assert (answer.status_code, merchant.sets().webhook_url) == (303, shop.url)
    assert "took each sample" in page
    texts = shown(page)
    assert [json.loads(text) for text in texts[::3]] == [each["body"] for each in shop.received]
    assert json.loads(texts[1])["x-callback-token"] == merchant.sets().webhook_token


def test_one_topic_can_be_chosen(dashboard, shop):
    dashboard.sends("/settings", **settings(webhook_url=shop.url, how="test", topic="refund_failed"))

    assert [each["body"]["event"] for each in shop.received] == ["refund.failed"]


def test_an_address_that_refuses_is_not_saved_and_what_was_typed_stays(merchant, dashboard, shop):
    before = merchant.sets()
    shop.statuses["reference-of-nobody"] = 401

    answer = dashboard.sends("/settings", **settings(webhook_url=shop.url, how="test"))

    assert answer.status_code == 422
    assert f'role="alert">Not saved: {shop.url} answered 401' in answer.text
    assert f'value="{shop.url}"' in answer.text
    assert 'value="Toko Siti"' in answer.text
    assert json.loads(shown(answer.text)[0])["event"] == "payment_session.completed"
    assert merchant.sets() == before


def test_without_an_address_there_is_nothing_to_test(dashboard):
    answer = dashboard.sends("/settings", **settings(webhook_url="", how="test"))

    assert (answer.status_code, "no webhook_url to test" in answer.text) == (422, True)


def test_a_save_without_a_test_sends_nothing(merchant, dashboard, shop):
    answer = dashboard.sends("/settings", **settings(webhook_url=shop.url))

    assert (answer.status_code, merchant.sets().webhook_url, shop.received) == (303, shop.url, [])


def test_a_reset_forgets_the_last_test(dashboard, shop):
    dashboard.sends("/settings", **settings(webhook_url=shop.url, how="test"))

    dashboard.sends("/reset")

    assert "The last test" not in dashboard.opens("/settings")
