"""What somebody sent to `/_control`, read exactly; ValueError with a sentence about what cannot be."""

from flask import request

from .api import bodies


def read(*names: str) -> dict:
    """The object that was sent; with names, those are all that it may hold."""
    body = bodies.parse(request.get_data() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("The body must be a JSON object.")
    unknown = [name for name in body if names and name not in names]
    if unknown:
        raise ValueError(f"There is no {unknown[0][:100]} here; there is {', '.join(names)}.")
    return body


def texts(*names: str) -> dict[str, str]:
    """Those texts of the body that are there."""
    body = read(*names)
    return {name: text(body, name) for name in body}


def number(body: dict, name: str) -> int | float:
    value = body.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{name} must be a number.")
    return value


def truth(body: dict, name: str) -> bool:
    """False where nothing is said."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false.")
    return value


def text(body: dict, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text.")
    return value
