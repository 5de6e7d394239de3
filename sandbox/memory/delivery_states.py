"""Where a delivery of a webhook stands, and the moves between the states."""

from collections.abc import Mapping
from enum import StrEnum


class DeliveryState(StrEnum):
    WAITING = "WAITING"
    SENDING = "SENDING"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"
    NOT_SENT = "NOT_SENT"  # the account has no webhook URL
    NOT_TOLD = "NOT_TOLD"  # the dial holds it back


# Whatever became of a delivery, a try by hand that is taken makes it delivered; and nothing leaves that.
MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.WAITING: frozenset({DeliveryState.SENDING, DeliveryState.DELIVERED}),
    DeliveryState.SENDING: frozenset(
        {DeliveryState.WAITING, DeliveryState.DELIVERED, DeliveryState.GIVEN_UP, DeliveryState.NOT_SENT}
    ),
    DeliveryState.GIVEN_UP: frozenset({DeliveryState.DELIVERED}),
    DeliveryState.NOT_SENT: frozenset({DeliveryState.DELIVERED}),
    DeliveryState.NOT_TOLD: frozenset({DeliveryState.DELIVERED}),
}


def leading_to(state: DeliveryState) -> list[DeliveryState]:
    """The states from which a delivery may move to this one."""
    return [each for each, following in MOVES.items() if state in following]
