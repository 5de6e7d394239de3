"""What nobody foresaw stops neither the ticker nor a sender: it is reported, without a secret, and they go on."""

import json
import sqlite3

import pytest

from sandbox import ticker
from sandbox.memory import accounts
from sandbox.memory.database import Database
from sandbox.memory.ledger import Ledger
from sandbox.webhooks.courier import Courier

from .conftest import SECRET_KEY, WEBHOOK_TOKEN, Api, start, until
from .controls import Control

LONG_AGO = "2000-01-01T00:00:00.000Z"
NO_MOMENT = "0 is no moment"


def test_a_session_with_a_broken_stamp_lets_the_others_expire_and_is_reported_once(tmp_path, receiver):
    file = tmp_path / "sandbox.db"
    options = ("--secret-key", SECRET_KEY, "--webhook-token", WEBHOOK_TOKEN, "--webhook-url", receiver.url)
    process, address = start(*options, "--database", str(file))
    try:
        api = Api(address)
        broken, first, second = api.create(), api.create(), api.create()
        let_be_due(file, {broken["payment_session_id"]: NO_MOMENT, first["payment_session_id"]: LONG_AGO})
        receiver.wait_for(first, "payment_session.expired")
        let_be_due(file, {second["payment_session_id"]: LONG_AGO})
        receiver.wait_for(second, "payment_session.expired")
        assert Control(address, SECRET_KEY).asks("POST", "clock", json={"action": "jump", "seconds": 1}).ok
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)

    assert errors.count("Traceback") == 1
    assert "the ticker goes on" in errors
    assert not any(secret in errors for secret in (SECRET_KEY, WEBHOOK_TOKEN, broken["payment_session_id"]))


def let_be_due(file, stamps):
    """Write these stamps into the sandbox's file, by session, behind its back."""
    with sqlite3.connect(file, timeout=30) as connection:
        connection.executemany(
            "UPDATE sessions SET due_at = ? WHERE id = ?", [(stamp, session) for session, stamp in stamps.items()]
        )
    connection.close()


@pytest.fixture
def one_sender(receiver):
    """An account's ledger in a sandbox with one sender: if that ends, no webhook leaves any more."""
    database = Database()
    accounts.open(database, SECRET_KEY, "Warung")
    accounts.change(database, SECRET_KEY, webhook_url=receiver.url)
    ticker.start(database, Courier(database, report=len, senders=1))
    return Ledger(database, SECRET_KEY)


def test_a_webhook_with_a_broken_stamp_lets_its_sender_live(one_sender, receiver, caplog):
    broken, well = ({"reference_id": f"{name} webhook"} for name in ("a broken", "a good"))
    receiver.statuses[broken["reference_id"]] = 500

    one_sender.add_delivery("", {"event": "payment.failure", "data": broken}, NO_MOMENT)
    receiver.wait_for(broken, "payment.failure")
    until(lambda: caplog.text, lambda text: "the sender goes on" in text)
    one_sender.add_delivery("", {"event": "payment.failure", "data": well}, LONG_AGO)

    receiver.wait_for(well, "payment.failure")
    assert states(one_sender) == {"a broken webhook": "GIVEN_UP", "a good webhook": "DELIVERED"}
    assert SECRET_KEY not in caplog.text


def states(ledger):
    rows = until(ledger.newest_deliveries, lambda rows: all(row["state"] not in ("WAITING", "SENDING") for row in rows))
    return {json.loads(row["document"])["data"]["reference_id"]: row["state"] for row in rows}
