"""Tables, and methods about one row. Use cases load and change them.

Three machines that are never mixed: an order (what the buyer sees), its attempts (one provider
session each), and payments (money facts, only ever added). `order_events` tells how each moved.
"""

from .attempt import Attempt, Payment
from .catalog import Category, Product
from .order import Order, OrderLine
from .order_event import OrderEvent
from .webhook import WebhookEvent

__all__ = ["Attempt", "Category", "Order", "OrderEvent", "OrderLine", "Payment", "Product", "WebhookEvent"]
