"""A real sandbox on a free port and a real receiver of webhooks, for the tests of this folder."""

import subprocess
import sys
import uuid

import pytest
import requests

from .receiver import Receiver

SECRET_KEY = "xnd_development_key_of_the_tests"
WEBHOOK_TOKEN = "token_of_the_tests_0123456789"
GOOD_CARD = {
    "card_number": "4000 0000 0000 1000",
    "expiry": "12/39",
    "cvn": "123",
    "cardholder_name": "Siti Nurhaliza",
}
CHALLENGED_CARD = GOOD_CARD | {"card_number": "4000000000002503"}


def start(*options):
    """A sandbox process and its address, read from the line that it prints."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return process, process.stdout.readline().split()[-1]


@pytest.fixture(scope="session")
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture(scope="session")
def address(receiver):
    process, address = start(
        "--secret-key", SECRET_KEY, "--webhook-token", WEBHOOK_TOKEN, "--webhook-url", receiver.url
    )
    yield address
    process.terminate()
    process.communicate(timeout=5)


@pytest.fixture
def api(address):
    return Api(address)


class Api:
    """The merchant's side of the sandbox, with the key of the tests."""

    def __init__(self, address):
        self.address = address
        self.http = requests.Session()
        self.http.auth = (SECRET_KEY, "")

    def post(self, path, **options):
        return self.http.post(self.address + path, timeout=10, **options)

    def get(self, path, **options):
        return self.http.get(self.address + path, timeout=10, **options)

    def refused(self, **changes):
        return self.post("/sessions", json=session_request(**changes))

    def create(self, **changes):
        answer = self.post("/sessions", json=session_request(**changes))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def session(self, session):
        return self.get(f"/sessions/{session['payment_session_id']}").json()

    def cancel(self, session):
        return self.post(f"/sessions/{session['payment_session_id']}/cancel")

    def expire(self, session):
        return self.post(f"/_control/sessions/{session['payment_session_id']}/expire")


def session_request(**changes):
    """A good request; a change to None leaves the field out."""
    request = {
        "reference_id": f"order-{uuid.uuid4()}",
        "session_type": "PAY",
        "mode": "PAYMENT_LINK",
        "amount": 150000,
        "currency": "IDR",
        "country": "ID",
        "success_return_url": "https://shop.example/complete",
        "cancel_return_url": "https://shop.example/cancel",
    } | changes
    return {name: value for name, value in request.items() if value is not None}


@pytest.fixture
def buyer():
    return Buyer()


class Buyer:
    """Somebody with a browser on the hosted page."""

    def opens(self, session):
        return requests.get(session["payment_link_url"], timeout=10)

    def pays_by_card(self, session, card=None):
        return self._sends(session["payment_link_url"] + "/cards", card or GOOD_CARD)

    def pays_by_qr(self, session):
        return self._sends(session["payment_link_url"] + "/qris/paid", {})

    def fails_by_qr(self, session, failure_code="INSUFFICIENT_BALANCE"):
        return self._sends(session["payment_link_url"] + "/qris/failed", {"failure_code": failure_code})

    def answers_the_bank(self, session, result):
        """Pays with a card that asks for 3-D Secure, and gives the bank this result."""
        step = self.pays_by_card(session, CHALLENGED_CARD)
        return self._sends(requests.compat.urljoin(session["payment_link_url"], step.headers["Location"]), {
            "result": result,
        })  # fmt: skip

    def _sends(self, url, form):
        return requests.post(url, data=form, allow_redirects=False, timeout=10)
