"""Checks a value against a JSON Schema, in the words of Xendit's own validator. Called by `validation.py`.

Knows only the keywords that `create_session.json` and `other_requests.json` need.
"""

import re
from datetime import date, datetime

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


def problems(schema, value, path):
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


def _has_type(value, name):
    # JSON's true is not a number, though Python's is.
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _object_problems(schema, value, path):
    for name in schema.get("required", ()):
        if name not in value:
            yield path, f"must have required property '{name}'"
    for name, part in schema.get("properties", {}).items():
        if name in value:
            yield from problems(part, value[name], f"{path}/{name}")
    yield from _map_problems(schema, value, path)


def _map_problems(schema, value, path):
    """The rules for objects whose keys the caller chooses."""
    if len(value) > schema.get("maxProperties", len(value)):
        yield path, f"must NOT have more than {schema['maxProperties']} properties"
    for name, part in value.items():
        if "propertyNames" in schema:
            yield from problems(schema["propertyNames"], name, f"{path}/{name}")
        if "additionalProperties" in schema and name not in schema.get("properties", {}):
            yield from problems(schema["additionalProperties"], part, f"{path}/{name}")


def _string_problems(schema, value, path):
    if len(value) < schema.get("minLength", 0):
        yield path, f"must NOT have fewer than {schema['minLength']} characters"
    if len(value) > schema.get("maxLength", len(value)):
        yield path, f"must NOT have more than {schema['maxLength']} characters"
    if value not in schema.get("enum", (value,)):
        yield path, f"must be equal to one of the allowed values: {', '.join(schema['enum'])}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield path, f'must match pattern "{schema["pattern"]}"'
    if "format" in schema and not FORMATS[schema["format"]](value):
        yield path, f'must match format "{schema["format"]}"'


def _is_moment(text):
    return bool(MOMENT.fullmatch(text)) and _parses(datetime.fromisoformat, text.upper())


def _is_day(text):
    return bool(DAY.fullmatch(text)) and _parses(date.fromisoformat, text)


def _parses(parse, text):
    try:
        parse(text)
    except ValueError:
        return False
    return True


FORMATS = {"date-time": _is_moment, "date": _is_day, "email": EMAIL.fullmatch}
