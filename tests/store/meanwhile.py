"""Xendit, on whose answer a caller waits while something else happens."""

from collections.abc import Callable
from typing import Any

from store.xendit import Client


class Meanwhile:
    """Makes all calls as a client does; before the answer to one kind of them is heard, something else happens.

    What that raises is raised in place of the answer.
    """

    def __init__(self, provider: Client, happens: Callable[[], Any], call: str = "get_session"):
        self._provider = provider
        self._happens = happens
        self._call = call

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._provider, name)
        return self._waiting(call) if name == self._call else call

    def _waiting(self, call: Callable) -> Callable:
        def waits(*arguments: Any) -> Any:
            try:
                return call(*arguments)
            finally:
                self._happens()

        return waits
