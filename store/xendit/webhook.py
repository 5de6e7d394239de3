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

MAX_TEXT = 255
EVENT_NAME = re.compile(r"[a-z_.]{1,64}", re.ASCII)


class BadWebhook(ValueError):
    """The body is no JSON object that we accept."""


@dataclass(frozen=True)
class Event:
    """What a webhook says. `key` is the same for each delivery of the same event.

    `name` is empty for one that is not written as event names are, so that it is safe to log.
    """

    key: str
    name: str
    session_id: str | None
    payment_id: str | None
    reference: str | None
    failure_code: str | None


def is_authentic(token: str | None, expected: str) -> bool:
    """Tell whether the x-callback-token header is the dashboard's token, in constant time."""
    # WSGI hands headers over as Latin-1 text; an empty expected token never gets here (config.py).
    return token is not None and hmac.compare_digest(token.encode("latin-1", "replace"), expected.encode())


def parse_event(body: bytes) -> Event:
    """Return the event in a webhook's body. Raises BadWebhook.

    Tolerates what Xendit's documents show (CONTRACT 9): keys that are missing, null or new, and
    `id` for `payment_session_id`.
    """
    try:
        envelope = strict_json.loads(body)
    except strict_json.BadJSON as error:
        raise BadWebhook(str(error)) from error
    if not isinstance(envelope, dict):
        raise BadWebhook("not a JSON object")
    name = _text(envelope.get("event")) or ""
    data = envelope.get("data")
    data = data if isinstance(data, dict) else {}
    session_id = _session_id(name, data)
    payment_id = _text(data.get("payment_id"))
    return Event(
        key=_key(envelope, name, session_id or payment_id, data.get("status")),
        name=name if EVENT_NAME.fullmatch(name) else "",
        session_id=session_id,
        payment_id=payment_id,
        reference=_text(data.get("reference_id")),
        failure_code=(_text(data.get("failure_code")) or "")[:64].strip() or None,
    )


def _session_id(name: str, data: dict[str, Any]) -> str | None:
    session_id = _text(data.get("payment_session_id"))
    if session_id is None and name.startswith("payment_session."):
        session_id = _text(data.get("id"))
    return session_id


def _key(envelope: dict[str, Any], name: str, subject: str | None, status: Any) -> str:
    """Hash what makes two deliveries the same. `created` is the time of the delivery, so it never counts."""
    if name and subject:
        same = [name, subject, _text(status)]
    else:
        same = [{key: value for key, value in envelope.items() if key != "created"}]
    return hashlib.sha256(json.dumps(same, sort_keys=True, default=str).encode()).hexdigest()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_TEXT else None
