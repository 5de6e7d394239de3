"""The commands of `sandbox/README.md`, run as they stand there. Only the ports are other ones."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox import create_app
from sandbox.memory.database import Database
from sandbox.settings import Settings
from sandbox.trouble import faults
from sandbox.webhooks.plans import POSITIONS

from ..ports import free_port
from .conftest import start

README = Path(__file__).parents[2] / "sandbox" / "README.md"
BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)


@pytest.fixture
def fresh():
    process, address = start()
    yield address
    process.terminate()
    process.communicate(timeout=30)


def run(commands, address):
    port = address.rpartition(":")[2]
    script = commands.replace("127.0.0.1:8001", f"127.0.0.1:{port}")
    for place in ('"127.0.0.1", 9000', "127.0.0.1:9000"):
        assert place in script
    script = script.replace("9000", str(free_port()))
    return subprocess.run(["bash", "-ec", script], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is missing")
def test_the_commands_lead_to_a_paid_session_a_webhook_and_each_way_to_disturb_it(fresh):
    result = run("\n".join(BLOCK.findall(README.read_text(encoding="utf-8"))), fresh)

    assert result.returncode == 0, result.stderr
    assert '"status":"COMPLETED"' in result.stdout
    assert {"payment.capture", "payment_session.completed"} == set(
        re.findall(r'WEBHOOK \w{8} {"event": "([a-z_.]+)"', result.stdout)
    )
    assert result.stdout.count('"state":"DELIVERED"') == 2
    assert re.findall(r'{"position":"(\w+)"', result.stdout) == [
        "late",
        "repeat",
        "at_once",
        "forged_token",
        "on_time",
    ]


def test_everything_that_can_be_set_is_documented():
    text = README.read_text(encoding="utf-8")

    for name in (*POSITIONS, *faults.KINDS, *faults.OPERATIONS):
        assert f"`{name}`" in text, name


def test_every_module_is_on_the_map():
    rooms = re.search(r"^__main__.py .*?(?=^```)", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)[0]
    # A line that begins with spaces goes on with the room before it.
    lines = re.findall(r"^(\w+/)?(.*(?:\n .*)*)", rooms, re.MULTILINE)
    named = {room: set(re.findall(r"\w+", " ".join(text for of, text in lines if of == room))) for room, _ in lines}

    for path in README.parent.rglob("*.py"):
        room = "" if path.parent == README.parent else f"{path.parent.name}/"
        assert path.stem in named[room] or path.stem == "__init__", path


def test_every_route_of_the_control_api_is_documented():
    text = README.read_text(encoding="utf-8")
    rules = create_app(Settings(), Database()).url_map.iter_rules()
    control = [rule.rule for rule in rules if rule.rule.startswith("/_control/")]

    for rule in control:
        path = re.sub("<.*?>", "{id}", rule.replace("<name>", "{name}"))
        assert f"{path}`" in text, path
    assert control
