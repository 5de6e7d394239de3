"""Which host an address names. Hosts are compared here, and never as text.

`HTTPS://Shop.Example.:443` and `https://shop.example` are one origin: case, a dot at the end, the scheme's own port,
letters outside ASCII and the spelling of IPv6 make no difference. Nothing here raises, whatever it is given.
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

import idna

OWN_PORTS = {"http": 80, "https": 443}
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
LONGEST_NAME = 253
# A host, in brackets if it is IPv6, and perhaps a port; no name and password of a user.
AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(?::([0-9]{0,5}))?")
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


class Origin(NamedTuple):
    """Scheme, host and port of an address in their one spelling; its text is the address without a path."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """The host as it stands in an address and in a Host header, with the port unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == OWN_PORTS[self.scheme] else f"{host}:{self.port}"

    def names(self) -> list["Origin"]:
        """Return this origin, with the other names of this machine after it if it is on this machine."""
        others = THIS_MACHINE if is_loopback(self.host) else ()
        return [self, *(self._replace(host=name) for name in others if name != self.host)]


def origin(url: str) -> Origin | None:
    """Return the origin of an http or https address, or None for anything else, one with a user in it too."""
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = AUTHORITY.fullmatch(parts.netloc)
    host = host_name(found[1]) if found else None
    if not found or host is None or parts.scheme not in OWN_PORTS:
        return None
    port = int(found[2] or OWN_PORTS[parts.scheme])
    return Origin(parts.scheme, host, port) if 0 < port < 65536 else None


def bare_origin(url: str) -> Origin | None:
    """Return the origin of an address with nothing after its host and port, not even a slash; else None."""
    found = origin(url)
    return found if found and url.partition("://")[2] == urlsplit(url).netloc else None


def host_name(text: str) -> str | None:
    """Return a host (no port) in its one spelling: lower case, ASCII, IPv6 short and without brackets; else None."""
    if len(text) > LONGEST_NAME:
        return None
    if ":" in text:
        return _ip_address(text[1:-1] if text.startswith("[") and text.endswith("]") else text)
    name = _in_ascii(text).lower().removesuffix(".")
    if len(name) > LONGEST_NAME or not all(map(LABEL.fullmatch, name.split("."))):
        return None
    # Browsers take a name whose last part is a number for an IPv4 address.
    return _ip_address(name) if name.rpartition(".")[2].isdigit() else name


def is_loopback(host: str) -> bool:
    """Tell whether a host, as `host_name` or `origin` gave it, is one of the names of this machine."""
    return host in THIS_MACHINE


def _in_ascii(text: str) -> str:
    """The name as browsers put it on the line (UTS 46), or nothing if it cannot be put so."""
    if text.isascii():
        return text
    try:
        return idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _ip_address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A zone (`%eth0`) has a meaning on one machine only, and no browser takes one in an address.
    return None if "%" in text else str(address)
