"""The command `python -m sandbox`: start, refusals, stop, what it prints and what it keeps."""

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.incoming import IDLE_SECONDS

from .conftest import GOOD_CARD, SECRET_KEY, WEBHOOK_TOKEN, session_request, start

AUTH = (SECRET_KEY, "")
# Far longer than anything here takes, even on a busy machine.
PATIENCE_SECONDS = 30


def run(*options):
    command = [sys.executable, "-m", "sandbox", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


@pytest.fixture
def starts():
    """Starts a sandbox, which ends with the test at the latest."""
    processes = []

    def start_one(*options):
        process, address = start(*options)
        processes.append(process)
        return process, address

    yield start_one
    for process in processes:
        process.kill()
        process.wait()


def stop(process):
    """Ask the sandbox to stop; what it printed that nobody has read yet."""
    process.terminate()
    return "".join(process.communicate(timeout=PATIENCE_SECONDS))


def read_until(process, *wanted):
    """What the sandbox prints, up to the line with the last of the pieces wanted."""
    giving_up = threading.Timer(PATIENCE_SECONDS, process.kill)
    giving_up.start()
    printed = ""
    while not all(piece in printed for piece in wanted):
        line = process.stdout.readline()
        assert line, f"{wanted} not in {printed}"
        printed += line
    giving_up.cancel()
    return printed


def create(address):
    return requests.post(f"{address}/sessions", json=session_request(), auth=AUTH, timeout=30).json()


def read(address, session):
    return requests.get(f"{address}/sessions/{session['payment_session_id']}", auth=AUTH, timeout=30)


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
def test_it_stops_quietly_though_a_caller_is_still_connected(starts, how):
    process, address = starts()
    line = urlsplit(address)

    with socket.create_connection((line.hostname, line.port), timeout=30):
        process.send_signal(how)
        _, errors = process.communicate(timeout=IDLE_SECONDS / 2)

    assert (process.returncode, errors) == (0, "")


def test_it_prints_calls_and_deliveries_but_no_secret(starts, receiver):
    process, address = starts(
        "--secret-key", SECRET_KEY, "--webhook-token", WEBHOOK_TOKEN, "--webhook-url", receiver.url
    )
    session = create(address)
    link = session["payment_link_url"]
    requests.get(f"{link}?key={SECRET_KEY}", timeout=30)
    read(address, session)
    requests.post(f"{link}/cards", data=GOOD_CARD, allow_redirects=False, timeout=30)

    printed = read_until(process, "POST /sessions 201", "webhook payment.capture 200") + stop(process)

    secrets = (SECRET_KEY, WEBHOOK_TOKEN, "/checkout/", session["payment_session_id"])
    assert not any(secret in printed for secret in secrets)


def test_it_prints_a_call_of_every_kind(starts):
    process, address = starts()
    document = requests.get(f"{address}/openapi.json", timeout=30).json()
    paths = [re.sub(r"{.*?}", "nobody", path) for path in document["paths"]]

    for path in paths:
        requests.get(f"{address}{path}", timeout=30)

    read_until(process, *(f"GET {path} 4" for path in paths))
    stop(process)


def test_a_database_file_keeps_everything(starts, tmp_path):
    options = ("--secret-key", SECRET_KEY, "--database", str(tmp_path / "sandbox.db"))
    process, address = starts(*options)
    session = create(address)
    stop(process)

    _, address = starts(*options)

    assert read(address, session).json() == session


def test_a_database_file_with_other_tables_is_left_alone(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (id TEXT, account TEXT, reference_id TEXT)")
    before = path.read_bytes()

    refused = run("--port", "0", "--database", str(path))

    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "another version of the sandbox" in refused.stderr
    assert path.read_bytes() == before


def test_a_database_file_keeps_the_settings_of_the_default_account(starts, tmp_path):
    options = ("--secret-key", SECRET_KEY, "--database", str(tmp_path / "sandbox.db"))
    changed = {"webhook_url": "http://127.0.0.1:9/hook", "webhook_token": "of-the-class", "merchant": "Kelas"}
    process, address = starts(*options)
    requests.put(f"{address}/_control/account", json=changed, timeout=30).raise_for_status()
    stop(process)

    _, address = starts(*options, "--merchant", "Toko")

    account = requests.get(f"{address}/_control/account", timeout=30).json()
    assert {name: account[name] for name in changed} == {**changed, "merchant": "Toko"}


def test_a_closed_terminal_does_not_keep_the_sandbox_from_its_work(starts):
    process, address = starts("--secret-key", SECRET_KEY)
    process.stdout.close()

    answers = [requests.post(f"{address}/sessions", json=session_request(), auth=AUTH, timeout=30) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201] * 3


def test_a_session_expires_on_time_by_itself(starts, tmp_path, receiver):
    database = tmp_path / "sandbox.db"
    options = ("--secret-key", SECRET_KEY, "--database", str(database), "--webhook-url", receiver.url)
    process, address = starts(*options)
    session = create(address)
    stop(process)
    _let_its_time_pass(database, session)

    starts(*options)

    assert receiver.wait_for(session, "payment_session.expired")["body"]["data"]["status"] == "EXPIRED"


def test_a_reset_empties_everything(starts):
    _, address = starts("--secret-key", SECRET_KEY)
    session = create(address)

    answer = requests.post(f"{address}/_control/reset", timeout=30)

    assert (answer.status_code, read(address, session).status_code) == (204, 404)


def _let_its_time_pass(database, session):
    past = "2020-01-01T00:00:00.000Z"
    connection = sqlite3.connect(database)
    connection.execute(
        "UPDATE sessions SET due_at = ?, document = ?", (past, json.dumps(session | {"expires_at": past}))
    )
    connection.commit()
    connection.close()
