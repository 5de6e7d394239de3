"""A real sandbox on a free port and a real receiver of webhooks, for the tests of this folder."""

import socket
import subprocess
import sys
import threading
import uuid
from time import monotonic, sleep

import pytest
import requests

from sandbox import server
from sandbox.memory import accounts
from sandbox.memory.database import Database
from sandbox.settings import Settings

from ..waiting import PATIENCE
from .receiver import Receiver

SECRET_KEY = "xnd_development_key_of_the_tests"
WEBHOOK_TOKEN = "token_of_the_tests_0123456789"
GOOD_CARD = {
    "card_number": "4000 0000 0000 1000",
    "expiry": "12/39",
    "cvn": "123",
    "cardholder_name": "Siti Nurhaliza",
}
COMPONENTS = {"mode": "COMPONENTS", "components_configuration": {"origins": ["https://shop.example"]}}
# One channel of each kind that the hosted page has besides cards: code, and the session it can pay.
INDONESIA = {"country": "ID", "currency": "IDR", "amount": 150000}
OTHER_KINDS = {
    "QRIS": INDONESIA,
    "PROMPTPAY": {"country": "TH", "currency": "THB", "amount": 350.5},
    "QRPH": {"country": "PH", "currency": "PHP", "amount": 350},
    "SGQR": {"country": "SG", "currency": "SGD", "amount": 35},
    "BCA_VIRTUAL_ACCOUNT": INDONESIA,
    "INDOMARET": INDONESIA,
    "DANA": INDONESIA,
    "KREDIVO": INDONESIA,
    "MAYB2U_FPX": {"country": "MY", "currency": "MYR", "amount": 40},
    "BPI_DIRECT_DEBIT": {"country": "PH", "currency": "PHP", "amount": 350},
}
REDIRECTS = ("DANA", "KREDIVO", "MAYB2U_FPX", "BPI_DIRECT_DEBIT")
PRESENTS = tuple(code for code in OTHER_KINDS if code not in REDIRECTS)
CHALLENGED_CARD = GOOD_CARD | {"card_number": "4000000000002503"}


def start(*options, port=0):
    """A sandbox process and its address, read from the line that it prints; none if it refuses to start."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return process, next(iter(process.stdout.readline().split()[-1:]), None)


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
    process.communicate(timeout=30)


@pytest.fixture
def api(address):
    return Api(address)


@pytest.fixture(scope="session")
def here():
    """A sandbox in this process, so that a test can turn its clock and its accounts' switches."""
    return Here()


class Here:
    def __init__(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.database = Database()
        running = server.make(Settings(public_url=self.address), self.database, listener, report=len)
        self._listener = listener
        threading.Thread(target=running.serve_forever, daemon=True).start()


@pytest.fixture
def time(here):
    """The clock of the sandbox in this process, back on real time after the test."""
    yield here.database.clock
    here.database.clock.reset()


@pytest.fixture
def merchant(here, receiver):
    """A merchant with an account of its own, whose webhooks go to the receiver."""
    return new_merchant(here, receiver)


@pytest.fixture
def webhooks(merchant, receiver):
    """The webhooks that this merchant got so far, oldest first, whatever they say they are about."""
    business_id = merchant.sets().business_id
    return lambda: [each for each in list(receiver.received) if each["body"].get("business_id") == business_id]


def new_merchant(here, receiver):
    merchant = Api(here.address, f"xnd_development_{uuid.uuid4()}", here.database)
    merchant.get("/sessions/ps-000000000000000000000000")
    merchant.sets(webhook_url=receiver.url, refund_seconds=0)
    return merchant


def until(read, is_right):
    """What is read, as soon as it is right."""
    deadline = monotonic() + PATIENCE
    while not is_right(value := read()):
        assert monotonic() < deadline, f"never right; last: {value}"
        sleep(0.01)
    return value


class Api:
    """The merchant's side of the sandbox."""

    def __init__(self, address, key=SECRET_KEY, database=None):
        self.address = address
        self.key = key
        self.http = requests.Session()
        self.http.auth = (key, "")
        self._database = database

    def sets(self, **changes):
        """Change the account's settings, where the sandbox runs in this process."""
        return accounts.change(self._database, self.key, **changes)

    def payment(self, session):
        return self.get(f"/v3/payments/{self.session(session)['payment_id']}").json()

    def payment_request(self, session):
        return self.get(f"/v3/payment_requests/{self.session(session)['payment_request_id']}").json()

    def captures(self, session, amount):
        path = f"/v3/payments/{self.session(session)['payment_id']}/capture"
        return self.post(path, json={"capture_amount": amount})

    def releases(self, session):
        return self.post(f"/v3/payments/{self.session(session)['payment_id']}/cancel")

    def refunds(self, session, **changes):
        """Ask for a refund under the session's reference, so that the receiver knows whose it is."""
        request = {
            "payment_request_id": self.session(session)["payment_request_id"],
            "reference_id": session["reference_id"],
            "reason": "REQUESTED_BY_CUSTOMER",
        } | changes
        return self.post("/refunds", json={name: value for name, value in request.items() if value is not None})

    def post(self, path, **options):
        return self.http.post(self.address + path, timeout=30, **options)

    def get(self, path, **options):
        return self.http.get(self.address + path, timeout=30, **options)

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


def new_customer(**details):
    """Somebody whose reference was never used."""
    siti = {"type": "INDIVIDUAL", "reference_id": f"siti-{uuid.uuid4()}", "individual_detail": {"given_names": "Siti"}}
    return siti | details


@pytest.fixture(scope="session")
def chromium(browser):
    """The browser of all tests: Playwright takes no second one in a process."""
    return browser


@pytest.fixture
def buyer():
    return Buyer()


class Buyer:
    """Somebody with a browser on the hosted page."""

    def opens(self, session):
        return requests.get(session["payment_link_url"], timeout=30)

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

    def opens_channel(self, session, code):
        return requests.get(f"{session['payment_link_url']}/{code.lower()}", timeout=30)

    def begins(self, session, code, **form):
        """Presses the button that goes on to the wallet, or says that the transfer was made."""
        return self._sends(f"{session['payment_link_url']}/{code.lower()}", form)

    def simulates(self, session, code, outcome, **form):
        return self._sends(f"{session['payment_link_url']}/{code.lower()}/{outcome}", form)

    def answers(self, session, step, answer, **form):
        """Approves or declines on the page of the wallet to which `step` led."""
        page = step.headers["Location"].removesuffix("/provider")
        return self._sends(requests.compat.urljoin(session["payment_link_url"], f"{page}/{answer}"), form)

    def types_code(self, session, code):
        """Pays with a card that asks for 3-D Secure, and types this one-time code."""
        step = self.pays_by_card(session, CHALLENGED_CARD)
        url = requests.compat.urljoin(session["payment_link_url"], step.headers["Location"])
        return self._sends(url, {"code": code})

    def follows(self, session, step):
        """Opens the page that an answer leads to."""
        url = requests.compat.urljoin(session["payment_link_url"], step.headers["Location"])
        return requests.get(url, timeout=30, allow_redirects=False)

    def _sends(self, url, form):
        return requests.post(url, data=form, allow_redirects=False, timeout=30)
