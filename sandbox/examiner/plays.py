"""What is done to the shop in each pain; `pains.py` says in words what for."""

import time
from collections.abc import Callable

from .commands import NoLink, Order, Unexaminable
from .judge import Mistake, Stage

UNPAID = ("pending", "canceled")
LATE_SECONDS = 60
COPIES = 5
RELOADS = 20
COMPLETED = "payment_session.completed"
UNKNOWN_SESSION = "ps-" + 24 * "0"
LOOK_SECONDS = 1.0


def paid_with(position: str, **number: int) -> Callable[[Stage], None]:
    """The play of an order that is paid while webhooks come so, and becomes paid."""

    def play(stage: Stage) -> None:
        order = stage.shop.buy()
        stage.provider.turn(position, order.session_id, **number)
        stage.provider.pay(order.session_id)
        stage.becomes(order, "paid")

    return play


def late(stage: Stage) -> None:
    order = stage.shop.buy()
    stage.provider.turn("late", order.session_id, number=LATE_SECONDS)
    stage.provider.pay(order.session_id)
    stage.stays(order, "pending", "paid")
    stage.provider.lets_pass(LATE_SECONDS)
    stage.becomes(order, "paid")


def never(stage: Stage) -> None:
    order = _paid_without_webhook(stage)
    _reload(stage, order, 1)
    stage.becomes(order, "paid")


def closed_tab(stage: Stage) -> None:
    stage.becomes(_paid_without_webhook(stage), "paid")


def before_answer(stage: Stage) -> None:
    stage.provider.turn("before_answer")
    try:
        order = stage.shop.buy()
    finally:
        stage.provider.turn("on_time")
    stage.becomes(order, "paid")


def wrong(kind: str) -> Callable[[Stage], None]:
    """The play of money that differs by this kind of fault, in webhooks and in all that the API says of it."""

    def play(stage: Stage) -> None:
        order = stage.shop.buy()
        stage.provider.turn(kind, order.session_id)
        with stage.provider.spoils(("get_session", "get_payment"), kind, order.session_id):
            stage.provider.pay(order.session_id)
            stage.becomes(order, "attention")
        # Now the lie is over, a shop may find that all is well; what it says at the end of the run is no matter.
        del stage.ends[order.name]

    return play


def wrong_token(stage: Stage) -> None:
    order = stage.shop.buy()
    answer = stage.provider.tell(COMPLETED, _claimed(stage, order), is_forged=True)
    stage.stays(order, *UNPAID)
    if not 400 <= answer < 500:
        raise Mistake(f"The webhook with a wrong token was answered {answer}.")


def never_paid(stage: Stage) -> None:
    order = stage.shop.buy()
    stage.provider.tell(COMPLETED, _claimed(stage, order))
    stage.stays(order, *UNPAID)


def unknown(stage: Stage) -> None:
    order = stage.shop.buy()
    claimed = _claimed(stage, order) | {"payment_session_id": UNKNOWN_SESSION, "reference_id": "nobody-s"}
    answers = [
        stage.provider.tell(COMPLETED, claimed),
        stage.provider.tell("payment_session.invented", _claimed(stage, order) | {"status": "INVENTED"}),
    ]
    stage.stays(order, *UNPAID)
    if any(not 200 <= answer < 300 for answer in answers):
        raise Mistake(f"The webhooks were answered {answers[0]} (unknown session) and {answers[1]} (unknown event).")


def failure_then_success(stage: Stage) -> None:
    order = stage.shop.buy()
    stage.provider.fail(order.session_id)
    stage.stays(order, "pending")
    stage.provider.pay(order.session_id)
    stage.becomes(order, "paid")


def expired_then_paid(stage: Stage) -> None:
    order = stage.shop.buy()
    stage.provider.expire(order.session_id)
    stage.stays(order, *UNPAID)
    stage.provider.pay(order.session_id, late=True)
    stage.becomes(order, "paid", "attention")


def canceled_then_paid(stage: Stage) -> None:
    order = stage.shop.buy()
    stage.provider.cancel(order.session_id)
    stage.stays(order, *UNPAID)
    stage.provider.pay(order.session_id, late=True)
    stage.becomes(order, "paid", "attention")


def two_sessions(stage: Stage) -> None:
    first = stage.shop.buy()
    stage.provider.cancel(first.session_id)
    second = stage.shop.buy(first.name)
    if second.session_id == first.session_id:
        raise Mistake("The link that the order is to be paid by leads to a session that was canceled.")
    stage.provider.pay(second.session_id)
    stage.becomes(second, "paid")
    stage.provider.pay(first.session_id, late=True)
    stage.becomes(second, "attention")


def provider_down(stage: Stage) -> None:
    order = stage.shop.buy()
    with stage.provider.spoils(("create_session", "get_session", "get_payment"), "error", status=503):
        _buy_in_vain(stage)
        stage.provider.pay(order.session_id)
        stage.stays(order, "pending", "paid")
    # As Xendit does, though it waits longer.
    stage.provider.resend(order.session_id)
    stage.becomes(order, "paid")
    after = _buy_in_the_end(stage)
    stage.provider.pay(after.session_id)
    stage.becomes(after, "paid")


def reload_storm(stage: Stage) -> None:
    order = stage.shop.buy()
    _reload(stage, order, RELOADS)
    stage.stays(order, *UNPAID)
    stage.provider.pay(order.session_id)
    _reload(stage, order, RELOADS)
    stage.becomes(order, "paid")


def repeated_customer(stage: Stage) -> None:
    orders = [stage.shop.buy(), stage.shop.buy()]
    if len({order.name for order in orders}) < 2 or len({order.session_id for order in orders}) < 2:
        raise Mistake("Two orders of one customer had one name or one session.")
    stage.provider.pay(orders[1].session_id)
    stage.becomes(orders[1], "paid")
    stage.stays(orders[0], *UNPAID)


def _paid_without_webhook(stage: Stage) -> Order:
    order = stage.shop.buy()
    stage.provider.turn("never", order.session_id)
    stage.provider.pay(order.session_id)
    return order


def _reload(stage: Stage, order: Order, times: int) -> None:
    answers = stage.provider.reload(order.session_id, times)
    if broken := [answer for answer in answers if answer >= 500]:
        raise Mistake(f"{len(broken)} of {times} calls of the return page were answered {broken[0]}.")


def _claimed(stage: Stage, order: Order) -> dict:
    """The order's session as somebody claims it to be: paid."""
    session = stage.provider.session(order.session_id)
    return session | {"status": "COMPLETED", "payment_id": "py-of-nobody"}


def _buy_in_vain(stage: Stage) -> None:
    try:
        link = stage.shop.buy()
    except NoLink:
        return
    raise Unexaminable(f"--buy printed the session {link.session_id}, though the sandbox made none.")


def _buy_in_the_end(stage: Stage) -> Order:
    """An order after the outage; a shop may leave the provider in peace for a while."""
    deadline = time.monotonic() + stage.patience
    while True:
        try:
            return stage.shop.buy()
        except NoLink as still:
            if time.monotonic() > deadline:
                raise Mistake(f"No order could be paid {stage.patience:g} seconds after the outage. {still}") from None
            stage.waits(LOOK_SECONDS)
