"""What can go wrong between the shop and Xendit.

XenditError
├── ProviderRefused      a definite 4xx: the call did nothing
└── ProviderUnavailable  no answer, or none to rely on: the call may have worked
    └── UntrustedAnswer  a good status with a body that is not what was asked for
"""


class XenditError(Exception):
    """Any failure of a call to Xendit. Its text is safe to log: no key, no link, no buyer."""


class ProviderRefused(XenditError):
    """Xendit answered that it did not do it. `code` is its error_code, if it sent one."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"HTTP {status} {code}".strip())
        self.status = status
        self.code = code

    @property
    def is_unknown(self) -> bool:
        """Tell whether Xendit knows nothing under this id, whatever it calls that (CONTRACT 9.7)."""
        return self.status == 404

    @property
    def is_duplicate(self) -> bool:
        """Tell whether a reference in the request was used before, so that a fresh one may do (CONTRACT 1.4)."""
        return self.status == 409


class ProviderUnavailable(XenditError):
    """Nobody knows whether the call worked: time-out, broken connection, 5xx."""


class UntrustedAnswer(ProviderUnavailable):
    """The call may have worked, but its answer is no session, or not the one that was asked for."""
