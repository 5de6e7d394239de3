"""With a seed the same calls give the same ids, times and records, in any run."""

from datetime import UTC, datetime, timedelta
from functools import partial

import requests

from ...ports import free_port
from ..conftest import GOOD_CARD, SECRET_KEY, session_request, start, until
from ..controls import Control, is_done
from ..receiver import reference_of

LATE = (datetime.now(UTC) + timedelta(hours=23)).isoformat()


def call(api, address, method, path, body=None):
    return api.request(method, address + path, json=body, timeout=30)


def run(receiver, port, seed, calls):
    """What `calls(api, control)` gives in a sandbox of its own."""
    process, address = start("--secret-key", SECRET_KEY, "--webhook-url", receiver.url, "--seed", str(seed), port=port)
    api = requests.Session()
    api.auth = (SECRET_KEY, "")
    try:
        return calls(partial(call, api, address), Control(address))
    finally:
        process.terminate()
        process.communicate(timeout=30)


def a_morning(api, control):
    """A shop's calls of many kinds; the whole ledger at the end."""
    control.turns_dial("repeat", 2)
    first, second, third = (
        api("POST", "/sessions", session_request(reference_id=f"order-{n}", expires_at=LATE)).json() for n in range(3)
    )
    requests.post(f"{first['payment_link_url']}/qris/failed", data={"failure_code": "PROCESSOR_ERROR"}, timeout=30)
    requests.post(f"{first['payment_link_url']}/cards", data=GOOD_CARD, allow_redirects=False, timeout=30)
    control.jumps(60)
    paid = api("GET", f"/sessions/{first['payment_session_id']}").json()
    api(
        "POST",
        "/refunds",
        {"payment_request_id": paid["payment_request_id"], "reason": "OTHERS", "amount": 500},
    )
    api("POST", f"/sessions/{second['payment_session_id']}/cancel")
    requests.post(f"{third['payment_link_url']}/qris/paid", allow_redirects=False, timeout=30)
    control.orders("error", "get_session")
    api("GET", f"/sessions/{third['payment_session_id']}")
    control.jumps(24 * 60 * 60)
    return until(control.ledger, lambda ledger: all(map(is_done, ledger["deliveries"])))


def test_two_runs_with_one_seed_have_the_same_ledger(receiver):
    port = free_port()

    one, two = (run(receiver, port, 7, a_morning) for _ in range(2))

    assert len(one["deliveries"]) == 12
    assert one == two


def test_with_a_seed_webhooks_due_together_come_in_the_order_of_their_making(receiver):
    def let_many_expire(api, control):
        made = [api("POST", "/sessions", session_request()).json()["reference_id"] for _ in range(40)]
        control.jumps(60 * 60)
        until(lambda: control.ledger()["deliveries"], lambda rows: len(rows) == 40 and all(map(is_done, rows)))
        return made

    made = run(receiver, free_port(), 7, let_many_expire)

    came = [reference_of(webhook["body"]) for webhook in receiver.received]
    assert [reference_id for reference_id in came if reference_id in made] == made


def test_another_seed_gives_other_ids(receiver):
    def create(api, _):
        return api("POST", "/sessions", session_request(reference_id="order")).json()["payment_session_id"]

    assert len({run(receiver, free_port(), seed, create) for seed in (1, 1, 2)}) == 2


def test_with_a_seed_the_clock_stands_at_a_known_moment_until_it_is_moved(receiver):
    def look(api, control):
        return control.does("GET", "clock")["now"], control.jumps(1.5)["now"]

    assert run(receiver, free_port(), 7, look) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.500Z")


def test_with_a_seed_a_shop_on_real_time_can_still_create_sessions(receiver):
    def create(api, _):
        refused = api("POST", "/sessions", session_request(expires_at="2026-01-01T00:20:00Z"))
        return refused.json()["error_code"], api("POST", "/sessions", session_request(expires_at=LATE)).status_code

    assert run(receiver, free_port(), 7, create) == ("INVALID_EXPIRY_DATE", 201)


def test_a_seed_does_not_go_with_a_file(tmp_path):
    process, _ = start("--seed", "7", "--database", str(tmp_path / "sandbox.db"))

    _, errors = process.communicate(timeout=30)

    assert process.returncode == 2
    assert "--seed" in errors
