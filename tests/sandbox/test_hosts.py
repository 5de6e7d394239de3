"""Host names are compared as host names: each way to write the same is the same, and nothing else is."""

import pytest

from sandbox.hosts import is_loopback, origin

SAME = [
    ("http://localhost:8001", "HTTP://LOCALHOST.:8001/path?query"),
    ("https://sandbox.example", "https://Sandbox.Example:443/"),
    ("http://sandbox.example:80", "http://sandbox.example"),
    ("https://bücher.example", "https://xn--bcher-kva.example"),
    ("http://[::1]:8001", "http://[0:0:0:0:0:0:0:1]:8001"),
    ("http://127.0.0.1:8001", "http://[::ffff:127.0.0.1]:8001"),
]
OTHERS = [
    ("http://localhost:8001", "http://localhost:8000"),
    ("http://localhost", "https://localhost"),
    ("http://localhost", "http://localhost.example"),
    ("http://127.0.0.1", "http://127.0.0.2"),
    ("http://localhost:0", "http://localhost"),
]
NO_ADDRESS = [
    "",
    "null",
    "localhost:8001",
    "ftp://localhost",
    "http://",
    "http://[::1",
    "http://a:b",
    "http://me@localhost",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_address_written_in_two_ways_is_one(one, other):
    assert origin(one) == origin(other) is not None


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_addresses_are_two(one, other):
    assert origin(one) != origin(other)


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_what_leads_nowhere_is_no_origin(url):
    assert origin(url) is None


@pytest.mark.parametrize("url", ["http://localhost:8001", "https://sandbox.example", "http://[::1]:8001"])
def test_an_origin_is_written_as_browsers_write_it(url):
    assert str(origin(url)) == url


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "localhost.", "shop.localhost", "127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"],
)
def test_each_name_of_this_machine_is_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "example", "localhost.example", "notlocalhost", "127.0.0.1.example", "192.168.1.1", "::2"]
)
def test_no_other_name_is_taken_for_this_machine(host):
    assert not is_loopback(host)
