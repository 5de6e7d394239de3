"""GET /balance: what was collected, less what was given back or is on its way back."""

import pytest


def balance(merchant, **query):
    answer = merchant.get("/balance", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_nothing_was_collected_at_first(merchant):
    assert balance(merchant) == {"balance": 0}


def test_what_was_captured_counts_and_what_was_given_back_does_not(merchant, buyer):
    merchant.sets(refund_seconds=60)
    session, waiting = merchant.create(), merchant.create(capture_method="MANUAL")
    buyer.pays_by_card(session)
    buyer.pays_by_card(waiting)
    before = balance(merchant)
    refund = merchant.refunds(session, amount=40000).json()
    after = balance(merchant)

    merchant.post(f"/refunds/{refund['id']}/cancel")
    merchant.captures(waiting, 500)

    assert (before, after) == ({"balance": 150000}, {"balance": 110000})
    assert balance(merchant) == {"balance": 150500}


def test_each_currency_has_its_own(merchant, buyer):
    buyer.pays_by_card(merchant.create(country="PH", currency="PHP", amount=350.5))
    buyer.pays_by_card(merchant.create())

    assert balance(merchant) == balance(merchant, currency="PHP") == {"balance": 350.5}
    assert balance(merchant, currency="IDR") == {"balance": 150000}
    assert balance(merchant, currency="USD") == {"balance": 0}


@pytest.mark.parametrize(("account_type", "amount"), [("CASH", 150000), ("HOLDING", 0), ("TAX", 0)])
def test_all_of_it_is_cash(merchant, buyer, account_type, amount):
    buyer.pays_by_card(merchant.create())

    assert balance(merchant, account_type=account_type) == {"balance": amount}


@pytest.mark.parametrize("query", [{"account_type": "cash"}, {"account_type": ""}, {"currency": "XXX"}])
def test_a_kind_or_currency_that_is_none_is_refused(merchant, query):
    answer = merchant.get("/balance", params=query)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert answer.json()["errors"][0]["path"] == f"/query/{next(iter(query))}"
