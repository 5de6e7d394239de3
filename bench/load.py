"""Many clients at once, in a process of their own: `run` starts it, and `python -m bench.load` is it.

It gets whole HTTP requests, so that while the clock runs nothing is left to do but to send them. Each goes over a
connection of its own, as those of different browsers do, and each client sends its next one after an answer.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# No request is waited for longer, and none is sent after that.
ANSWERED_WITHIN = 30.0
RUN_WITHIN = 6.0


class Answer(NamedTuple):
    """Status 0: the connection was refused, cut, or silent for too long."""

    seconds: float
    status: int
    read: str  # the header that was asked for, a line for each that the answer had


class Answers(NamedTuple):
    """What came of all requests, in `seconds` from the first to the last."""

    all: list[Answer]
    seconds: float

    @property
    def a_second(self) -> float:
        return len(self.all) / self.seconds

    @property
    def p50(self) -> float:
        """In milliseconds, as the others."""
        return 1000 * median(each.seconds for each in self.all)

    @property
    def p95(self) -> float:
        return self._hundredth(95)

    @property
    def p99(self) -> float:
        return self._hundredth(99)

    @property
    def errors(self) -> int:
        """How many were answered with 5xx, or not at all."""
        return sum(each.status == 0 or each.status >= 500 for each in self.all)

    def count(self, status: int) -> int:
        return sum(each.status == status for each in self.all)

    def _hundredth(self, number: int) -> float:
        times = [1000 * each.seconds for each in self.all]
        return quantiles(times, n=100, method="inclusive")[number - 1] if len(times) > 1 else times[0]


def request(method: str, port: int, path: str, body: str = "", **headers: str) -> str:
    """Return an HTTP request as it is sent; `_` in the names of headers stands for `-`."""
    told = {"Host": f"127.0.0.1:{port}", "Connection": "close", **headers}
    if method == "POST":
        told["Content-Length"] = str(len(body.encode()))
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", body])


def run(port: int, requests: list[str], clients: int, seconds: float = RUN_WITHIN, reads: str = "location") -> Answers:
    """Send these requests by so many clients, and none any more once so many seconds are over.

    Of each answer the header that is named in `reads` is kept.
    """
    job = json.dumps({"port": port, "requests": requests, "clients": clients, "seconds": seconds, "reads": reads})
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=job, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    came = json.loads(done.stdout)
    return Answers([Answer(*each) for each in came["answers"]], came["seconds"])


def _main() -> None:
    job = json.load(sys.stdin)
    clients, port = job["clients"], job["port"]
    ready = [each.encode() for each in job["requests"]]
    gate, answers = threading.Barrier(clients + 1), [[] for _ in range(clients)]
    ends = time.monotonic() + job["seconds"]

    def client(number: int) -> None:
        gate.wait()
        for each in ready[number::clients]:
            if time.monotonic() > ends:
                break
            answers[number].append(_answer(port, each, job["reads"]))

    threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    gate.wait()
    started = time.monotonic()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    json.dump({"answers": [each for part in answers for each in part], "seconds": seconds}, sys.stdout)


def _answer(port: int, content: bytes, reads: str) -> Answer:
    started, came = time.monotonic(), b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWERED_WITHIN) as line:
            line.sendall(content)
            while part := line.recv(65536):
                came += part
    except OSError:
        came = b""
    seconds = time.monotonic() - started
    status, *headers = came.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    values = [each[len(reads) + 2 :] for each in headers if each.lower().startswith(f"{reads}: ")]
    read = "\n".join(values)
    return Answer(seconds, int(status[9:12] or 0), read)


if __name__ == "__main__":
    _main()
