"""The command `python -m sandbox`: start, refusals, stop, what it prints and what it keeps."""

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import pytest
import requests

from .conftest import GOOD_CARD, SECRET_KEY, WEBHOOK_TOKEN, session_request, start

AUTH = (SECRET_KEY, "")


def run(*options):
    command = [sys.executable, "-m", "sandbox", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)


def test_a_port_in_use_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        refused = run("--port", str(port))

    assert refused.returncode == 2
    assert re.fullmatch(rf".*{port}.*--port.*\n", refused.stderr)


@pytest.mark.parametrize(
    "options",
    [
        ("--secret-key", "xnd_production_0123456789"),
        ("--secret-key", ""),
        ("--secret-key", "xnd_development_a:b"),
        ("--webhook-token", ""),
        ("--webhook-url", "ftp://shop.example"),
        ("--database", "/"),
    ],
)
def test_a_bad_option_is_refused_in_one_line(options):
    refused = run("--port", "0", *options)

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert options[0] in refused.stderr


def test_a_live_key_is_never_repeated():
    refused = run("--port", "0", "--secret-key", "xnd_production_0123456789")

    assert "xnd_production_" not in refused.stderr + refused.stdout


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_and_quietly(how):
    process, _ = start()

    started = time.monotonic()
    process.send_signal(how)
    _, errors = process.communicate(timeout=5)

    assert time.monotonic() - started < 1
    assert (process.returncode, errors) == (0, "")


def test_it_prints_calls_and_deliveries_but_no_secret(receiver):
    process, address = start(
        "--secret-key", SECRET_KEY, "--webhook-token", WEBHOOK_TOKEN, "--webhook-url", receiver.url
    )
    session = requests.post(f"{address}/sessions", json=session_request(), auth=AUTH, timeout=10).json()
    link = session["payment_link_url"]
    requests.get(f"{link}?key={SECRET_KEY}", timeout=10)
    requests.get(f"{address}/sessions/{session['payment_session_id']}", auth=AUTH, timeout=10)
    requests.post(f"{link}/cards", data=GOOD_CARD, allow_redirects=False, timeout=10)
    receiver.wait_for(session, "payment_session.completed")
    time.sleep(0.1)

    process.terminate()
    printed = "".join(process.communicate(timeout=5))

    assert "POST /sessions 201" in printed
    assert "webhook payment.capture 200" in printed
    secrets = (SECRET_KEY, WEBHOOK_TOKEN, "/checkout/", session["payment_session_id"])
    assert not any(secret in printed for secret in secrets)


def test_a_database_file_keeps_everything(tmp_path):
    options = ("--secret-key", SECRET_KEY, "--database", str(tmp_path / "sandbox.db"))
    process, address = start(*options)
    session = requests.post(f"{address}/sessions", json=session_request(), auth=AUTH, timeout=10).json()
    process.terminate()
    process.communicate(timeout=5)

    process, address = start(*options)
    answer = requests.get(f"{address}/sessions/{session['payment_session_id']}", auth=AUTH, timeout=10)
    process.terminate()
    process.communicate(timeout=5)

    assert answer.json() == session


def test_a_database_file_keeps_the_settings_of_the_default_account(tmp_path):
    options = ("--secret-key", SECRET_KEY, "--database", str(tmp_path / "sandbox.db"))
    changed = {"webhook_url": "http://127.0.0.1:9/hook", "webhook_token": "of-the-class", "merchant": "Kelas"}
    process, address = start(*options)
    requests.put(f"{address}/_control/account", json=changed, timeout=10).raise_for_status()
    process.terminate()
    process.communicate(timeout=5)

    process, address = start(*options, "--merchant", "Toko")
    account = requests.get(f"{address}/_control/account", timeout=10).json()
    process.terminate()
    process.communicate(timeout=5)

    assert {name: account[name] for name in changed} == {**changed, "merchant": "Toko"}


def test_a_closed_terminal_does_not_keep_the_sandbox_from_its_work():
    process, address = start("--secret-key", SECRET_KEY)
    process.stdout.close()

    answers = [requests.post(f"{address}/sessions", json=session_request(), auth=AUTH, timeout=10) for _ in range(3)]
    process.terminate()
    process.wait(timeout=5)

    assert [answer.status_code for answer in answers] == [201] * 3


def test_a_session_expires_on_time_by_itself(tmp_path, receiver):
    database = tmp_path / "sandbox.db"
    options = ("--secret-key", SECRET_KEY, "--database", str(database), "--webhook-url", receiver.url)
    process, address = start(*options)
    session = requests.post(f"{address}/sessions", json=session_request(), auth=AUTH, timeout=10).json()
    process.terminate()
    process.communicate(timeout=5)
    _let_its_time_pass(database, session)

    process, _ = start(*options)

    try:
        assert receiver.wait_for(session, "payment_session.expired")["body"]["data"]["status"] == "EXPIRED"
    finally:
        process.terminate()
        process.communicate(timeout=5)


def test_a_reset_empties_everything():
    process, address = start("--secret-key", SECRET_KEY)
    session = requests.post(f"{address}/sessions", json=session_request(), auth=AUTH, timeout=10).json()

    answer = requests.post(f"{address}/_control/reset", timeout=10)

    gone = requests.get(f"{address}/sessions/{session['payment_session_id']}", auth=AUTH, timeout=10)
    process.terminate()
    process.communicate(timeout=5)
    assert (answer.status_code, gone.status_code) == (204, 404)


def _let_its_time_pass(database, session):
    past = "2020-01-01T00:00:00.000Z"
    connection = sqlite3.connect(database)
    connection.execute(
        "UPDATE sessions SET due_at = ?, document = ?", (past, json.dumps(session | {"expires_at": past}))
    )
    connection.commit()
    connection.close()
