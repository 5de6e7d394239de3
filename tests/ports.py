"""Ports for the programs that tests start."""

import random
import socket
from contextlib import suppress

# Systems take the ports of outgoing connections from above these: one of them could get it before the program does.
OWN_PORTS = range(10_000, 32_000)


def free_port() -> int:
    while True:
        port = random.choice(OWN_PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
