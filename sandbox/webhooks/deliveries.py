"""Webhooks: announced in the transaction that makes them true, and sent again by hand."""

from ..memory.accounts import Account
from ..memory.ledger import Ledger
from . import plans

BATCH_LIMIT = 500


def announce(ledger: Ledger, event: str, session_id: str, data: dict) -> None:
    """Put an event on the way. It leaves as soon as the transaction around it is committed."""
    plans.put_on_the_way(ledger, session_id, envelope(ledger.account, event, None) | {"data": data})


def envelope(account: Account, event: str, created: str | None) -> dict:
    """What stands around the data of every webhook; a delivery gets `created` at each try."""
    found = {"event": event, "business_id": account.business_id, "created": created}
    return found | {"api_version": "v3"} if event.startswith("payment.") else found


def chosen(ledger: Ledger, session_id: str | None = None, since: str | None = None) -> list[int]:
    """The ids of the deliveries about a session, and of those tried at that stamp or later."""
    return ledger.deliveries_about(session_id, since)


def undelivered(ledger: Ledger) -> list[int]:
    """The ids of the deliveries that no receiver has taken, oldest first, as many as can be sent at once."""
    return ledger.undelivered()[:BATCH_LIMIT]


def resend(ledger: Ledger, delivery_ids: list[int]) -> int:
    """Send each once more, whatever became of it; returns how many there were.

    A try by hand changes no schedule: it only ends the retries if the receiver takes it. Raises ValueError if they
    are too many.
    """
    if len(delivery_ids) > BATCH_LIMIT:
        raise ValueError(f"At most {BATCH_LIMIT} deliveries are sent again at once.")
    return ledger.resend(delivery_ids)
