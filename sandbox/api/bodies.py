"""What strangers send: read exactly and checked against the OpenAPI document, or refused with a 400."""

import json
from pathlib import Path
from typing import Any, NoReturn

from ..contract import amounts, schema
from ..contract.errors import ApiError, invalid_request

DEPTH_LIMIT = 32
DOCUMENT = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
REQUESTS = ("CreateSession", "Capture", "Simulate", "CreateRefund", "CreateV3Refund", "CustomerDetails")
SCHEMAS = {name: schema.of_document(DOCUMENT, name) for name in REQUESTS}

PARAMETERS = DOCUMENT["components"]["parameters"]
PLACES = {"path": "/params", "header": "/headers", "query": "/query"}


def check_parameter(component: str, given: str | None) -> None:
    """A part of the path or of the query, or a header, against that component of the document; None is nothing."""
    parameter = PARAMETERS[component]
    name, place = parameter["name"], PLACES[parameter["in"]]
    if given is None:
        found = [(place, f"must have required property '{name}'")] if parameter.get("required") else []
    else:
        found = list(schema.problems(parameter["schema"], given, f"{place}/{name}"))
    if found:
        raise invalid_request(found)


def checked(raw: bytes, name: str) -> dict:
    """The object in these bytes, which has the shape that the document knows by that name."""
    value = parse(raw)
    found = list(schema.problems(SCHEMAS[name], value, "/body"))
    if found:
        raise invalid_request(found)
    return value


def parse(raw: bytes) -> Any:
    """The JSON value in these bytes. Numbers stay exact; what could hurt later is refused here."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=amounts.exact_number, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # A lone surrogate can't be stored or shown.
    except (ValueError, RecursionError):
        raise _not_json() from None
    if _is_deeper(value, DEPTH_LIMIT):
        raise _not_json()
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _is_deeper(value: Any, limit: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return limit == 0 or any(_is_deeper(part, limit - 1) for part in parts)


def _not_json() -> ApiError:
    return ApiError(400, "API_VALIDATION_ERROR", "request/body must be valid JSON")
