"""Customers: made with a session or alone, found again by id and by reference, and never twice under one reference."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..conftest import new_customer, new_merchant, session_request

TAKEN = {
    "error_code": "DUPLICATE_ERROR",
    "message": "customer: The reference_id entered has been used before. Please enter a unique reference_id",
}
SITI = {
    "type": "INDIVIDUAL",
    "reference_id": "siti",
    "email": "siti@shop.example",
    "mobile_number": "+628123456789",
    "individual_detail": {"given_names": "Siti", "surname": "Nurhaliza"},
}


def found(merchant, reference_id):
    return merchant.get("/customers", params={"reference_id": reference_id}).json()


def test_a_new_customer_can_be_read_by_id_and_found_by_reference(merchant):
    answer = merchant.post("/customers", json=SITI)

    customer = answer.json()
    assert answer.status_code == 200
    assert re.fullmatch(r"cust-[0-9a-f-]{36}", customer["id"])
    assert {name: customer[name] for name in SITI} == SITI
    assert merchant.get(f"/customers/{customer['id']}").json() == customer
    assert found(merchant, "siti") == {"data": [customer], "has_more": False}


def test_a_customer_of_a_session_is_one_like_any_other(merchant, control):
    session = merchant.create(customer=SITI)

    customer = merchant.get(f"/customers/{session['customer_id']}").json()
    assert {name: customer[name] for name in SITI} == SITI
    assert found(merchant, "siti")["data"] == [customer]
    assert control.ledger(session)["customers"] == [customer]


def test_what_was_not_said_of_a_customer_is_null(merchant):
    customer = merchant.post("/customers", json=new_customer()).json()

    assert (customer["email"], customer["mobile_number"], customer["metadata"]) == (None, None, None)


def test_a_session_may_name_a_customer_that_is_known(merchant):
    customer = merchant.post("/customers", json=SITI).json()

    sessions = [merchant.create(customer_id=customer["id"]) for _ in range(2)]

    assert {session["customer_id"] for session in sessions} == {customer["id"]}


def test_a_reference_makes_one_customer_only(merchant):
    merchant.post("/customers", json=SITI)

    answer = merchant.post("/customers", json=SITI | {"email": "other@shop.example"})

    assert (answer.status_code, answer.json()) == (409, TAKEN)
    assert [each["email"] for each in found(merchant, "siti")["data"]] == [SITI["email"]]


@pytest.mark.parametrize("first", ["/sessions", "/customers"])
def test_no_session_is_made_under_a_reference_that_was_used_before(merchant, first):
    body = session_request(customer=SITI) if first == "/sessions" else SITI
    assert merchant.post(first, json=body).status_code < 300

    answer = merchant.refused(customer=SITI)

    assert (answer.status_code, answer.json()) == (409, TAKEN)
    assert merchant.post("/customers", json=SITI).json() == TAKEN
    assert merchant.create(customer=SITI | {"reference_id": "siti-2"})["status"] == "ACTIVE"


def test_a_refused_session_leaves_its_customers_reference_free(merchant):
    merchant.refused(customer=SITI, amount=-1)

    assert merchant.create(customer=SITI)["customer_id"]


def test_where_a_session_names_a_customer_by_id_too_the_id_counts(merchant):
    customer = merchant.post("/customers", json=SITI).json()

    assert merchant.create(customer=SITI, customer_id=customer["id"])["customer_id"] == customer["id"]


def test_many_at_once_make_one_customer(merchant):
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: merchant.post("/customers", json=SITI), range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


def test_a_reference_that_nobody_has_finds_nobody(merchant):
    assert found(merchant, "nobody") == {"data": [], "has_more": False}


def test_another_merchants_customer_is_not_found(here, receiver, merchant):
    customer = merchant.post("/customers", json=SITI).json()
    other = new_merchant(here, receiver)

    assert found(other, "siti")["data"] == []
    assert other.get(f"/customers/{customer['id']}").json()["error_code"] == "DATA_NOT_FOUND"
    assert other.post("/customers", json=SITI).status_code == 200


@pytest.mark.parametrize("customer_id", ["cust-00000000-0000-4000-8000-000000000000", "siti"])
def test_a_customer_that_nobody_made_is_not_found(merchant, customer_id):
    answer = merchant.get(f"/customers/{customer_id}")

    assert (answer.status_code, answer.json()["error_code"]) == (404, "DATA_NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"reference_id": None}, "/body/reference_id"),
        ({"type": "BUSINESS"}, "/body/type"),
        ({"email": "siti"}, "/body/email"),
        ({"mobile_number": "08123456789"}, "/body/mobile_number"),
        ({"individual_detail": {}}, "/body/individual_detail/given_names"),
    ],
)
def test_a_wrong_customer_is_located(merchant, change, path):
    body = {name: value for name, value in (SITI | change).items() if value is not None}

    answer = merchant.post("/customers", json=body)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert [error["path"] for error in answer.json()["errors"]] == [path]


@pytest.mark.parametrize("reference_id", [None, "", "r" * 256])
def test_customers_are_asked_for_by_a_reference(merchant, reference_id):
    answer = merchant.get("/customers", params={"reference_id": reference_id})

    assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert answer.json()["errors"][0]["path"] == "/query/reference_id"


def test_the_same_call_with_the_same_key_gives_the_same_customer(merchant):
    def asks(key, **changes):
        return merchant.post("/customers", json=SITI | changes, headers={"idempotency-key": key})

    first, again, other = asks("one"), asks("one"), asks("one", reference_id="budi")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["error_code"]) == (409, "DUPLICATE_ERROR")
    assert asks("two").json() == TAKEN
