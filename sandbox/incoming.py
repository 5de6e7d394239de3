"""What comes in over a connection, within the time that its sender has.

A request has so many seconds as a whole, however few bytes come at a time. It is real time on any clock: the
other end lives in it.
"""

import io
import socket

from .clock import RealTime

IDLE_SECONDS = 30


class Incoming(io.RawIOBase):
    """What a caller sends, as long as he keeps to his time; then TimeoutError."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._monotonic = RealTime().monotonic

    def allow(self, seconds: float, pause: float = IDLE_SECONDS) -> None:
        """From now on so many seconds for all that is read, and so long a pause within it."""
        self._end = self._monotonic() + seconds
        self._pause = pause

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(left, self._pause))
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(IDLE_SECONDS)  # What is written has its own.
