"""Host names in one spelling each, so that they are compared as host names and never as text."""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
LOCAL_NAME = "localhost"


class Origin(NamedTuple):
    """Where an address leads, its path aside: equal for every way to write the same."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == PORTS[self.scheme]
        return f"{self.scheme}://{host}" if is_usual else f"{self.scheme}://{host}:{self.port}"


def origin(url: str) -> Origin | None:
    """None if it is no web address."""
    try:
        parts = urlsplit(url)
        host, port = name(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not host or parts.username is not None:
        return None
    return Origin(parts.scheme, host, PORTS[parts.scheme] if port is None else port)


def name(host: str) -> str:
    """One spelling of a host: lower case, no dot at the end, IDN in ASCII, addresses in short; empty if it is none."""
    host = host.lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _ascii(host)
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_loopback(host: str) -> bool:
    """Whether a host is this same machine, by any of its names."""
    host = name(host)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == LOCAL_NAME or host.endswith(f".{LOCAL_NAME}")


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return ""
