"""The commands of `sandbox/README.md`, run as they stand there. Only the ports are other ones."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import requests

from sandbox import create_app
from sandbox.memory.database import Database
from sandbox.settings import DEFAULT_SECRET_KEY, Settings
from sandbox.trouble import faults
from sandbox.webhooks.plans import POSITIONS

from ..ports import free_port
from ..programs import needed
from .conftest import start

README = Path(__file__).parents[2] / "sandbox" / "README.md"
TEXT = README.read_text(encoding="utf-8")
ROUTE = re.compile(r"/(?:_control|sessions)[a-z/]*")
PAID = ["payment.capture taken", "payment_session.completed taken"]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def fresh():
    process, address = start()
    yield address
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture(scope="module")
def pasted(fresh):
    """What each block of bash says, pasted whole into one terminal, one after another."""
    return said_by(blocks("bash"), fresh)


@pytest.fixture(scope="module")
def cases(fresh):
    """What each block about a case says, pasted after those that make a merchant and an order."""
    return said_by([*blocks("bash")[:2], *blocks("sh"), "kill $HOOK"], fresh)[2:-1]


def said_by(each, address):
    script = "\n".join(f"{block}\necho '=== end'" for block in each)
    script = script.replace("127.0.0.1:8001", address.removeprefix("http://"))
    for place in ('"127.0.0.1", 9000', "127.0.0.1:9000"):
        assert place in script
    script = script.replace("9000", str(free_port()))
    needed("curl")
    result = subprocess.run([needed("bash"), "-ec", script], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.split("=== end\n")[:-1]


def webhooks(said):
    return re.findall(r"WEBHOOK (.*)", said)


def test_each_block_has_an_effect_that_one_sees(pasted):
    assert [said for said in pasted if not said.strip()] == []


def test_the_first_blocks_lead_to_a_paid_session_and_its_webhooks(pasted):
    account, order, paid = pasted[:3]

    assert '"webhook_url":"http://127.0.0.1:' in account
    assert "/checkout/ps-" in order
    assert sorted(webhooks(paid)) == PAID
    assert '"status":"COMPLETED"' in paid


def test_the_dashboard_shows_what_the_first_blocks_did(pasted, fresh):
    story = re.search(r"Its story: (\S+)", pasted[2])[1]

    assert "order-1" in requests.get(fresh, timeout=30).text
    assert "payment_session.completed" in requests.get(story, timeout=30).text


def test_the_late_webhook_comes_with_the_clock(pasted):
    before, after = pasted[3].split("Paid, and no webhook yet.")

    assert (webhooks(before), sorted(webhooks(after))) == ([], PAID)


def test_the_others_come_twice_and_forged(pasted):
    doubled, forged = pasted[4:6]

    assert sorted(webhooks(doubled)) == sorted(PAID * 4)
    assert {said.partition(" ")[2] for said in webhooks(forged)} == {"refused: forged"}
    assert '"position":"on_time"' in pasted[6]


def test_late_money_and_a_second_payment_leave_the_session_as_it_ended(cases):
    for said, status in zip(cases[:2], ("EXPIRED", "CANCELED"), strict=True):
        assert f'"status":"{status}"' in said
        assert "pr-" in said and "py-" not in said


def test_a_refund_is_taken_and_fails(cases):
    asked, found = re.findall(r'"status":"(\w+)"', cases[2])

    assert (asked, found) == ("PENDING", "FAILED")


def test_money_that_was_reserved_is_captured_in_part(cases):
    assert re.findall(r'"capture_amount":(\d+)', cases[3]) == ["75000"]


def test_every_call_of_the_api_says_that_it_sends_json():
    calls = re.findall(r"curl [^\n]*\$API/(?:sessions|refunds|v3)\S* [^|]*-d ", TEXT)

    assert calls
    assert all("-H 'content-type: application/json'" in call for call in calls)


def test_powershell_is_told_the_same_routes_key_and_token():
    bash, powershell = "".join(blocks("bash")), "".join(blocks("powershell"))

    assert set(ROUTE.findall(bash)) == set(ROUTE.findall(powershell))
    for text in ("xnd_development_sandbox_secret_key", "xnd_development_sandbox_webhook_token"):
        assert text in bash and text in powershell


def test_the_lines_for_node_print_a_link_that_can_be_paid(fresh, tmp_path):
    (block,) = blocks("js")
    (tmp_path / "order.mjs").write_text(block, encoding="utf-8")
    settings = {"XENDIT_API_URL": fresh, "XENDIT_SECRET_KEY": DEFAULT_SECRET_KEY}

    result = subprocess.run(
        [needed("node"), "order.mjs"],
        cwd=tmp_path,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert result.returncode == 0, result.stderr
    assert requests.get(result.stdout.strip(), timeout=30).status_code == 200


def test_everything_that_can_be_set_is_documented():
    for name in (*POSITIONS, *faults.KINDS, *faults.OPERATIONS):
        assert f"`{name}`" in TEXT, name


def test_every_module_is_on_the_map():
    rooms = re.search(r"^__main__.py .*?(?=^```)", TEXT, re.DOTALL | re.MULTILINE)[0]
    # A line that begins with spaces goes on with the room before it.
    lines = re.findall(r"^(\w+/)?(.*(?:\n .*)*)", rooms, re.MULTILINE)
    named = {room: set(re.findall(r"\w+", " ".join(text for of, text in lines if of == room))) for room, _ in lines}

    for path in README.parent.rglob("*.py"):
        room = "" if path.parent == README.parent else f"{path.parent.name}/"
        assert path.stem in named[room] or path.stem == "__init__", path


def test_every_route_of_the_control_api_is_documented():
    rules = create_app(Settings(), Database()).url_map.iter_rules()
    control = [rule.rule for rule in rules if rule.rule.startswith("/_control/")]

    for rule in control:
        path = re.sub("<.*?>", "{id}", rule.replace("<name>", "{name}"))
        assert f"{path}`" in TEXT, path
    assert control
