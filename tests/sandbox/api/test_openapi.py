"""The sandbox's own OpenAPI document: whatever is sent, the answer is one that the document names."""

import json
import re
from pathlib import Path

import pytest
import requests
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of

import sandbox
from sandbox.api import bodies
from sandbox.contract import amounts
from sandbox.trouble import faults

from ..conftest import Api, Buyer, new_customer

DOCUMENT = json.loads(sandbox.OPENAPI.read_text(encoding="utf-8"))
CALLS = [
    (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods if method in ("get", "post")
]
CREATE_SESSION = DOCUMENT["components"]["schemas"]["CreateSession"]["properties"]
OWN_ERRORS = [
    (name, keyword, error_code)
    for name, field in CREATE_SESSION.items()
    for keyword, error_code in field.get("x-own-error", {}).items()
]
SAID_TO_READERS = {"description", "default"}
CHECKED = {
    *("type", "nullable", "enum", "minimum", "minLength", "maxLength", "pattern", "format"),
    *("required", "properties", "items", "maxProperties", "additionalProperties", "x-propertyNames"),
}
BREACHES = {
    "enum": "OTHER",
    "minimum": -1,
    "minLength": "cust-1",
    "maxLength": "cust-" + "0" * 37,
    "maxProperties": {str(number): "" for number in range(CREATE_SESSION["metadata"]["maxProperties"] + 1)},
    "additionalProperties": {"key": "v" * (CREATE_SESSION["metadata"]["additionalProperties"]["maxLength"] + 1)},
    "x-propertyNames": {"k" * (CREATE_SESSION["metadata"]["x-propertyNames"]["maxLength"] + 1): ""},
}
SOME = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_each_answer_to_a_stranger_is_documented(path, method, address_and_key):
    try_many(path, method, address_and_key, lambda case: None)


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_each_answer_about_what_exists_is_documented(path, method, address_and_key, known):
    if path.startswith("/v3/refunds"):
        known = known | {"refund_id": known["v3_refund_id"]}

    def about_what_exists(case):
        case.path_parameters.update({name: value for name, value in known.items() if name in case.path_parameters})
        if isinstance(case.body, dict):
            case.body.update({name: value for name, value in known.items() if name in case.body})

    try_many(path, method, address_and_key, about_what_exists)


def try_many(path, method, address_and_key, adjust):
    """Make many a call that the document allows or nearly allows, and hold each answer against the document."""
    # Loading it takes seconds, so only the process that runs these tests does it.
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    conformance = [checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance]
    call = schemathesis.openapi.from_path(sandbox.OPENAPI)[path][method.upper()]
    address, key = address_and_key

    @SOME
    @given(case=one_of(*(call.as_strategy(mode) for mode in GenerationMode)))
    def one(case):
        adjust(case)
        answer = case.call(base_url=address, auth=(key, ""), timeout=30)
        case.validate_response(answer, checks=[not_a_server_error, *conformance, checks.unsupported_method])

    one()


@pytest.fixture(scope="module")
def address_and_key(here):
    return here.address, "xnd_development_of_the_document"


@pytest.fixture(scope="module")
def known(address_and_key):
    """The ids of a session that waits, of a payment that is authorized, and of what came of one that was refunded."""
    address, key = address_and_key
    request = json.loads((Path(__file__).with_name("documented_requests.json")).read_text())["a one-time payment"]

    merchant, buyer = Api(address, key), Buyer()

    def create(**changes):
        return merchant.post("/sessions", json=request | {"customer": new_customer()} | changes).json()

    authorized, saved = create(capture_method="MANUAL"), create(allow_save_payment_method="FORCED")
    for session in (authorized, saved):
        buyer.pays_by_card(session)
    return refunded(merchant, saved) | {
        **{name: merchant.session(authorized)[name] for name in ("payment_id", "payment_request_id")},
        **{name: merchant.session(saved)[name] for name in ("payment_token_id", "customer_id")},
        "session_id": create()["payment_session_id"],
    }


def refunded(merchant, session):
    """The ids of a refund of each API."""
    older = merchant.refunds(session, amount=1).json()["id"]
    merchant.post(f"/refunds/{older}/cancel")
    body = {"payment_id": merchant.session(session)["payment_id"], "reference_id": "refund-1", "amount": 1}
    newer = merchant.post("/v3/refunds", json=body, headers={"api-version": "2024-11-11"}).json()["refund_id"]
    return {"refund_id": older, "v3_refund_id": newer}


@pytest.mark.parametrize(
    ("path", "kind", "read"),
    [("/openapi.json", "application/json", json.loads), ("/openapi.yaml", "application/yaml", yaml.safe_load)],
)
def test_the_document_is_served(here, path, kind, read):
    answer = requests.get(f"{here.address}{path}", timeout=30)

    assert answer.headers["Content-Type"].startswith(kind)
    assert read(answer.content) == json.loads(sandbox.OPENAPI.read_text())


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_who_takes_a_body_may_refuse_its_size_and_its_kind(path, method):
    call = DOCUMENT["paths"][path][method]

    assert ("requestBody" in call) == ({"413", "415"} <= call["responses"].keys())


def test_each_call_of_the_document_can_be_spoiled_by_its_name():
    other_spellings = {"POST /payments/{id}/capture", "GET /refunds/"}
    documented = {f"{method.upper()} {re.sub('{.*?}', '{id}', path)}" for path, method in CALLS}

    assert documented - other_spellings == {operation.words for operation in faults.OPERATIONS.values()}


@pytest.mark.parametrize(("name", "keyword", "error_code"), OWN_ERRORS)
def test_a_rule_with_an_error_code_of_its_own_is_answered_with_it(merchant, name, keyword, error_code):
    answer = merchant.refused(**{name: BREACHES[keyword]})

    assert answer.json()["error_code"] == error_code


@pytest.mark.parametrize(("name", "error_code"), [(name, code) for name, word, code in OWN_ERRORS if word == "enum"])
def test_what_the_document_allows_is_never_refused_as_unknown(merchant, name, error_code):
    for value in CREATE_SESSION[name]["enum"]:
        assert merchant.refused(**{name: value}).json().get("error_code") != error_code


def test_each_currency_of_the_document_has_its_decimals():
    currency = CREATE_SESSION["currency"]

    assert {*currency["enum"], *currency["x-if-switched-on"]} == set(amounts.DECIMALS)


def test_an_items_metadata_has_the_limits_of_a_sessions():
    limits = [
        {name: limit for name, limit in metadata.items() if name != "x-own-error"}
        for metadata in (CREATE_SESSION["metadata"], CREATE_SESSION["items"]["items"]["properties"]["metadata"])
    ]

    assert limits[0] == limits[1]


@pytest.mark.parametrize("name", bodies.SCHEMAS)
def test_of_requests_the_document_says_nothing_that_the_sandbox_does_not_check(name):
    assert set(keywords_of(bodies.SCHEMAS[name])) <= CHECKED | SAID_TO_READERS


def keywords_of(schema):
    yield from schema.keys()
    parts = [schema[name] for name in ("items", "additionalProperties", "x-propertyNames") if name in schema]
    for part in [*parts, *schema.get("properties", {}).values()]:
        yield from keywords_of(part)
