"""What the dashboard calls the dial's positions, the faults and the states, in words that need no manual."""

from ..trouble import dials, faults

# Position → the words before and after its number; together with "Next webhooks" they make a sentence.
POSITIONS = {
    "on_time": ("on time", ""),
    "late": ("late by", "seconds"),
    "never": ("never", ""),
    "repeat": ("repeated,", "times in a row"),
    "at_once": ("at once,", "copies"),
    "forged_token": ("with a wrong token (forged)", ""),
    "before_answer": ("before POST /sessions is answered", ""),
    "before_redirect": ("before the buyer is sent back", ""),
    "swapped": ("in the wrong order", ""),
    "failure_after_success": ("a failure after the success", ""),
    "expired_after_paid": ("“expired” after paid", ""),
    "success_after_failure": ("a false success after a failure", ""),
    "wrong_amount": ("with another amount", ""),
    "wrong_currency": ("with another currency", ""),
    "unknown_reference": ("about an unknown order", ""),
    "odd_names": ("with the events’ other names", ""),
    "odd_ids": ("with ids under other names", ""),
    "odd_nulls": ("with null where nothing is", ""),
    "odd_extras": ("with unknown fields", ""),
    "odd_type": ("with an unusual type and status", ""),
    "odd_reference": ("with a suffix to the reference", ""),
    "odd_gaps": ("with fields missing", ""),
}
COMMON = ("on_time", "late", "never", "repeat", "at_once", "forged_token")
# The rest, under one heading each.
GROUPS = {
    "Too early": ("before_answer", "before_redirect"),
    "In a confusing order": (
        "swapped",
        "failure_after_success",
        "expired_after_paid",
        "success_after_failure",
    ),
    "With something wrong in them": ("wrong_amount", "wrong_currency", "unknown_reference"),
    "In odd but documented shapes": (
        "odd_names",
        "odd_ids",
        "odd_nulls",
        "odd_extras",
        "odd_type",
        "odd_reference",
        "odd_gaps",
    ),
}
OPERATIONS = {
    faults.ANY: "Any call",
    "create_session": "POST /sessions",
    "get_session": "GET /sessions/{id}",
    "cancel_session": "POST /sessions/{id}/cancel",
    "create_refund": "POST /refunds",
    "get_payment": "GET /v3/payments/{id}",
    "capture_payment": "POST /v3/payments/{id}/capture",
    "cancel_payment": "POST /v3/payments/{id}/cancel",
    "get_payment_request": "GET /v3/payment_requests/{id}",
    "simulate_payment": "POST /v3/payment_requests/{id}/simulate",
}
FAULTS = {
    "delay": "is answered late",
    "error": "is refused with an error; nothing is done",
    "error_after_work": "is done, but answered with an error",
    "reset_before_work": "is cut off; nothing is done",
    "reset_after_work": "is done, but cut off before the answer",
    "garbage": "is done, but answered with HTML",
    "truncated": "is done, but answered with half of the JSON",
    "wrong_amount": "is answered with a wrong amount",
    "wrong_status": "is answered with a wrong status",
    "rate_limit": "is one call too many (429)",
}
STATES = {
    "WAITING": "Waiting",
    "SENDING": "On its way",
    "DELIVERED": "Delivered",
    "GIVEN_UP": "Given up",
    "NOT_SENT": "No webhook URL",
    "NOT_TOLD": "Held back",
}


def of_dial(dial):
    """late by 60 seconds"""
    before, after = POSITIONS[dial.position]
    return " ".join(filter(None, (before, str(dial.number) if dial.number else "", after)))


def number_of(dial, position):
    """What stands in the number field of a position: what is set, or what is usual."""
    return dial.number if dial.position == position else dials.NUMBERS[position][1]


def of_fault(fault):
    """The details of a fault that matter for its kind."""
    if fault["kind"] == "delay":
        return f"{fault['milliseconds']} ms"
    if fault["kind"] in ("error", "error_after_work"):
        return f"{fault['status']} {fault['error_code']}"
    return "" if fault["value"] is None else f"says {fault['value']}"
