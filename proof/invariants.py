"""The goals G1 to G6 as an oracle over the shop's database and the sandbox's ledger.

Each is one query or two, written from the plan and not from the shop's own rules: what it finds is told as sentences
that begin with the goal's name.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .moves import MOVES, STARTS
from .world import SHELVES, World

HOLDS_STOCK = ("pending", "closing", "paid", "partially_refunded")
SHOWN = ("paid", "partially_refunded", "refunded", "refund_due")
SAYS = {
    "G1": "no order is paid without that money at Xendit, unless a person decided",
    "G2": "all money at Xendit is seen, within 60 s after faults stop",
    "G3": "no payment, no message and no stock is counted twice",
    "G4": "per product: start = on hand + held + sold",
    "G5": "no move outside the tables",
    "G6": "every order is final 10 min after its end",
}
GOALS = tuple(SAYS)

PAID_ORDERS = """
    SELECT orders.number, orders.amount, orders.currency, group_concat(attempts.session_id) FROM orders
    LEFT JOIN attempts ON attempts.order_id = orders.id
    WHERE orders.status IN ('paid', 'partially_refunded', 'refunded') AND orders.paid_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.order_id = orders.id AND cases.verdict = 'accept')
    GROUP BY orders.id"""
TWICE = """
    SELECT 'payment ' || payment_id FROM payments GROUP BY payment_id HAVING count(*) > 1
    UNION ALL SELECT 'message ' || kind || ' of order ' || order_id FROM outbox
    WHERE kind != 'refunded' GROUP BY kind, order_id HAVING count(*) > 1
    UNION ALL SELECT 'message ' || kind || ' about ' || subject FROM outbox
    WHERE kind = 'refunded' GROUP BY order_id, subject HAVING count(*) > 1
    UNION ALL SELECT 'stock of order ' || orders.number FROM orders
    JOIN stock_movements ON stock_movements.order_id = orders.id
    GROUP BY orders.id HAVING -sum(pieces) NOT IN
    (0, (SELECT sum(quantity) FROM order_lines WHERE order_lines.order_id = orders.id))"""
ON_THE_SHELF = (
    "SELECT slug, stock, (SELECT sum(pieces) FROM stock_movements WHERE product_id = products.id) FROM products"
)
HELD = f"""
    SELECT order_lines.slug, sum(quantity) FROM order_lines JOIN orders ON orders.id = order_lines.order_id
    WHERE orders.status IN {HOLDS_STOCK} OR (orders.status = 'refunded' AND orders.paid_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM refunds WHERE refunds.order_id = orders.id AND refunds.restock
                        AND refunds.status IN ('SUCCEEDED', 'BY_HAND')))
    GROUP BY order_lines.slug"""
ORDERS_OF_SESSIONS = """
    SELECT attempts.reference, orders.number, orders.status, orders.attention IS NOT NULL
    OR EXISTS (SELECT 1 FROM cases WHERE cases.order_id = orders.id AND cases.verdict IS NOT NULL)
    FROM attempts JOIN orders ON orders.id = attempts.order_id"""
EVENTS = """
    SELECT id, order_id, attempt_id, payment_id, refund_id, from_status, to_status FROM order_events
    WHERE id > ? ORDER BY id"""
STANDS = """
    SELECT 'order', id, status FROM orders UNION ALL SELECT 'attempt', id, status FROM attempts
    UNION ALL SELECT 'payment', id, status FROM payments UNION ALL SELECT 'refund', id, status FROM refunds"""
NOT_FINAL = """
    SELECT number, status FROM orders WHERE status IN ('pending', 'closing')
    AND (SELECT max(expires_at) FROM attempts WHERE order_id = orders.id) <= ?
    AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.order_id = orders.id AND closed_at IS NULL
                    AND kind IN ('MISMATCH', 'AUTHORIZED'))"""


class Capture(NamedTuple):
    """Money that Xendit has taken; `amount` in the smallest whole unit of IDR."""

    payment_id: str
    session_id: str
    amount: int
    currency: str
    reference: str  # of its session
    was_reserved: bool


class Oracle:
    """Looks at one world, from its beginning on: it remembers how each thing stood when it last looked."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0
        self._stood: dict[tuple[str, int], str] = {}
        self._marks: tuple[int, int] | None = None

    def complaints(self) -> list[str]:
        """Return what breaks a goal that must hold at any moment; nothing if nothing has changed since."""
        marks = (self._world.ask("PRAGMA data_version")[0][0], self._world.changes_at_xendit())
        if marks == self._marks:
            return []
        self._marks = marks
        return [*self.unpaid(), *self.twice(), *self.stock(), *self.moves()]

    def unpaid(self) -> Iterator[str]:
        """G1."""
        paid = self._world.ask(PAID_ORDERS)
        captures = self.captures() if paid else []
        for number, amount, currency, sessions in paid:
            own = [each for each in captures if each.session_id in (sessions or "").split(",")]
            if (amount, currency) not in {(each.amount, each.currency) for each in own}:
                yield f"G1: order {number} is paid, but Xendit took {own or 'nothing'} for {amount} {currency}"

    def unseen(self, *, is_over: bool = True) -> Iterator[str]:
        """G2. Money that comes late, or was reserved first, has looks of its own: it is due once they are over."""
        known = {row[0] for row in self._world.ask("SELECT payment_id FROM payments WHERE status = 'CAPTURED'")}
        orders = {row[0]: row[1:] for row in self._world.ask(ORDERS_OF_SESSIONS)}
        for capture in self.captures():
            number, status, is_flagged = orders.get(capture.reference, (capture.reference, "unknown", False))
            is_shown = is_flagged or (status in SHOWN and capture.payment_id in known)
            if not is_shown and (is_over or not self._has_its_own_looks(capture)):
                yield f"G2: {capture.payment_id} was taken for order {number}, which is {status}"

    def twice(self) -> Iterator[str]:
        """G3. Money goes back no more than came, too."""
        yield from (f"G3: {what} counts twice" for (what,) in self._world.ask(TWICE))
        back = "SELECT payment_id FROM refunds WHERE status IN ('SUCCEEDED', 'BY_HAND') GROUP BY payment_id"
        sums = f"{back} HAVING sum(amount) > (SELECT amount FROM payments WHERE payments.id = payment_id)"
        yield from (f"G3: more went back of payment {row} than came" for (row,) in self._world.ask(sums))

    def stock(self) -> Iterator[str]:
        """G4."""
        held = dict(self._world.ask(HELD))
        for slug, on_hand, moved in self._world.ask(ON_THE_SHELF):
            if slug in SHELVES and (on_hand, moved) != (SHELVES[slug] - held.get(slug, 0),) * 2:
                yield f"G4: {slug}: {on_hand} on hand, {moved} by its movements, {held.get(slug, 0)} held and sold"

    def moves(self) -> Iterator[str]:
        """G5. Each thing moves from where it stood, by its table, and stands where its last move ended."""
        for row in self._world.ask(EVENTS, self._seen):
            self._seen, thing = row[0], _thing(*row[1:5])
            before, after = row[5:]
            stood = self._stood.get(thing)
            if after not in MOVES[thing[0]].get(before, ()) or stood not in (None, before):
                yield f"G5: {thing[0]} {thing[1]} went {before} -> {after} and stood at {stood}"
            self._stood[thing] = after
        for kind, row_id, status in self._world.ask(STANDS):
            stood = self._stood.setdefault((kind, row_id), status if status in STARTS[kind] else "nowhere")
            if stood != status:
                yield f"G5: {kind} {row_id} is {status}, but its moves led to {stood}"
                self._stood[kind, row_id] = status

    def late(self, bound: str) -> Iterator[str]:
        """G6, and what is not final yet: `bound` is when an order must have ended to count, as the database says it."""
        yield from (f"G6: order {number} is still {status}" for number, status in self._world.ask(NOT_FINAL, bound))

    def captures(self) -> list[Capture]:
        """Return what Xendit has taken, as its own ledger says, whatever it answered."""
        return [
            Capture(
                payment["payment_id"],
                session_id,
                _total(payment),
                payment["currency"],
                reference,
                payment["capture_method"] == "MANUAL",
            )
            for session_id, payment, reference in self._world.payments_at_xendit()
            if payment["status"] == "SUCCEEDED"
        ]

    def _has_its_own_looks(self, capture: Capture) -> bool:
        return capture.was_reserved or self._world.session_status(capture.session_id) != "COMPLETED"


def _thing(order: int, attempt: int | None, payment: int | None, refund: int | None) -> tuple[str, int]:
    """Return what an event is about: the narrowest that it names."""
    for kind, row_id in (("refund", refund), ("payment", payment), ("attempt", attempt)):
        if row_id is not None:
            return kind, row_id
    return "order", order


def _total(payment: dict) -> int:
    return int(sum(capture["capture_amount"] for capture in payment.get("captures", ())))
