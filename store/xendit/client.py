"""The client of Xendit's API: sessions, payments and refunds, each answer checked to be about what was asked."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from requests.adapters import BaseAdapter

from .connection import CALLS_AT_ONCE, CREATE, LOOK, Call, Connection, Patience
from .endpoints import Endpoint
from .errors import UntrustedAnswer
from .links import AllowedHosts
from .payloads import Session, SessionRequest
from .payments import PaymentRecord, PaymentRequestRecord
from .refunds import RefundRecord, RefundRequest
from .slots import Slots

API_VERSION = {"api-version": "2024-11-11"}  # the only one there is for /v3 (CONTRACT 1.1)

Record = TypeVar("Record", Session, PaymentRecord, PaymentRequestRecord, RefundRecord)


class Client:
    """Calls Xendit's API with one secret key. Safe to share between threads.

    `transport` is what carries the calls, if that is not the network; `monotonic` tells how long they took,
    and `now` what time it is here. What time it is at Xendit, each of its answers tells, and also how many
    calls it still allows: `rate_limits`. `pages_url` is where an imitation of Xendit has its pages, if not
    at `api_url`. `slots` tell how many calls may be under way at once.
    """

    def __init__(
        self,
        secret_key: str,
        api_url: str,
        transport: BaseAdapter | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pages_url: str | None = None,
        slots: Slots | None = None,
    ) -> None:
        api_url = api_url.rstrip("/")
        slots = slots or Slots(CALLS_AT_ONCE, waiting=CALLS_AT_ONCE)
        self._connection = Connection(secret_key, api_url, transport, monotonic, now, slots)
        self.rate_limits = self._connection.rate_limits
        self.hosts = AllowedHosts(api_url, pages_url)

    @property
    def slots(self) -> Slots:
        """The slots of all its calls: who holds one here makes calls without waiting for another."""
        return self._connection.slots

    def create_session(self, request: SessionRequest) -> Session:
        """Create a payment session. Source: POST /sessions in Xendit's API reference.

        Its end is told to Xendit by Xendit's own clock, once that is known.
        Raises ProviderRefused if it certainly was not made, ProviderUnavailable if it may have been,
        UntrustedAnswer if the answer has another amount, currency or reference, or a link elsewhere.
        """
        body = replace(request, expires_at=request.expires_at + self._connection.clock_offset).to_json()
        session = Session.from_json(self._connection.make(Call(Endpoint.CREATE_SESSION, body=body), CREATE))
        same = (session.reference, session.currency, session.amount) == (
            request.reference, request.currency, request.amount,
        )  # fmt: skip
        if not same:
            raise UntrustedAnswer("the answer has another reference, currency or amount")
        if not self.hosts.allows(session.link or ""):
            raise UntrustedAnswer("the payment link is missing or leads to a foreign host")
        return session

    def get_session(self, session_id: str, patience: Patience = LOOK) -> Session:
        """Read a session. Source: GET /sessions/{id}. Raises ProviderRefused or ProviderUnavailable."""
        return self._one(Session, Call(Endpoint.GET_SESSION, session_id), patience)

    def cancel_session(self, session_id: str) -> Session:
        """End an ACTIVE session, so that its link stops working. Source: POST /sessions/{id}/cancel.

        Raises ProviderRefused (422 if it is not ACTIVE any more) or ProviderUnavailable.
        """
        return self._one(Session, Call(Endpoint.CANCEL_SESSION, session_id), LOOK)

    def get_payment(self, payment_id: str, patience: Patience = LOOK) -> PaymentRecord:
        """Read a payment. Source: GET /v3/payments/{id}. Raises ProviderRefused or ProviderUnavailable."""
        call = Call(Endpoint.GET_PAYMENT, payment_id, headers=API_VERSION)
        return self._one(PaymentRecord, call, patience)

    def get_payment_request(self, request_id: str, patience: Patience = LOOK) -> PaymentRequestRecord:
        """Read a payment request. Source: GET /v3/payment_requests/{id}. Raises as `get_payment` does."""
        call = Call(Endpoint.GET_PAYMENT_REQUEST, request_id, headers=API_VERSION)
        return self._one(PaymentRequestRecord, call, patience)

    def create_refund(self, request: RefundRequest) -> RefundRecord:
        """Give money of a payment back. Source: POST /refunds; of its idempotency key: CONTRACT 6.4.

        The same request may be sent again: it makes one refund. Raises ProviderRefused if it certainly was not made,
        unless its `is_repeat`; ProviderUnavailable if it may have been; UntrustedAnswer if the answer is about another.
        """
        call = Call(Endpoint.CREATE_REFUND, body=request.to_json(), headers={"idempotency-key": request.reference})
        refund = RefundRecord.from_json(self._connection.make(call, CREATE))
        if not refund.answers(request):
            raise UntrustedAnswer("the answer has another reference, amount, currency or payment request")
        return refund

    def get_refund(self, refund_id: str) -> RefundRecord:
        """Read a refund. Source: GET /refunds/{id} of Xendit's SDKs. Raises as `get_payment` does."""
        return self._one(RefundRecord, Call(Endpoint.GET_REFUND, refund_id), LOOK)

    def find_refund(self, reference: str) -> RefundRecord | None:
        """Look for a refund by our reference; None if it is not among the newest. Source: GET /refunds/ of the SDKs.

        How to ask for more than the newest is documented nowhere, so None does not prove that there is none: an old
        refund is found by its id, or by sending the same request again. Raises as `get_payment` does.
        """
        ours = [each for each in self._listed_refunds() if each.get("reference_id") == reference]
        return RefundRecord.from_json(ours[0]) if ours else None

    def newest_refunds(self) -> list[RefundRecord]:
        """Read the newest refunds of the account, whoever made them. Source and errors: as `find_refund`."""
        return [RefundRecord.from_json(each) for each in self._listed_refunds()]

    def _listed_refunds(self) -> list[dict[str, Any]]:
        found = self._connection.make(Call(Endpoint.LIST_REFUNDS), LOOK)
        newest = found.get("data") if isinstance(found, dict) else None
        if not isinstance(newest, list):
            raise UntrustedAnswer("the answer has no list of refunds")
        return [each for each in newest if isinstance(each, dict)]

    def _one(self, kind: type[Record], call: Call, patience: Patience) -> Record:
        """Ask about one object by its id, and see that the answer is about that one."""
        record = kind.from_json(self._connection.make(call, patience))
        if record.id != call.object_id:
            raise UntrustedAnswer("the answer is about another object")
        return record
