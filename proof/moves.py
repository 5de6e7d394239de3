"""The tables of moves as the plan has them (RELIABILITY 6.1), written once more, so that the shop's own are checked."""

MONEY = ("COMPLETED", "SUSPECT")
ENDS = ("EXPIRED", "CANCELED")

ORDER = {
    "pending": ("paid", "closing"),
    "closing": ("paid", "canceled"),
    "canceled": ("paid", "refund_due"),
    "refund_due": ("paid", "refunded"),
    "paid": ("partially_refunded", "refunded"),
    "partially_refunded": ("refunded",),
}
ATTEMPT = {
    "NEW": ("SENT", "CANCELED", *MONEY),
    "SENT": ("ACTIVE", "REJECTED", *ENDS, *MONEY),
    "ACTIVE": (*ENDS, *MONEY),
    "EXPIRED": MONEY,
    "CANCELED": MONEY,
    "REJECTED": MONEY,
    "SUSPECT": ("COMPLETED", "ACTIVE", *ENDS),
}
PAYMENT = {
    "AUTHORIZED": ("CAPTURED", "EXPIRED", "VOIDED"),
    "EXPIRED": ("CAPTURED",),
    "VOIDED": ("CAPTURED",),
}
REFUND = {
    "NEW": ("SENT", "BY_HAND"),
    "SENT": ("PENDING", "REJECTED", "SUCCEEDED", "FAILED", "CANCELED"),
    "PENDING": ("SUCCEEDED", "FAILED", "CANCELED"),
    "REJECTED": ("SUCCEEDED",),
}
MOVES = {"order": ORDER, "attempt": ATTEMPT, "payment": PAYMENT, "refund": REFUND}
# In which state a row may be written first.
STARTS = {
    "order": ("pending",),
    "attempt": ("NEW",),
    "payment": ("AUTHORIZED", "CAPTURED", "EXPIRED", "VOIDED"),
    "refund": ("NEW",),
}
