"""The API key: HTTP Basic, the key as user, no password."""

import pytest
import requests

from .conftest import session_request


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer xnd_development_key_of_the_tests",
        requests.auth._basic_auth_str("xnd_development_other", ""),
        requests.auth._basic_auth_str("xnd_development_key_of_the_tests", "password"),
        requests.auth._basic_auth_str("clé", ""),
    ],
)
@pytest.mark.parametrize("path", ["/sessions", "/sessions/ps-000000000000000000000000/cancel"])
def test_any_other_key_is_refused(address, path, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = requests.post(address + path, json=session_request(), headers=headers, timeout=10)

    assert answer.status_code == 401
    assert answer.json() == {
        "error_code": "INVALID_API_KEY",
        "message": "API key is not authorized for this API",
    }
