"""Tables, and methods about one row. Use cases load and change them.

Four machines that are never mixed: an order (what the buyer sees), its attempts (one provider session each),
payments (money facts, only ever added) and refunds. `order_events` tells how each moved.
"""

from .attempt import Attempt
from .call_budget import CallBudget
from .case import Case
from .catalog import Category, Product, StockMovement
from .order import Order
from .order_event import OrderEvent
from .order_line import OrderLine
from .outbox import OutboxRow
from .payment import Payment
from .refund import Refund
from .webhook import WebhookEvent

__all__ = [
    "Attempt",
    "CallBudget",
    "Case",
    "Category",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OutboxRow",
    "Payment",
    "Product",
    "Refund",
    "StockMovement",
    "WebhookEvent",
]
