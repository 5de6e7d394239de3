"""The use cases of orders with all that they need at hand; each test has a new shop, and a sandbox without sessions."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store.database import db, transaction
from store.models import Order, Refund, WebhookEvent
from store.orders import checks, inbox, refunds
from store.orders.checkout import BuyerDetails, place_order
from store.orders.paying import start
from store.orders.refund_request import Wish, ask
from store.orders.settling import close, settle
from store.rules import clock
from store.rules.cart import Cart
from store.xendit import Session, parse_event

from ...buyer import COFFEE, DETAILS, Buyer
from ...in_process import Sandbox, Shop
from ...standing_clock import StandingClock

SITI = BuyerDetails(**{**DETAILS, "mobile_number": "+6281234567890"})

ALL = 50


@pytest.fixture
def shop(tmp_path: Path, sandbox: Sandbox, database: str) -> Iterator[Shop]:
    sandbox.reset()
    shop = Shop(tmp_path, sandbox, database)
    yield shop
    shop.stop()


@pytest.fixture
def standing() -> StandingClock:
    """The shop's clock, while `desk` works."""
    return StandingClock(clock.now())


@pytest.fixture
def desk(shop: Shop, standing: StandingClock) -> Iterator["Desk"]:
    with clock.using(standing), shop.app.app_context():
        yield Desk(shop)
        db.session.rollback()


@pytest.fixture
def paid(desk: "Desk", sandbox: Sandbox) -> Order:
    """An order paid by card, of which parts can be refunded too; Xendit does so as soon as it is let."""
    sandbox.change_account(refund_seconds=0, refund_failure_code=None)
    return desk.sells("CARDS")


class Desk:
    """Calls the use cases as web and worker call them, and does what a buyer does on Xendit's page."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.provider = shop.app.extensions["xendit"]
        self.settings = shop.app.extensions["settings"]

    def places(self, cart: Cart | None = None, buyer: str = "siti", seen: int | None = None, **details: str) -> Order:
        given = dataclasses.replace(SITI, **details)
        placed = place_order(cart or {COFFEE: 1}, given, buyer, self.provider, self.settings, seen)
        return db.session.get_one(Order, placed.order_id)

    def starts(self, order: Order) -> str:
        return start(order.id, self.provider, self.settings)

    def opens(self, cart: Cart | None = None, **options: str) -> Order:
        """Place an order and open its payment page."""
        order = self.places(cart, **options)
        self.starts(order)
        return order

    def settles(self, order: Order, **options: Any) -> Session | None:
        return settle(order.newest_attempt.id, self.provider, "a test", **options)

    def closes(self, order: Order, **options: Any) -> None:
        close(order.id, self.provider, "a test", **options)

    def closes_later(self, order: Order) -> None:
        """Begin to close an order while Xendit does not answer."""
        self.shop.sandbox.spoil("cancel_session", "error", status=503)
        self.closes(order, may_wait=True)

    def pays(self, order: Order) -> None:
        """Pay on Xendit's page, of which the shop learns nothing yet."""
        session = self.shop.sandbox.session(order.newest_attempt.session_id)
        Buyer(self.shop).pays_by_qris(session["payment_link_url"])

    def sells(self, channel: str, **options: Any) -> Order:
        """Place an order that is paid by this channel."""
        order = self.opens(**options)
        self.shop.sandbox.pay(order.newest_attempt.session_id, channel=channel)
        self.settles(order)
        return order

    def gives_back(self, order: Order, **wish: Any) -> Refund:
        """Ask for a refund and send it, as the command does."""
        refund = ask(order.number, Wish(**wish))
        refunds.send(refund.id, self.provider, "a test")
        return refund

    def looks_at_attempts(self) -> None:
        """Let the worker look at the attempts that are due."""
        for attempt_id in checks.take(ALL):
            checks.check(attempt_id, self.provider)

    def looks_at_refunds(self, **after: float) -> None:
        """Let the worker look at the refunds that are due a day later, or so much later."""
        self.waits(**(after or {"days": 1}))
        for refund_id in refunds.take(ALL):
            refunds.check(refund_id, self.provider)

    def hears(self) -> None:
        """Let Xendit end what is pending and send its webhooks, and the worker work through them."""
        self.shop.sandbox.delivers()
        self.works_through_inbox()

    def works_through_inbox(self) -> list[int]:
        """Let the worker do once what is due in the inbox; return what it took."""
        taken = inbox.take(ALL)
        for event_id in taken:
            inbox.process(event_id, self.provider)
        return taken

    def waits(self, **duration: float) -> None:
        """Let time pass for the shop; at Xendit it stands, so that nothing expires there meanwhile."""
        clock.sleep(timedelta(**duration).total_seconds())

    def sets(self, row: db.Model, **values: Any) -> None:
        """Change a row by hand, as if that had come about."""
        with transaction():
            for name, value in values.items():
                setattr(row, name, value)


def elsewhere(shop: Shop, action: Callable[[], Any]) -> Callable[[], Any]:
    """The same, as another thread of the shop or its worker does it."""

    def does() -> Any:
        with shop.app.app_context():
            return action()

    return does


def keep(body: dict) -> WebhookEvent:
    """Store an event as the webhook's view does, and return its row."""
    parsed = parse_event(json.dumps(body).encode())
    inbox.store(parsed)
    return db.session.scalar(db.select(WebhookEvent).filter_by(key=parsed.key))
