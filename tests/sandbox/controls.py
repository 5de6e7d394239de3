"""What a test says to `/_control`, as the merchant whose key it has."""

import requests

from .conftest import until

DONE = ("DELIVERED", "GIVEN_UP", "NOT_SENT", "NOT_TOLD")


class Control:
    def __init__(self, address, key=None):
        self.address = f"{address}/_control/"
        self.http = requests.Session()
        self.http.auth = (key, "") if key else None

    def asks(self, method, path, **options):
        return self.http.request(method, self.address + path, timeout=30, **options)

    def does(self, method, path, json=None):
        """What is answered to a call that must work."""
        answer = self.asks(method, path, json=json)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def turns_dial(self, position, number=None, session=None):
        path = f"sessions/{session['payment_session_id']}/dial" if session else "dial"
        return self.does("PUT", path, {"position": position} | ({"number": number} if number else {}))

    def orders(self, kind, operation="*", **settings):
        return self.does("POST", "faults", {"kind": kind, "operation": operation} | settings)

    def jumps(self, seconds):
        return self.does("POST", "clock", {"action": "jump", "seconds": seconds})

    def ledger(self, session=None):
        return self.does("GET", "ledger" + (f"?session={session['payment_session_id']}" if session else ""))

    def deliveries(self, session):
        return self.ledger(session)["deliveries"]

    def waits_for(self, session, count):
        """The deliveries about a session once there are so many, and each was tried or is held back."""
        return until(lambda: self.deliveries(session), lambda rows: len(rows) == count and all(map(is_done, rows)))


def is_done(delivery):
    return delivery["state"] in DONE or (delivery["state"] == "WAITING" and bool(delivery["tries"]))


def names(webhooks):
    return [webhook["body"]["event"] for webhook in webhooks]
