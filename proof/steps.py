"""What may happen in a world: what buyers, Xendit, its webhooks, the worker and people do, and what fails.

Each step is one word of a story; `WEIGHTS` says how often it is told. The scheduler's chance decides the rest.
"""

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from random import Random

import requests

from store.database import db, release
from store.models import Attempt, Order, Payment, Refund
from store.orders import checks, inbox, refunds
from store.orders.checkout import AlreadyPaid, BuyerDetails, CartChanged, EarlierOrderClosing, Placed, place_order
from store.orders.deciding import Undecidable, decide
from store.orders.paying import NotPayable, PaymentUnavailable, start
from store.orders.refund_request import RefundRefused, UnderWay, Wish, ask
from store.orders.settling import close, look
from store.rules.status import Verdict
from store.web.orders import BUYER_WAITS
from store.xendit import Client, XenditError
from tests.buyer import DETAILS
from tests.in_process import SHOP_URL
from tests.records import WEBHOOK_TOKEN

from .world import SHELVES, World

SITI = BuyerDetails(**{**DETAILS, "mobile_number": "+6281234567890"})
# Who mends a typing error goes on with the same order, whose session is canceled for another.
DETAILS_TYPED = (SITI, SITI, dataclasses.replace(SITI, city="Bandung Barat"))
CHANNELS = ("QRIS", "CARDS")  # a part of it cannot go back, and can
BUYERS = ("siti", "budi", "made")
DIALS = ("on_time", "never", "repeat", "swapped", "late", "failure_after_success", "expired_after_paid")
FAILURES = ("error", "reset_before_work", "reset_after_work", "error_after_work", "garbage", "truncated", "rate_limit")
LIES = ("wrong_amount", "wrong_currency", "wrong_business", "wrong_reference", "half_captured", "gaps")
CALLS = ("create_session", "get_session", "cancel_session", "get_payment", "get_payment_request")
REFUND_CALLS = ("create_refund", "get_refund", "get_refunds")
DAY_AND_MORE = 26  # hours
AT_ONCE = 2  # pieces of one kind of work that the worker does in one step, while anything may fail


def sent_webhook(world: World, body: dict) -> None:
    """Send the shop a webhook with the right token; its process may die just then."""
    with suppress(requests.ConnectionError):
        headers = {"x-callback-token": WEBHOOK_TOKEN}
        world.sandbox.visitor.post(f"{SHOP_URL}/webhooks/xendit", json=body, headers=headers)


class Steps:
    """The steps of one story. Each is a method without arguments."""

    def __init__(self, world: World, chance: Random) -> None:
        self.world = world
        self.chance = chance
        self.at_once = AT_ONCE
        self.dies_in = 0  # moments until the shop's process dies; 0 for never

    def place(self) -> None:
        """A buyer orders, and is not sent to pay yet, as where no call can be made just now."""
        self._places(pays=False)

    def buy(self) -> None:
        """A buyer orders and is sent to pay."""
        if placed := self._places(pays=True):
            with suppress(NotPayable, PaymentUnavailable):
                start(placed.order_id, self.world.provider, self.world.settings, placed.claim)

    def start(self) -> None:
        if order := self._order("pending"):
            with suppress(NotPayable, PaymentUnavailable):
                start(order.id, self.world.provider, self.world.settings)

    def pay(self) -> None:
        channel = self.chance.choice(CHANNELS)
        self._at_xendit(lambda session: self.world.sandbox.pay(session, channel=channel))

    def reserve(self) -> None:
        self._at_xendit(lambda session: self.world.sandbox.pay(session, authorize=True))

    def pay_late(self) -> None:
        self._at_xendit(lambda session: self.world.sandbox.pay_late(session))

    def expire(self) -> None:
        self._at_xendit(lambda session: self.world.sandbox.expire(session))

    def capture(self) -> None:
        if payment := self._one(Payment, status="AUTHORIZED"):
            payment_id, part = payment.payment_id, self.chance.choice((1, 1, 2))
            amount = payment.amount // part  # half of it, and the other half never comes
            self._outside(lambda: self.world.sandbox.capture(payment_id, amount))

    def void(self) -> None:
        if payment := self._one(Payment, status="AUTHORIZED"):
            payment_id = payment.payment_id
            self._outside(lambda: self.world.sandbox.void(payment_id))

    def forge(self) -> None:
        """A webhook that is not true, by somebody who knows the token."""
        if attempt := self._one(Attempt):
            name, status = self.chance.choice((("completed", "COMPLETED"), ("expired", "EXPIRED")))
            data = {"payment_session_id": attempt.session_id, "reference_id": attempt.reference, "status": status}
            data |= {"amount": attempt.amount, "currency": attempt.currency, "payment_id": "py-forged"}
            release()
            sent_webhook(self.world, {"event": f"payment_session.{name}", "data": data})

    def cancel(self) -> None:
        if order := self._order("pending", "closing"):
            close(order.id, self.world.provider, "canceled by the buyer", may_wait=True)

    def look(self) -> None:
        if order := self._order():
            with suppress(XenditError):
                look(order.newest_attempt.id, self.world.provider, "return", patience=BUYER_WAITS)

    def hear(self) -> None:
        """The worker works through its inbox."""
        self._works(inbox.take, inbox.process)

    def check(self) -> None:
        """The worker looks at open payments."""
        self._works(checks.take, checks.check)

    def mend(self) -> None:
        """The worker looks at refunds."""
        self._works(refunds.take, refunds.check)

    def refund(self) -> None:
        if payment := self._one(Payment, status="CAPTURED"):
            wish = Wish(payment_id=payment.payment_id, restock=self.chance.random() < 0.3)
            if self.chance.random() < 0.3:
                wish = Wish(amount=str(max(1, payment.amount // 2)), payment_id=payment.payment_id)
            elif self.chance.random() < 0.1:
                wish = Wish(payment_id=payment.payment_id, note="in cash")
            with suppress(RefundRefused, UnderWay):
                ask(payment.attempt.order.number, wish)

    def refuse_refund(self) -> None:
        """Xendit's account lets refunds end otherwise from now on."""
        code = self.chance.choice((None, None, "REFUND_FAILED"))
        self._outside(lambda: self.world.sandbox.change_account(refund_failure_code=code))

    def cancel_refund(self) -> None:
        if refund := self._one(Refund, status="PENDING"):
            refund_id = refund.refund_id
            self._outside(lambda: self.world.sandbox.cancel_refund(refund_id))

    def decide(self) -> None:
        wanted = db.select(Order).where(Order.attention.is_not(None)).order_by(Order.id)
        found = list(db.session.scalars(wanted))
        if found:
            number = self.chance.choice(found).number
            with suppress(Undecidable):
                decide(number, self.chance.choice(list(Verdict)), "a person has looked")

    def deliver(self) -> None:
        self._outside(self.world.delivers)

    def wait(self) -> None:
        self.world.passes(self.chance.choice((1, 2, 5, 5, 10, 30, 60, 60, 300, 1900)))

    def spoil(self) -> None:
        operation = self.chance.choice((*CALLS, *CALLS, *REFUND_CALLS))
        kind = self.chance.choice(FAILURES if operation in REFUND_CALLS else (*FAILURES, *LIES))
        more = {"status": self.chance.choice((500, 503, 503, 404, 403))} if kind.startswith("error") else {}
        count = self.chance.choice((1, 1, 2, 3))
        self._outside(lambda: self.world.sandbox.spoil(operation, kind, count=count, **more))

    def go_away(self) -> None:
        """Xendit does not answer at all until it is healed."""
        self._outside(lambda: self.world.sandbox.spoil("*", "reset_before_work", count=None))

    def stay_away(self) -> None:
        """Xendit does not answer for more than a day, while the worker looks on."""
        self.go_away()
        for _ in range(DAY_AND_MORE):
            self.world.passes(3700)
            self.check()

    def heal(self) -> None:
        self._outside(self.world.sandbox.heal)

    def turn_dial(self) -> None:
        self._outside(lambda: self.world.sandbox.turn_dial(self.chance.choice(DIALS)))

    def set_clock(self) -> None:
        self.world.time.jumps(seconds=self.chance.choice((-3600, 3600, -60, 60, 172800)))

    def set_clock_right(self) -> None:
        self.world.time.set_right()

    def die(self) -> None:
        """The process that works next dies at one of its next moments around a call, or before a commit."""
        self.dies_in = self.chance.randint(1, 6)

    def _places(self, pays: bool) -> Placed | None:
        cart = {self.chance.choice(list(SHELVES)): self.chance.choice((1, 1, 2))}
        buyer, typed = self.chance.choice(BUYERS), self.chance.choice(DETAILS_TYPED)
        with suppress(CartChanged, AlreadyPaid, EarlierOrderClosing):
            return place_order(cart, typed, buyer, self.world.provider, self.world.settings, pays=pays)

    def _works(self, take: Callable[[int], list[int]], do: Callable[[int, Client], object]) -> None:
        for _ in range(self.at_once):
            taken = take(1)
            if not taken:
                break
            do(taken[0], self.world.provider)

    def _order(self, *statuses: str) -> Order | None:
        found = db.select(Order).order_by(Order.id.desc()).limit(6)
        return self._any(found.where(Order.status.in_(statuses)) if statuses else found)

    def _one(self, model: type[db.Model], **values: str) -> db.Model | None:
        return self._any(db.select(model).filter_by(**values).order_by(model.id.desc()).limit(6))

    def _any(self, wanted: db.Select) -> db.Model | None:
        found = list(db.session.scalars(wanted))
        return self.chance.choice(found) if found else None

    def _at_xendit(self, does: Callable) -> None:
        """Let something happen to a session that a buyer has seen."""
        seen = db.select(Attempt).where(Attempt.session_id.is_not(None)).order_by(Attempt.id.desc()).limit(6)
        if attempt := self._any(seen):
            session_id = attempt.session_id
            self._outside(lambda: does(session_id))

    def _outside(self, does: Callable) -> None:
        """Not the shop's doing. Xendit refuses what cannot happen now, or is away."""
        release()
        with suppress(requests.RequestException):
            does()


WEIGHTS = {
    "place": 1, "buy": 4, "start": 3, "pay": 5, "reserve": 2, "pay_late": 3, "expire": 2, "capture": 2, "void": 0.5,
    "forge": 1.5, "cancel": 2, "look": 5, "hear": 8, "check": 6, "mend": 2, "refund": 1.5, "refuse_refund": 0.3,
    "cancel_refund": 0.3, "decide": 1, "deliver": 12, "wait": 22, "spoil": 4, "go_away": 0.4, "stay_away": 0.1,
    "heal": 1.5, "turn_dial": 1.5, "set_clock": 0.4, "set_clock_right": 0.6, "die": 1.5,
}  # fmt: skip
