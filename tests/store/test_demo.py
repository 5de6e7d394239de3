"""Whether a port is free, before the demo starts anything on it."""

import errno
import os
import socket

import pytest

from store.demo import port_problem, refusal

from ..ports import free_port


def just_left_port() -> int:
    """A port whose program has just ended a connection and itself: only the option opens it again at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            server.accept()[0].close()
            assert visitor.recv(1) == b""
    return port


@pytest.mark.skipif(os.name == "nt", reason="There the option means something else.")
@pytest.mark.parametrize(("system", "in_use"), [("posix", False), ("nt", True)])
def test_on_windows_a_port_is_tried_without_the_option_that_lets_every_bind_succeed(system: str, in_use: bool):
    port = just_left_port()

    assert bool(refusal(port, system)) == in_use


@pytest.mark.parametrize("system", ["posix", "nt"])
def test_a_free_port_is_not_in_use_and_a_taken_one_is(system: str):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        error = refusal(port, system)

    assert port_problem("PORT", port, error) == (
        f"Port {port} is in use; set PORT to another one, for example PORT={port + 10} make run."
    )
    assert refusal(free_port(), system) is None


@pytest.mark.parametrize(
    ("port", "number", "sentence"),
    [
        (80, errno.EACCES, "Port 80 may not be opened by this user; set PORT to another one, for example PORT=8080"),
        (443, errno.EPERM, "Port 443 may not be opened by this user; set PORT to another one, for example PORT=8443"),
        (65535, errno.EADDRINUSE, "Port 65535 is in use; set PORT to another one, for example PORT=65525"),
        (65525, errno.EADDRINUSE, "Port 65525 is in use; set PORT to another one, for example PORT=65535"),
        (8000, errno.EADDRNOTAVAIL, f"Port 8000 cannot be opened ({os.strerror(errno.EADDRNOTAVAIL)}); set PORT"),
    ],
)
def test_a_port_is_refused_for_the_reason_that_it_has(port: int, number: int, sentence: str):
    assert port_problem("PORT", port, OSError(number, os.strerror(number))).startswith(sentence)
