"""Checks a value against a schema of an OpenAPI document, in the words of Xendit's own validator.

Knows only the keywords that the sandbox's requests need.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

# Which keywords of a property are judged by a rule with an error code of its own, and with which one.
OWN_ERROR = "x-own-error"
# Values of a property that are good where an account says so; judged by a rule of its own.
IF_SWITCHED_ON = "x-if-switched-on"
Problem = tuple[str, str]


def of_document(document: dict, name: str) -> dict:
    """The schema of that name as a checker needs it: complete, and without what is judged elsewhere."""
    return _prepared(document["components"]["schemas"][name], document)


def problems(schema: dict, value: Any, path: str) -> Iterator[Problem]:
    """(path, message) pairs, one for each rule that the value breaks."""
    if value is None and schema.get("nullable"):
        return
    if not _has_type(value, schema["type"]):
        yield path, f"must be {schema['type']}"
    elif isinstance(value, dict):
        yield from _object_problems(schema, value, path)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from problems(schema.get("items", {}), item, f"{path}/{position}")
    elif isinstance(value, str):
        yield from _string_problems(schema, value, path)
    elif "minimum" in schema and value < schema["minimum"]:
        yield path, f"must be >= {schema['minimum']}"


def _prepared(part: Any, document: dict) -> Any:
    if isinstance(part, list):
        return [_prepared(each, document) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _prepared(_referred(part["$ref"], document), document)
    left_out = {OWN_ERROR, IF_SWITCHED_ON, *part.get(OWN_ERROR, ())}
    return {name: _prepared(each, document) for name, each in part.items() if name not in left_out}


def _referred(reference: str, document: dict) -> Any:
    part = document
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def _has_type(value: Any, name: str) -> bool:
    # JSON's true is not a number, though Python's is.
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _object_problems(schema: dict, value: dict, path: str) -> Iterator[Problem]:
    for name in schema.get("required", ()):
        if name not in value:
            yield path, f"must have required property '{name}'"
    for name, part in schema.get("properties", {}).items():
        if name in value:
            yield from problems(part, value[name], f"{path}/{name}")
    yield from _map_problems(schema, value, path)


def _map_problems(schema: dict, value: dict, path: str) -> Iterator[Problem]:
    """The rules for objects whose keys the caller chooses."""
    if "maxProperties" in schema and len(value) > schema["maxProperties"]:
        yield path, f"must NOT have more than {schema['maxProperties']} properties"
    for name, part in value.items():
        if "x-propertyNames" in schema:
            yield from problems(schema["x-propertyNames"], name, f"{path}/{name}")
        if "additionalProperties" in schema and name not in schema.get("properties", {}):
            yield from problems(schema["additionalProperties"], part, f"{path}/{name}")


def _string_problems(schema: dict, value: str, path: str) -> Iterator[Problem]:
    if "minLength" in schema and len(value) < schema["minLength"]:
        yield path, f"must NOT have fewer than {schema['minLength']} characters"
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        yield path, f"must NOT have more than {schema['maxLength']} characters"
    if "enum" in schema and value not in schema["enum"]:
        yield path, f"must be equal to one of the allowed values: {', '.join(schema['enum'])}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield path, f'must match pattern "{schema["pattern"]}"'
    if "format" in schema and not FORMATS[schema["format"]](value):
        yield path, f'must match format "{schema["format"]}"'


def _is_moment(text: str) -> bool:
    return bool(MOMENT.fullmatch(text)) and _parses(datetime.fromisoformat, text.upper())


def _is_day(text: str) -> bool:
    return bool(DAY.fullmatch(text)) and _parses(date.fromisoformat, text)


def _parses(parse: Callable[[str], Any], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _is_email(text: str) -> bool:
    return bool(EMAIL.fullmatch(text))


FORMATS = {"date-time": _is_moment, "date": _is_day, "email": _is_email}
