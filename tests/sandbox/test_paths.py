"""A path that is not there: the answer says, in Xendit's envelope, which are."""

import json

import pytest

from sandbox import OPENAPI, create_app
from sandbox.memory.database import Database
from sandbox.settings import Settings

DOCUMENTED = [
    f"{method.upper()} {path}"
    for path, methods in json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"].items()
    for method in methods
    if method in ("get", "post", "put", "patch", "delete")
]


@pytest.fixture
def client():
    return create_app(Settings(), Database()).test_client()


def told(answer):
    """The sentence before the list, and the list."""
    sentence, _, listed = answer.json["message"].partition(". The sandbox has ")
    return sentence, listed.split(", ")


@pytest.mark.parametrize("path", ["/v2/invoices", "/session", "/sessions/", "/v3/payment_methods", "/nothing"])
def test_an_unknown_path_of_the_api_is_told_which_there_are(client, path):
    answer = client.post(path, json={})

    assert (answer.status_code, answer.json["error_code"]) == (404, "NOT_FOUND")
    assert told(answer) == ("Not Found", sorted(DOCUMENTED, key=told(answer)[1].index))


def test_a_method_that_a_path_does_not_take_is_told_the_same(client):
    answer = client.delete("/sessions")

    assert (answer.status_code, answer.json["error_code"]) == (405, "METHOD_NOT_ALLOWED")
    assert set(told(answer)[1]) == set(DOCUMENTED)


def test_an_unknown_path_of_control_is_told_which_there_are_there(client):
    sentence, listed = told(client.post("/_control/sessions/ps-1/explode"))

    assert sentence == "Not Found"
    assert {"POST /_control/clock", "POST /_control/deliveries/{delivery_id}/resend"} <= set(listed)
    assert all(" /_control/" in each for each in listed)


def test_what_was_asked_for_is_not_repeated(client):
    assert "secret" not in client.get("/secret").text
