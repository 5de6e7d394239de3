"""Webhooks as Xendit sends them: the token check, and the few fields that we use.

The token proves who sends, not what is sent, and nothing here is signed. So an event is a hint
that starts a look at Xendit's own record; it never decides anything.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from . import strict_json
from .fields import code, text

EVENT_NAME = re.compile(r"[a-z_.]{1,64}", re.ASCII)


class BadWebhook(ValueError):
    """The body is no JSON object that we accept."""


@dataclass(frozen=True)
class Event:
    """What a webhook says. `key` is the same for each delivery of the same event.

    `name` is empty for one that is not written as event names are, so that it is safe to log.
    `reference` is that of the object it is about: a session's, a payment's, or a refund's own.
    """

    key: str
    name: str
    session_id: str | None
    payment_id: str | None
    payment_request_id: str | None
    refund_id: str | None
    reference: str | None
    failure_code: str | None


def is_authentic(token: str | None, expected: str) -> bool:
    """Tell whether the x-callback-token header is the dashboard's token, in constant time."""
    # WSGI hands headers over as Latin-1 text; an empty expected token never gets here (config.py).
    return token is not None and hmac.compare_digest(token.encode("latin-1", "replace"), expected.encode())


def parse_event(body: bytes) -> Event:
    """Return the event in a webhook's body. Raises BadWebhook.

    Tolerates what Xendit's documents show (CONTRACT 9): keys that are missing, null or new, `id` for
    `payment_session_id` and for `refund_id`, and a refund in a second envelope.
    """
    envelope = _envelope(body)
    name = text(envelope.get("event")) or ""
    data = _data(name, envelope)
    session_id, refund_id = _id(name, data, "payment_session"), _id(name, data, "refund")
    payment_id = text(data.get("payment_id"))
    return Event(
        key=_key(envelope, name, refund_id or session_id or payment_id, data.get("status")),
        name=name if EVENT_NAME.fullmatch(name) else "",
        session_id=session_id,
        payment_id=payment_id,
        payment_request_id=text(data.get("payment_request_id")),
        refund_id=refund_id,
        reference=text(data.get("reference_id")),
        failure_code=code(data.get("failure_code")),
    )


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        envelope = strict_json.loads(body)
    except strict_json.BadJSON as error:
        raise BadWebhook(str(error)) from error
    if not isinstance(envelope, dict):
        raise BadWebhook("not a JSON object")
    return envelope


def _data(name: str, envelope: dict[str, Any]) -> dict[str, Any]:
    """The object that the event is about; Xendit's example has a refund in a second envelope (CONTRACT 6.5)."""
    data = _object(envelope.get("data"))
    return (name.startswith("refund.") and _object(data.get("data"))) or data


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(name: str, data: dict[str, Any], kind: str) -> str | None:
    """The id of an object of this kind; only where the event is about one is it also called just `id`."""
    found = text(data.get(f"{kind}_id"))
    return found or (text(data.get("id")) if name.startswith(f"{kind}.") else None)


def _key(envelope: dict[str, Any], name: str, subject: str | None, status: Any) -> str:
    """Hash what makes two deliveries the same. `created` is the time of the delivery, so it never counts."""
    if name and subject:
        same = [name, subject, text(status)]
    else:
        same = [{key: value for key, value in envelope.items() if key != "created"}]
    return hashlib.sha256(json.dumps(same, sort_keys=True, default=str).encode()).hexdigest()
