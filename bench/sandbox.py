"""How fast the sandbox is on this machine: `python -m bench.sandbox`.

Load, sandbox and receiver of webhooks are processes of their own. "Paced" clients leave a pause between
calls, as shops do; "without a pause" shows the limit of the machine, load script included.
"""

import base64
import http.client
import json
import multiprocessing
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from statistics import median, quantiles
from typing import Any, TextIO
from urllib.parse import SplitResult, urlsplit

CLIENTS = 8
SESSIONS = 10_000
CALLS = 250  # of each client, in each round
PAUSE_SECONDS = 0.04
WEBHOOKS = 2000
WEBHOOKS_A_SECOND = 200
KEY = "xnd_development_bench"
HEADERS = {
    "authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode(),
    "content-type": "application/json",
}
REQUEST = json.dumps(
    {
        "reference_id": "bench",
        "session_type": "PAY",
        "mode": "PAYMENT_LINK",
        "amount": 150000,
        "currency": "IDR",
        "country": "ID",
        "success_return_url": "https://shop.example/complete",
        "cancel_return_url": "https://shop.example/cancel",
    }
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
SESSION_ID = re.compile(rb'"payment_session_id": "(ps-[0-9a-f]{24})"')
# One call to the sandbox: method, path and body in, the JSON of the answer out.
Call = Callable[..., dict]


def main() -> None:
    port, arrivals = multiprocessing.Value("i", 0), multiprocessing.Queue()
    receiver = multiprocessing.Process(target=_receive, args=(port, arrivals), daemon=True)
    receiver.start()
    while not port.value:
        time.sleep(0.01)
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--secret-key", KEY]
    command += ["--webhook-url", f"http://127.0.0.1:{port.value}/"]
    sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    address = urlsplit(sandbox.stdout.readline().split()[-1])
    threading.Thread(target=_read_to_the_end, args=(sandbox.stdout,), daemon=True).start()
    try:
        _measure(address, arrivals)
    finally:
        sandbox.terminate()
        receiver.terminate()


def _read_to_the_end(output: TextIO) -> None:
    """A process whose output nobody reads stops as soon as the pipe is full."""
    for _ in output:
        pass


def _measure(address: SplitResult, arrivals: Queue) -> None:
    sessions = _flat(_all_clients(address, _fill))
    print(f"{len(sessions)} sessions in memory, {CLIENTS} clients at once; milliseconds: median, 95th, 99th")
    for name, pause in (("paced", PAUSE_SECONDS), ("without a pause", 0)):
        _report(f"create, {name}", _all_clients(address, partial(_time_creates, pause)))
        _report(f"read, {name}", _all_clients(address, partial(_time_reads, sessions, pause)))
    _webhooks(address, sessions[:WEBHOOKS], arrivals)


def _webhooks(address: SplitResult, sessions: list[str], arrivals: Queue) -> None:
    """Expire sessions at the wanted pace, one webhook each, and see how long each is on its way."""
    asked = {}
    share = len(sessions) // CLIENTS

    def expire(call: Call, client: int) -> None:
        started = time.monotonic()
        for position, session_id in enumerate(sessions[client * share : (client + 1) * share]):
            time.sleep(max(0, started + position * CLIENTS / WEBHOOKS_A_SECOND - time.monotonic()))
            asked[session_id] = time.time()
            call("POST", f"/_control/sessions/{session_id}/expire")

    started = time.monotonic()
    _all_clients(address, expire)
    seconds = time.monotonic() - started
    came = dict(arrivals.get(timeout=10) for _ in asked)
    print(f"{len(came)} webhooks announced in {seconds:.1f} s: {len(came) / seconds:.0f} a second")
    _report("from the call that causes it to its arrival", [[came[name] - at for name, at in asked.items()]])


def _all_clients(address: SplitResult, work: Callable[[Call, int], Any]) -> list:
    """What `work(call, number)` gives for each client, all at the same time, each on a connection of its own."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        works = [clients.submit(work, _caller(address), number) for number in range(CLIENTS)]
        return [each.result() for each in works]


def _caller(address: SplitResult) -> Call:
    line = http.client.HTTPConnection(address.hostname, address.port)

    def call(method: str, path: str, body: str | None = None) -> dict:
        line.request(method, path, body, HEADERS)
        answer = line.getresponse()
        content = answer.read()
        assert answer.status < 300, content
        return json.loads(content)

    return call


def _fill(call: Call, _: int) -> list[str]:
    return [_create(call) for _ in range(SESSIONS // CLIENTS)]


def _time_creates(pause: float, call: Call, _: int) -> list[float]:
    return _timed(pause, partial(_create, call))


def _time_reads(sessions: list[str], pause: float, call: Call, _: int) -> list[float]:
    return _timed(pause, lambda: call("GET", f"/sessions/{random.choice(sessions)}"))


def _create(call: Call) -> str:
    return call("POST", "/sessions", REQUEST)["payment_session_id"]


def _timed(pause: float, act: Callable[[], Any]) -> list[float]:
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
        time.sleep(pause)
    return times


def _report(name: str, times: list[list[float]]) -> None:
    milliseconds = [1000 * seconds for seconds in _flat(times)]
    hundredths = quantiles(milliseconds, n=100)
    print(f"  {name}: {median(milliseconds):.1f}, {hundredths[94]:.1f}, {hundredths[98]:.1f}")


def _flat(lists: list[list]) -> list:
    return [entry for part in lists for entry in part]


def _receive(port: Synchronized, arrivals: Queue) -> None:
    """Take webhooks as fast as can be; tell each session's id and the time of arrival."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port.value = listener.getsockname()[1]
    while True:
        line, _ = listener.accept()
        content = b""
        while not (found := SESSION_ID.search(content)):
            content += line.recv(65536)
        line.sendall(ANSWER)
        line.close()
        arrivals.put((found[1].decode(), time.time()))


if __name__ == "__main__":
    main()
