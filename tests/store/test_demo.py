"""Whether a port is free, before the demo starts anything on it."""

import os
import socket

import pytest

from store.demo import is_in_use

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

    assert is_in_use(port, system) == in_use


@pytest.mark.parametrize("system", ["posix", "nt"])
def test_a_free_port_is_not_in_use_and_a_taken_one_is(system: str):
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = is_in_use(server.getsockname()[1], system)

    assert taken
    assert not is_in_use(free_port(), system)
