"""The one source of chance: secrets, numbers of orders, and the spread of waits.

It cannot be guessed, because the machine's own randomness is behind it, unless another source, with
a seed, is put in its place with `using`. That holds in the context it is called in and nowhere else.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random, SystemRandom

_source: ContextVar[Random] = ContextVar("chance", default=SystemRandom())  # noqa: B039 (it has no state)


@contextmanager
def using(source: Random) -> Iterator[None]:
    """Let the block take its chances from another source."""
    before = _source.set(source)
    try:
        yield
    finally:
        _source.reset(before)


def token(size: int) -> str:
    """Return `size` random bytes as text that may stand in a URL."""
    return urlsafe_b64encode(_source.get().randbytes(size)).rstrip(b"=").decode()


def word(letters: str, length: int) -> str:
    """Return a word of as many of these letters."""
    return "".join(_source.get().choice(letters) for _ in range(length))


def between(low: float, high: float) -> float:
    """Return a number between the two."""
    return _source.get().uniform(low, high)
