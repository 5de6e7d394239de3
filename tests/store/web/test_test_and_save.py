"""The shop's webhook address, saved on Xendit's dashboard: it takes each sample, and nothing comes of one."""

import pytest

from sandbox.webhooks.samples import TOPICS

from ...in_process import Sandbox, Shop
from ...records import SECRET_KEY

ROUTE = "/_control/account/test_and_save"


def tries(sandbox: Sandbox, **body: str):
    return sandbox.visitor.post(sandbox.url + ROUTE, json=body, auth=(SECRET_KEY, ""))


@pytest.mark.parametrize("topic", TOPICS)
def test_the_shop_takes_a_sample_of_each_topic(shop: Shop, sandbox: Sandbox, topic: str):
    answer = tries(sandbox, webhook_url=f"{shop.url}/webhooks/xendit", topic=topic)

    assert answer.status_code == 200, answer.text
    assert [each["status"] for each in answer.json()["sent"]] == [200]


def test_a_sample_changes_no_order(shop: Shop, sandbox: Sandbox, ordered):
    before = shop.sql("SELECT number, status, attention FROM orders")

    assert tries(sandbox).status_code == 200
    shop.works()

    assert shop.sql("SELECT number, status, attention FROM orders") == before


def test_a_token_that_the_shop_does_not_know_is_told_before_it_is_saved(shop: Shop, sandbox: Sandbox):
    answer = tries(sandbox, webhook_token="a_token_of_somebody_else_0123456789")

    assert answer.status_code == 422
    assert "answered 401" in answer.json()["message"]
