"""What a class plays beside the demo, as README tells it: money comes late or twice, a refund is refused.

Each case ends by the commands, and then nothing differs.
"""

import pytest

from ..buyer import Buyer
from ..databases import on_one
from ..in_process import Shop
from ..records import SECRET_KEY

MAHJONG = "mahjong-set"  # of which there are two


@pytest.fixture
def shop(new_shop: Shop) -> Shop:
    new_shop.sandbox.change_account(refund_seconds=0)
    return new_shop


def flask(shop: Shop, *command: str) -> tuple[int, str]:
    """Run a command to its end, whatever it exits with."""
    ended = shop.command(*command)
    return ended.exit_code, ended.output


def gives_up(buyer: Buyer, slug: str, quantity: int) -> None:
    """Order, come back from the hosted page without paying, and cancel the order."""
    buyer.goes_to_pay(slug, quantity)
    buyer.presses("cancel")


def pay_late(shop: Shop, session_id: str) -> None:
    """Press the dashboard's *Let late money come*, and let the shop hear of it."""
    shop.sandbox.pay_late(session_id)
    shop.works()


def stands(shop: Shop, buyer: Buyer) -> tuple[str, bool]:
    """The status of the order and whether it needs a person, once all is settled that can be; nothing may differ."""
    shop.works()
    code, said = flask(shop, "reconcile")
    assert code == 0, said
    now = buyer.status()
    return now["status"], now["attention"]


@on_one
def test_late_money_takes_the_goods_again(shop: Shop, buyer: Buyer):
    gives_up(buyer, MAHJONG, 2)

    pay_late(shop, buyer.session_id)

    assert stands(shop, buyer) == ("paid", False)
    assert "after this order had been canceled" in buyer.opens(buyer.order).text


@on_one
def test_late_money_for_goods_that_are_gone_goes_back(shop: Shop, buyer: Buyer):
    gives_up(buyer, MAHJONG, 2)
    number = buyer.status()["number"]
    Buyer(shop).goes_to_pay(MAHJONG)
    pay_late(shop, buyer.session_id)
    before = stands(shop, buyer)

    code, _ = flask(shop, "refund", number)

    assert (before, code, stands(shop, buyer)) == (("refund_due", True), 0, ("refunded", False))


@on_one
def test_late_money_is_kept_once_the_goods_are_there_again(shop: Shop, buyer: Buyer):
    gives_up(buyer, MAHJONG, 2)
    number = buyer.status()["number"]
    other = Buyer(shop)
    other.goes_to_pay(MAHJONG)
    pay_late(shop, buyer.session_id)
    too_early = flask(shop, "decide", number, "accept", "restocked")
    other.presses("cancel")

    code, _ = flask(shop, "decide", number, "accept", "restocked")

    assert (too_early[0], "its goods are gone" in too_early[1], code) == (1, True, 0)
    assert stands(shop, buyer) == ("paid", False)


def pays_twice(shop: Shop, buyer: Buyer) -> str:
    """Pay on the second session of an order, and late on the first, which was canceled; return the order's number."""
    buyer.goes_to_pay()
    first = buyer.session_id
    cancel_session(shop, first)
    buyer.pays_by_qris(buyer.presses("pay").headers["location"])
    shop.works()
    pay_late(shop, first)
    return buyer.status()["number"]


def cancel_session(shop: Shop, session_id: str) -> None:
    """Press the dashboard's *Cancel now*."""
    shop.browser().post(f"{shop.sandbox.url}/sessions/{session_id}/cancel", auth=(SECRET_KEY, "")).raise_for_status()


@on_one
@pytest.mark.parametrize(
    ("command", "says"),
    [(["refund"], "It went back to you"), (["decide", "accept", "kept for the next order"], "has looked at it")],
    ids=["given back", "kept"],
)
def test_a_second_payment_leaves_the_order_paid(shop: Shop, buyer: Buyer, command: list[str], says: str):
    number = pays_twice(shop, buyer)
    before = stands(shop, buyer)

    name, *rest = command
    code, _ = flask(shop, name, number, *rest)

    assert (before, code, stands(shop, buyer)) == (("paid", True), 0, ("paid", False))
    assert says in buyer.opens(buyer.order).text


@on_one
def test_a_refund_that_the_channel_refuses_is_recorded_by_hand(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay()
    shop.sandbox.pay(buyer.session_id, channel="BCA_VIRTUAL_ACCOUNT")
    shop.works()
    number = buyer.status()["number"]

    refused, _ = flask(shop, "refund", number)
    between = stands(shop, buyer)
    recorded, _ = flask(shop, "refund", number, "--done-by-hand", "bank transfer of today")

    assert (refused, between, recorded) == (1, ("paid", True), 0)
    assert stands(shop, buyer) == ("refunded", False)


@on_one
@pytest.mark.parametrize(
    ("commands", "end"),
    [
        ([["decide", "reject", "once more"], ["refund"]], "refunded"),
        ([["decide", "accept", "the buyer keeps the goods"]], "paid"),
    ],
    ids=["once more", "kept"],
)
def test_a_refund_that_failed_is_tried_again_or_given_up(shop: Shop, buyer: Buyer, commands: list, end: str):
    buyer.pays_by_qris(buyer.goes_to_pay())
    shop.works()
    number = buyer.status()["number"]
    shop.sandbox.change_account(refund_failure_code="INSUFFICIENT_BALANCE")
    flask(shop, "refund", number)
    before = stands(shop, buyer)
    shop.sandbox.change_account(refund_failure_code=None)

    codes = [flask(shop, name, number, *rest)[0] for name, *rest in commands]

    assert (before, set(codes), stands(shop, buyer)) == (("paid", True), {0}, (end, False))


@on_one
@pytest.mark.parametrize(
    ("verdict", "then", "end"),
    [("accept", [], "paid"), ("reject", ["refund"], "canceled")],
    ids=["accepted", "rejected"],
)
def test_money_that_does_not_fit_is_decided(shop: Shop, buyer: Buyer, verdict: str, then: list[str], end: str):
    buyer.pays_by_qris(buyer.goes_to_pay())
    shop.sandbox.alter(buyer.session_id, amount=102999)
    shop.works()
    number, before = buyer.status()["number"], buyer.status()["attention"]

    decided, _ = flask(shop, "decide", number, verdict, "seen with the buyer")
    codes = [flask(shop, command, number)[0] for command in then]

    assert (before, decided, codes) == (True, 0, [0] * len(then))
    assert stands(shop, buyer) == (end, False)
