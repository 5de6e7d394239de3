"""The shop under examination, as its two commands tell of it."""

import shlex
import subprocess
from typing import NamedTuple
from urllib.parse import urlsplit

WORDS = ("pending", "paid", "canceled", "attention")
SECONDS = 60.0
PLACE = "{name}"
QUOTED = 300


class Unexaminable(Exception):
    """A command, or the shop behind it, is in no state to be examined; says so in words."""


class NoLink(Unexaminable):
    """The shop gave no payment link."""


class Order(NamedTuple):
    """An order as the shop calls it, and the id of the session by which it is paid."""

    name: str
    session_id: str


def parts_of(command: str) -> list[str]:
    """The command as words; raises ValueError for one that is empty or has an open quote."""
    found = shlex.split(command)
    if not found:
        raise ValueError("it is empty")
    return found


class Shop:
    """What can be asked of a shop; `provider` is the address with which its payment links begin."""

    def __init__(self, buy: str, status: str, provider: str) -> None:
        self._buy, self._status, self._provider = parts_of(buy), parts_of(status), provider

    def buy(self, name: str | None = None) -> Order:
        """A fresh order, or the named one with another link. Raises NoLink, and Unexaminable where it is no answer."""
        said = self._run("--buy", self._buy if name is None else _about(self._buy, name), NoLink)
        words = said.split()
        if len(words) != 2:
            raise NoLink(f"--buy must print the payment link and a name for the order, but it printed {_quoted(said)}.")
        link, named = words
        path = urlsplit(link).path.strip("/").split("/")
        if not link.startswith(self._provider) or len(path) != 2:
            raise NoLink(f"--buy printed a link that is none of {self._provider}/…: {_quoted(link)}.")
        if name is not None and named != name:
            raise NoLink(f"--buy was asked for another link of {name}, but printed one of {named}.")
        return Order(named, path[1])

    def status(self, name: str) -> str:
        """One of WORDS. Raises Unexaminable."""
        said = self._run("--status", _about(self._status, name), Unexaminable).strip()
        if said not in WORDS:
            raise Unexaminable(f"--status must print one of {', '.join(WORDS)}, but it printed {_quoted(said)}.")
        return said

    def _run(self, option: str, command: list[str], failure: type[Unexaminable]) -> str:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Unexaminable(f"{option} did not end within {SECONDS:.0f} seconds.") from None
        except OSError as error:
            raise Unexaminable(f"{option} can't be run: {error}.") from None
        if done.returncode:
            told = done.stderr.decode(errors="replace").strip()
            raise failure(f"{option} ended with exit code {done.returncode}: {_quoted(told[-QUOTED:])}.")
        return done.stdout.decode(errors="replace")


def _about(command: list[str], name: str) -> list[str]:
    """The command with the name where {name} stands, or else as its last word."""
    if any(PLACE in word for word in command):
        return [word.replace(PLACE, name) for word in command]
    return [*command, name]


def _quoted(text: str) -> str:
    return f"“{text[:QUOTED]}”" if text.strip() else "nothing"
