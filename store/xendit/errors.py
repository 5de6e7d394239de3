"""What can go wrong between the shop and Xendit.

XenditError
├── ProviderRefused         a definite 4xx: the call did nothing
└── ProviderUnavailable     no answer, or none to rely on: the call may have worked
    ├── NotSent             Xendit cannot be reached, as calls before have shown: this one was not made
    │   └── NoSlot          nor was this one, as too many calls were under way
    ├── RateLimited         429: the call did nothing, and later it may work
    ├── ChannelUnavailable  503: the bank or wallet behind Xendit does not work just now
    └── UntrustedAnswer     a good status with a body that is not what was asked for
"""


class XenditError(Exception):
    """Any failure of a call to Xendit. Its text is safe to log: no key, no link, no buyer."""

    did_nothing = False  # certainly nothing, so that the same may be asked for again
    is_answer = False  # of Xendit's own, so that it can be reached


class ProviderRefused(XenditError):
    """Xendit answered that it did not do it. `code` is its error_code, if it sent one."""

    did_nothing = True
    is_answer = True

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"HTTP {status} {code}".strip())
        self.status = status
        self.code = code

    @property
    def is_unknown(self) -> bool:
        """Tell whether Xendit knows nothing under this id, whatever it calls that (CONTRACT 9.7)."""
        return self.status == 404

    @property
    def is_passing(self) -> bool:
        """Tell whether a refused look or cancel says only where the session stands (CONTRACT 1.5)."""
        return self.status in (404, 409, 422)

    @property
    def calls_for_another(self) -> bool:
        """Tell whether the same with fresh references, and an end by Xendit's own clock, may do (CONTRACT 1.4).

        A reference may have been used before; and only the answer to a call tells what time it is at Xendit.
        """
        return self.status == 409 or self.code == "INVALID_EXPIRY_DATE"

    @property
    def may_work_later(self) -> bool:
        """Tell whether the same refund may be taken later, as it is: one pending blocks the next (CONTRACT 6.3)."""
        return self.code in ("REFUND_IN_PROGRESS", "TEMPORARILY_UNAVAILABLE")

    @property
    def is_repeat(self) -> bool:
        """Tell whether a refund's key was used before, so that there may be one: look it up (CONTRACT 6.4)."""
        return self.status == 409


class ProviderUnavailable(XenditError):
    """Nobody knows whether the call worked: time-out, broken connection, 5xx."""


class NotSent(ProviderUnavailable):
    """So many calls failed that none is made for a while. This one did nothing."""

    did_nothing = True
    why = "not sent, as Xendit cannot be reached"

    def __init__(self) -> None:
        super().__init__(self.why)


class NoSlot(NotSent):
    """Of the calls that this process makes at once, none came to its end in time. This one did nothing."""

    why = "not sent, as too many calls are under way"


class RateLimited(ProviderUnavailable):
    """Too many calls in this minute (CONTRACT 1.2). The call did nothing."""

    did_nothing = True
    is_answer = True

    def __init__(self) -> None:
        super().__init__("HTTP 429")


class ChannelUnavailable(ProviderUnavailable):
    """Xendit works, but what stands behind it does not (CONTRACT 6.3)."""

    is_answer = True

    def __init__(self, code: str) -> None:
        super().__init__(f"HTTP 503 {code}")


class UntrustedAnswer(ProviderUnavailable):
    """The call may have worked, but its answer is no record, or not the one that was asked for."""
