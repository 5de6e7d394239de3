"""What strangers send: read exactly and checked against the OpenAPI document, or refused with a 400."""

import json
from pathlib import Path
from typing import Any, NoReturn

from ..contract import amounts, schema
from ..contract.errors import ApiError, invalid_request

DEPTH_LIMIT = 32
DOCUMENT = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
SCHEMAS = {
    name: schema.of_document(DOCUMENT, name) for name in ("CreateSession", "Capture", "Simulate", "CreateRefund")
}

PARAMETERS = {each["name"]: each for each in DOCUMENT["components"]["parameters"].values()}
PLACES = {"path": "/params", "header": "/headers"}


def check_parameter(name: str, given: str) -> None:
    """A part of the path, or a header, as the document has it by that name."""
    parameter = PARAMETERS[name]
    found = list(schema.problems(parameter["schema"], given, f"{PLACES[parameter['in']]}/{name}"))
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
