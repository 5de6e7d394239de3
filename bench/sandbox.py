"""How fast the sandbox is on this machine: `python -m bench.sandbox`. Part of `make bench`; no test.

Load, sandbox and receiver of webhooks are processes of their own. "Paced" clients leave a pause between
calls, as shops do; "without a pause" shows the limit of the machine, load script included.
"""

import base64
import http.client
import json
import multiprocessing
import random
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from statistics import median, quantiles
from urllib.parse import urlsplit

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
        "expires_at": "2099-01-01T00:00:00Z",
        "success_return_url": "https://shop.example/complete",
        "cancel_return_url": "https://shop.example/cancel",
    }
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def main():
    port, arrivals = multiprocessing.Value("i", 0), multiprocessing.Queue()
    receiver = multiprocessing.Process(target=_receive, args=(port, arrivals), daemon=True)
    receiver.start()
    while not port.value:
        time.sleep(0.01)
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--secret-key", KEY]
    command += ["--webhook-url", f"http://127.0.0.1:{port.value}/"]
    sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    address = urlsplit(sandbox.stdout.readline().split()[-1])
    threading.Thread(target=lambda: [None for _ in sandbox.stdout], daemon=True).start()
    try:
        _measure(address, arrivals)
    finally:
        sandbox.terminate()
        receiver.terminate()


def _measure(address, arrivals):
    sessions = _flat(_all_clients(address, _fill))
    print(f"{len(sessions)} sessions in memory, {CLIENTS} clients at once; milliseconds: median, 95th, 99th")
    for name, pause in (("paced", PAUSE_SECONDS), ("without a pause", 0)):
        _report(f"create, {name}", _all_clients(address, partial(_time_creates, pause)))
        _report(f"read, {name}", _all_clients(address, partial(_time_reads, sessions, pause)))
    _webhooks(address, sessions[:WEBHOOKS], arrivals)


def _webhooks(address, sessions, arrivals):
    """Expire sessions at the wanted pace, one webhook each, and see how long each is on its way."""
    asked = {}
    share = len(sessions) // CLIENTS

    def expire(call, client):
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


def _all_clients(address, work):
    """What `work(call, number)` gives for each client, all at the same time."""
    results = [None] * CLIENTS

    def run(number):
        line = http.client.HTTPConnection(address.hostname, address.port)

        def call(method, path, body=None):
            line.request(method, path, body, HEADERS)
            answer = line.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return json.loads(content)

        results[number] = work(call, number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _fill(call, _):
    return [_create(call) for _ in range(SESSIONS // CLIENTS)]


def _time_creates(pause, call, _):
    return _timed(pause, partial(_create, call))


def _time_reads(sessions, pause, call, _):
    return _timed(pause, lambda: call("GET", f"/sessions/{random.choice(sessions)}"))


def _create(call):
    return call("POST", "/sessions", REQUEST)["payment_session_id"]


def _timed(pause, act):
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
        time.sleep(pause)
    return times


def _report(name, times):
    milliseconds = [1000 * seconds for seconds in _flat(times)]
    hundredths = quantiles(milliseconds, n=100)
    print(f"  {name}: {median(milliseconds):.1f}, {hundredths[94]:.1f}, {hundredths[98]:.1f}")


def _flat(lists):
    return [entry for part in lists for entry in part]


def _receive(port, arrivals):
    """Take webhooks as fast as can be; tell each session's id and the time of arrival."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port.value = listener.getsockname()[1]
    while True:
        line, _ = listener.accept()
        content = b""
        while b'"payment_session_id": "' not in content:
            content += line.recv(65536)
        line.sendall(ANSWER)
        line.close()
        start = content.index(b'"payment_session_id": "') + 23
        arrivals.put((content[start : start + 27].decode(), time.time()))


if __name__ == "__main__":
    main()
