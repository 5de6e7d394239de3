"""Xendit Payment Sessions over HTTP: the one package that knows the provider's names and shapes.

It needs `requests`, with the `idna` that it brings, and knows nothing of the shop, so it can be lifted out whole.
"""

from .client import Client
from .connection import Patience
from .counting import counted_calls
from .endpoints import Endpoint
from .errors import (
    ChannelUnavailable,
    NoSlot,
    NotSent,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    UntrustedAnswer,
    XenditError,
)
from .hosts import Origin, bare_origin, is_loopback, origin
from .links import AllowedHosts
from .payloads import Customer, Item, Session, SessionRequest, SessionStatus
from .payments import PaymentRecord, PaymentRecordStatus, PaymentRequestRecord
from .refunds import RefundReason, RefundRecord, RefundRecordStatus, RefundRequest
from .slots import Slots
from .webhook import BadWebhook, Event, is_authentic, parse_event

__all__ = [
    "AllowedHosts",
    "BadWebhook",
    "ChannelUnavailable",
    "Client",
    "Customer",
    "Endpoint",
    "Event",
    "Item",
    "NoSlot",
    "NotSent",
    "Origin",
    "Patience",
    "PaymentRecord",
    "PaymentRecordStatus",
    "PaymentRequestRecord",
    "ProviderRefused",
    "ProviderUnavailable",
    "RateLimited",
    "RefundReason",
    "RefundRecord",
    "RefundRecordStatus",
    "RefundRequest",
    "Session",
    "SessionRequest",
    "SessionStatus",
    "Slots",
    "UntrustedAnswer",
    "XenditError",
    "bare_origin",
    "counted_calls",
    "is_authentic",
    "is_loopback",
    "origin",
    "parse_event",
]
