"""Webhooks: announced in the transaction that makes them true, sent by `courier.py`, sent again by hand."""

from . import plans as dispatch

BATCH_LIMIT = 500


def announce(ledger, event, session_id, data):
    """Put an event on the way. It leaves as soon as the transaction around it is committed."""
    envelope = {"event": event, "business_id": ledger.account.business_id, "created": None}
    if event.startswith("payment."):
        envelope["api_version"] = "v3"
    dispatch.put_on_the_way(ledger, session_id, envelope | {"data": data})


def chosen(ledger, session_id=None, since=None):
    """The ids of the deliveries about a session, and of those tried at that moment or later."""
    rows = ledger.database.rows(
        "SELECT id FROM deliveries WHERE account = ? AND (? IS NULL OR session_id = ?)"
        " AND (? IS NULL OR EXISTS (SELECT 1 FROM tries WHERE delivery_id = deliveries.id AND at >= ?))"
        " ORDER BY id",
        *(ledger.key, session_id, session_id, since, since),
    )
    return [row["id"] for row in rows]


def undelivered(ledger):
    """The ids of the deliveries that no receiver has taken, oldest first, as many as can be sent at once."""
    return ledger.undelivered()[:BATCH_LIMIT]


def resend(ledger, delivery_ids):
    """Send each once more, whatever became of it; returns how many there were.

    A try by hand changes no schedule: it only ends the retries if the receiver takes it.
    """
    if len(delivery_ids) > BATCH_LIMIT:
        raise ValueError(f"At most {BATCH_LIMIT} deliveries are sent again at once.")
    return ledger.resend(delivery_ids)
