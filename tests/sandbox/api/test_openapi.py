"""The sandbox's own OpenAPI document: whatever is sent, the answer is one that the document names."""

import json
from pathlib import Path

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

import sandbox

FOLDER = Path(sandbox.__file__).parent / "api"
DOCUMENT = schemathesis.openapi.from_path(FOLDER / "openapi.yaml")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]
SOME = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@DOCUMENT.parametrize()
@SOME
def test_each_answer_to_a_stranger_is_documented(case, address_and_key):
    check(case, *address_and_key)


@DOCUMENT.parametrize()
@SOME
def test_each_answer_about_what_exists_is_documented(case, address_and_key, known):
    case.path_parameters.update({name: value for name, value in known.items() if name in case.path_parameters})
    if isinstance(case.body, dict) and "payment_request_id" in case.body:
        case.body["payment_request_id"] = known["payment_request_id"]

    check(case, *address_and_key)


def check(case, address, key):
    answer = case.call(base_url=address, auth=(key, ""), timeout=10)
    case.validate_response(answer, checks=CHECKS)


@pytest.fixture(scope="module")
def address_and_key(here):
    return here.address, "xnd_development_of_the_document"


@pytest.fixture(scope="module")
def known(address_and_key):
    """The ids of a session that waits and of a payment that is authorized."""
    address, key = address_and_key
    request = json.loads((Path(__file__).with_name("documented_requests.json")).read_text())["a one-time payment"]

    def create(**changes):
        return requests.post(f"{address}/sessions", json=request | changes, auth=(key, ""), timeout=10).json()

    authorized = create(capture_method="MANUAL")
    card = {"card_number": "4000000000001000", "expiry": "12/39", "cvn": "123", "cardholder_name": "Siti"}
    requests.post(f"{authorized['payment_link_url']}/cards", data=card, allow_redirects=False, timeout=10)
    path = f"{address}/sessions/{authorized['payment_session_id']}"
    paid = requests.get(path, auth=(key, ""), timeout=10).json()
    return {name: paid[name] for name in ("payment_id", "payment_request_id")} | {
        "session_id": create()["payment_session_id"]
    }


def test_the_document_is_served(here):
    answer = requests.get(f"{here.address}/openapi.yaml", timeout=10)

    assert answer.headers["Content-Type"].startswith("application/yaml")
    assert yaml.safe_load(answer.content)["openapi"] == "3.0.3"


@pytest.mark.parametrize(
    ("file", "name", "component"),
    [
        ("create_session.json", None, "CreateSession"),
        ("other_requests.json", "capture", "Capture"),
        ("other_requests.json", "simulate", "Simulate"),
        ("other_requests.json", "refund", "CreateRefund"),
    ],
)
def test_the_document_says_what_the_sandbox_checks(file, name, component):
    checked = json.loads((FOLDER / file).read_text())
    components = yaml.safe_load((FOLDER / "openapi.yaml").read_text())["components"]["schemas"]

    assert_says(components[component], checked[name] if name else checked, components)


def assert_says(documented, checked, components):
    """All that is checked is documented; the document may say more."""
    documented = components[documented["$ref"].rpartition("/")[2]] if "$ref" in documented else documented
    # OpenAPI 3.0 has no word for rules about property names.
    for keyword in checked.keys() - {"propertyNames"}:
        if keyword == "properties":
            assert documented["properties"].keys() == checked["properties"].keys()
            for name, part in checked["properties"].items():
                assert_says(documented["properties"][name], part, components)
        elif keyword in ("items", "additionalProperties"):
            assert_says(documented[keyword], checked[keyword], components)
        else:
            assert documented[keyword] == checked[keyword], keyword
