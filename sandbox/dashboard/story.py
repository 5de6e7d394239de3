"""One session's story: what was asked, tried, captured, refunded and told, in the order of the clock."""

from dataclasses import dataclass

from ..checkout import failures
from ..contract import amounts
from ..memory import records
from ..memory.delivery_states import DeliveryState
from ..memory.ledger import Ledger

# What comes first among things of the same moment, as when the clock stands still.
CREATED, CUSTOMER, CALL, TRY, CAPTURE, REFUND, WEBHOOK = range(7)


@dataclass(frozen=True)
class Entry:
    at: str
    rank: int
    kind: str
    title: str
    state: str = ""
    notes: tuple = ()
    # (title, JSON or text) pairs to unfold.
    sources: tuple = ()
    delivery_id: int | None = None
    # Whether links to the delivery lead here.
    is_first_try: bool = True


def of_session(ledger: Ledger, session_id: str) -> list[Entry]:
    found = records.of_account(ledger, session_id)
    [session] = found["sessions"]
    customer = ledger.customer(session.get("customer_id", ""))
    entries = [
        *map(_call, found["calls"]),
        *([_customer(customer)] if customer else ()),
        *map(_try_to_pay, found["payments"]),
        *map(_token, found["tokens"]),
        *map(_capture, found["captures"]),
        *map(_refund, found["refunds"]),
        *(entry for delivery in found["deliveries"] for entry in _delivery(delivery, session)),
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.rank))


def _call(call: dict) -> Entry:
    notes = (f"Spoiled by the fault {call['fault']}.",) if call["fault"] else ()
    sources = (("Request", call["request"]), ("Answer", call["answer"]))
    return Entry(
        at=call["at"],
        rank=CREATED if call["path"] == "/sessions" else CALL,
        kind="API call",
        title=f"{call['method']} {call['path']}",
        state=str(call["status"] or "no answer"),
        notes=notes,
        sources=tuple((title, text) for title, text in sources if text),
    )


def _customer(customer: dict) -> Entry:
    return Entry(customer["created"], CUSTOMER, "Customer", customer["reference_id"], notes=(customer["id"],),
                 sources=(("Customer", customer),))  # fmt: skip


def _try_to_pay(payment: dict) -> Entry:
    code = payment.get("failure_code")
    return Entry(
        at=payment["created"],
        rank=TRY,
        kind="Attempt to pay",
        title=payment["channel_code"],
        state=payment["status"],
        notes=(f"{code}: {failures.reason(code)}",) if code else (),
        sources=(("Payment", payment),),
    )


def _token(token: dict) -> Entry:
    return Entry(token["created"], TRY, "Saved method", token["channel_code"], token["status"],
                 sources=(("Token", token),))  # fmt: skip


def _capture(capture: dict) -> Entry:
    amount = amounts.formatted(capture["capture_amount"], capture["currency"])
    return Entry(capture["capture_timestamp"], CAPTURE, "Capture", amount, sources=(("Capture", capture),))


def _refund(refund: dict) -> Entry:
    amount = amounts.formatted(refund["amount"], refund["currency"])
    notes = tuple(filter(None, (refund["reason"], refund.get("failure_code"))))
    return Entry(refund["created"], REFUND, "Refund", amount, refund["status"], notes, (("Refund", refund),))


def _delivery(delivery: dict, session: dict) -> list[Entry]:
    """An entry for each try; one that says what became of it, if there was none."""
    if delivery["tries"]:
        return [
            _sending(delivery, number, each, is_last=number == len(delivery["tries"]))
            for number, each in enumerate(delivery["tries"], start=1)
        ]
    return [
        Entry(
            at=_happened(delivery, session),
            rank=WEBHOOK,
            kind="Webhook",
            title=delivery["event"],
            state=delivery["state"],
            notes=_next(delivery, "Leaves at"),
            sources=(("Request", delivery["webhook"]),),
            delivery_id=delivery["id"],
        )
    ]


def _sending(delivery: dict, number: int, each: dict, is_last: bool) -> Entry:
    notes = (
        f"Delivery {delivery['id']}, try {number}{', sent by hand' if each['by_hand'] else ''}:"
        f" answered {each['status'] or 'not at all'}.",
        *(("Its token is forged.",) if delivery["forged"] else ()),
        *(_next(delivery, "Next try at") if is_last else ()),
    )
    sources = (("Request", each["body"]), ("Headers", each["headers"]), ("Answer", each["answer"]))
    return Entry(
        at=each["at"],
        rank=WEBHOOK,
        kind="Webhook",
        title=delivery["event"],
        state=delivery["state"] if is_last else str(each["status"] or "no answer"),
        notes=notes,
        sources=tuple((title, text) for title, text in sources if text),
        delivery_id=delivery["id"],
        is_first_try=number == 1,
    )


def _next(delivery: dict, words: str) -> tuple[str, ...]:
    waits = delivery["state"] == DeliveryState.WAITING and delivery["due_at"]
    return (f"{words} {delivery['due_at'][:19].replace('T', ' ')} on the sandbox’s clock.",) if waits else ()


def _happened(delivery: dict, session: dict) -> str:
    """When that which the webhook tells became true."""
    data = delivery["webhook"]["data"]
    data = data.get("data", data)
    return data.get("updated") or data.get("created") or session["updated"]
