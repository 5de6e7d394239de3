"""What happens without being asked: sessions expire, due webhooks leave. Started by `__main__.py`."""

import threading

from . import sessions

TICK_SECONDS = 0.25


def start(ledger, courier=None):
    """Run in the background until the process ends. Without a courier, webhooks are recorded but not sent."""
    if courier is not None:
        courier.start()
    threading.Thread(target=_run, args=(ledger, courier), daemon=True).start()


def _run(ledger, courier):
    while True:
        ledger.delivery_added.wait(TICK_SECONDS)
        ledger.delivery_added.clear()
        sessions.expire_due(ledger)
        if courier is not None:
            courier.hand_out()
