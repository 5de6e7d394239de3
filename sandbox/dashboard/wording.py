"""What the dashboard calls states, dials and faults, in words that need no manual."""

from ..memory.delivery_states import DeliveryState
from ..trouble import faults
from ..webhooks.plans import POSITIONS, Dial, Position

STATES = {
    DeliveryState.WAITING: "Waiting",
    DeliveryState.SENDING: "On its way",
    DeliveryState.DELIVERED: "Delivered",
    DeliveryState.GIVEN_UP: "Given up",
    DeliveryState.NOT_SENT: "No webhook URL",
    DeliveryState.NOT_TOLD: "Held back",
}
OPERATIONS = {faults.ANY: "Any call"} | {name: operation.words for name, operation in faults.OPERATIONS.items()}
FAULTS = {name: kind.words for name, kind in faults.KINDS.items()}


def of_state(state: str) -> str:
    """A delivery's state; nothing for what has no words of its own."""
    return STATES.get(state, "")


def of_dial(dial: Dial) -> str:
    """late by 60 seconds"""
    before, after = POSITIONS[dial.position].words
    return " ".join(filter(None, (before, str(dial.number) if dial.number else "", after)))


def positions(dial: Dial, *, of_session: bool) -> dict[str, list[dict]]:
    """Heading → the positions under it, in the form of what a template shows; those on top have no heading."""
    groups: dict[str, list[dict]] = {}
    for position in POSITIONS.values():
        if not (of_session and position.is_for_accounts_only):
            groups.setdefault(position.group, []).append(_choice(position, dial))
    return groups


def _choice(position: Position, dial: Dial) -> dict:
    """What is needed to choose it; the number is what is set, or what is usual, or None."""
    before, after = position.words
    is_set = dial.position == position.name
    number = dial.number if is_set else position.numbers and position.numbers.usual
    return {
        "name": position.name,
        "before": before,
        "after": after,
        "number": number if position.numbers else None,
    }


def with_words(fault: dict) -> dict:
    """A fault that waits, with the words for its call, for what happens to it, and for its details."""
    return fault | {
        "call": OPERATIONS[fault["operation"]],
        "words": FAULTS[fault["kind"]],
        "details": _details(fault),
    }


def _details(fault: dict) -> str:
    """The settings of a fault that matter for its kind."""
    asks = faults.KINDS[fault["kind"]].asks
    if "milliseconds" in asks:
        return f"{fault['milliseconds']} ms"
    if "status" in asks:
        return f"{fault['status']} {fault['error_code']}"
    return f"says {fault['value']}" if "value" in asks and fault["value"] is not None else ""
