"""Whatever can be set does something: each position of the dial to the webhooks, each kind of fault to a call.

What it does is told by the other files of this folder. Here a new one is held too, before anybody has written that.
"""

from datetime import UTC, datetime

import pytest
import requests

from sandbox import create_app
from sandbox.clock import Clock
from sandbox.contract.ids import Ids
from sandbox.memory.database import Database
from sandbox.settings import DEFAULT_SECRET_KEY, Settings
from sandbox.trouble import faults
from sandbox.webhooks.plans import ON_TIME, POSITIONS

from ...network import Network
from ...standing_clock import StandingClock
from ..conftest import session_request

URL = "http://sandbox.test"
REQUEST = session_request(reference_id="order-1")


class Sandbox:
    """One that is the same each time: its ids come from a seed, and its time passes only while somebody waits."""

    def __init__(self):
        self.time = StandingClock(datetime(2026, 1, 5, 10, tzinfo=UTC))
        self.database = Database(clock=Clock(self.time), ids=Ids(7))
        network = Network()
        network.add(URL, create_app(Settings(public_url=URL), self.database))
        self.http = network.browser()

    def asks(self, method, path, json=None):
        return self.http.request(method, URL + path, json=json, auth=(DEFAULT_SECRET_KEY, ""), allow_redirects=False)

    def does(self, method, path, json=None):
        answer = self.asks(method, path, json)
        assert answer.status_code < 400, answer.text
        return answer

    def creates(self):
        return self.does("POST", "/sessions", REQUEST).json()["payment_session_id"]


def webhooks_of(position):
    """Each webhook as it waits for a sender, and how long the shop and the buyer waited."""
    sandbox = Sandbox()
    sandbox.does("PUT", "/_control/dial", {"position": position})
    started = sandbox.time.now()
    page = f"{URL}/checkout/{sandbox.creates()}/qris"
    for path, form in (("failed", {"failure_code": "INSUFFICIENT_BALANCE"}), ("paid", {})):
        assert sandbox.http.post(f"{page}/{path}", data=form, allow_redirects=False).status_code == 303
    rows = sandbox.database.rows("SELECT * FROM deliveries ORDER BY id")
    return [tuple(row) for row in rows], sandbox.time.now() - started


@pytest.mark.parametrize("position", [name for name in POSITIONS if name != ON_TIME])
def test_each_position_does_something_to_the_webhooks_of_a_failed_and_a_paid_try(position):
    assert webhooks_of(position) != webhooks_of(ON_TIME)


def reading(kind=None):
    """What is answered to a call that reads, and after how long; nothing if the line breaks."""
    sandbox = Sandbox()
    session = sandbox.does("POST", f"/_control/sessions/{sandbox.creates()}/pay").json()
    if kind is not None:
        sandbox.does("POST", "/_control/faults", {"operation": "get_payment", "kind": kind})
    started = sandbox.time.now()
    try:
        answer = sandbox.asks("GET", f"/v3/payments/{session['payment_id']}")
    except requests.ConnectionError:
        return None
    return answer.status_code, answer.headers["Content-Type"], answer.content, sandbox.time.now() - started


@pytest.mark.parametrize("kind", faults.KINDS)
def test_each_kind_of_fault_does_something_to_a_call(kind):
    assert reading(kind) != reading()


def test_the_same_again_is_the_same_again():
    assert webhooks_of(ON_TIME) == webhooks_of(ON_TIME)
    assert reading() == reading() is not None
