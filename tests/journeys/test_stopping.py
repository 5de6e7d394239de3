"""However the demo is ended, all of it ends: nothing keeps its ports."""

import os
import signal
import socket
from collections.abc import Iterator

import pytest

from ..processes import Process
from ..waiting import wait_until
from .demo import Demo


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.alone
def test_term_stops_everything_that_the_demo_started(demo: Demo):
    demo.start()
    wait_until(lambda: "looking after orders" in demo.process.output())

    demo.process.stop()

    wait_until(lambda: all(map(is_free, demo.ports.values())) and not demo.survivors())
    assert "SIGKILL" not in demo.process.output()


@pytest.fixture
def hangup_counts() -> Iterator[None]:
    """Under `nohup`, which the suite may run under, every program that it starts would be deaf to a hangup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hangup_counts")
@pytest.mark.parametrize("way", ["hangup", "closed pipe"])
def test_a_terminal_that_is_closed_stops_everything_that_the_demo_started(demo: Demo, way: str):
    reader, writer = os.pipe()
    with open(reader, "rb"):
        demo.process = Process(["app"], demo.environment, demo.folder / "demo.log", folder=demo.clone, output=writer)
        demo.process.wait_until_it_answers(f"{demo.url}/healthz")
        if way == "hangup":
            os.kill(demo.process.pid, signal.SIGHUP)
            wait_until(lambda: not demo.survivors(), within=60)
    if way == "closed pipe":
        # What the shop says of it finds no reader any more.
        demo.send_webhook({}, token=None)

    wait_until(lambda: not demo.survivors(), within=60)
    assert "Traceback" not in demo.process.output()
