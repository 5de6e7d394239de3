"""The API key: HTTP Basic, the key as user, no password."""

import base64

import pytest
import requests

from ..conftest import session_request


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer xnd_development_key_of_the_tests",
        requests.auth._basic_auth_str("xnd_public_development_key_of_the_tests", ""),
        requests.auth._basic_auth_str("xnd_development_" + "k" * 300, ""),
        requests.auth._basic_auth_str("xnd_development_key_of_the_tests", "password"),
        requests.auth._basic_auth_str("clé", ""),
        "Basic " + base64.b64encode(b"xnd_development_key_of_the_tests").decode(),
    ],
)
@pytest.mark.parametrize("path", ["/sessions", "/sessions/ps-000000000000000000000000/cancel"])
def test_what_is_no_test_key_is_refused(address, path, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = requests.post(address + path, json=session_request(), headers=headers, timeout=30)

    assert answer.status_code == 401
    assert answer.json() == {
        "error_code": "INVALID_API_KEY",
        "message": "API key is not authorized for this API",
    }


def test_a_live_key_is_refused_with_a_sentence(address):
    answer = requests.get(f"{address}/sessions/x", auth=("xnd_production_0123456789", ""), timeout=30)

    assert (answer.status_code, answer.json()["error_code"]) == (401, "INVALID_API_KEY")
    assert "Never send it a live key" in answer.json()["message"]
    assert "0123456789" not in answer.text
