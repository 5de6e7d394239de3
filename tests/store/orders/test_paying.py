"""Opening a payment page: one session for however many clicks, a new attempt only where the last one ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store.database import release
from store.orders.paying import NotPayable, PaymentRefused, PaymentUnavailable, start
from store.orders.records import Hint
from store.rules.clock import now
from store.rules.status import AttemptStatus, OrderStatus
from store.xendit import ProviderRefused

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from ..meanwhile import Meanwhile
from .conftest import Desk


def attempts(order) -> list[tuple[str, str]]:
    return [(attempt.reference.rpartition("-")[2], attempt.status) for attempt in order.attempts]


def test_the_page_is_for_this_attempt_its_amount_and_the_time_of_its_hold(desk: Desk, sandbox: Sandbox):
    order = desk.places({COFFEE: 2})

    link = desk.starts(order)

    attempt = order.newest_attempt
    session = sandbox.session(attempt.session_id)
    assert link == session["payment_link_url"]
    assert (session["reference_id"], session["amount"]) == (attempt.reference, order.amount)
    assert session["expires_at"] == order.hold_expires_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert attempts(order) == [("A1", AttemptStatus.ACTIVE)]


def test_starting_again_leads_to_the_same_page(desk: Desk):
    order = desk.places()
    link = desk.starts(order)

    assert desk.starts(order) == link
    assert attempts(order) == [("A1", AttemptStatus.ACTIVE)]


@pytest.mark.parametrize("milliseconds", [0, 300], ids=["quick provider", "slow provider"])
def test_several_clicks_at_once_open_one_page(desk: Desk, shop: Shop, sandbox: Sandbox, milliseconds: int):
    order_id = desk.places().id
    sandbox.spoil("create_session", "delay", milliseconds=milliseconds)
    release()  # This thread has read the order; now the others may write.

    def click(_: int) -> str:
        with shop.app.app_context():
            return start(order_id, desk.provider, desk.settings)

    with ThreadPoolExecutor(4) as pool:
        links = list(pool.map(click, range(4)))

    assert len(set(links)) == 1
    assert sandbox.calls("POST") == ["/sessions"]


@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.CLOSING, OrderStatus.CANCELED])
def test_an_order_that_is_not_pending_cannot_be_paid(desk: Desk, sandbox: Sandbox, status: OrderStatus):
    order = desk.places()
    desk.sets(order, status=status)

    with pytest.raises(NotPayable):
        desk.starts(order)

    assert sandbox.calls("POST") == []


def test_an_order_at_which_a_person_must_look_cannot_be_paid_again(desk: Desk):
    order = desk.opens()
    desk.sets(order.newest_attempt, status=AttemptStatus.SUSPECT)

    with pytest.raises(NotPayable):
        desk.starts(order)


def test_an_order_that_was_paid_meanwhile_is_found_paid(desk: Desk):
    order = desk.opens()
    desk.pays(order)

    with pytest.raises(NotPayable):
        desk.starts(order)

    assert order.is_paid


def test_an_order_whose_time_ran_out_meanwhile_is_found_closed(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens()
    sandbox.expire(order.newest_attempt.session_id)

    with pytest.raises(NotPayable):
        desk.starts(order)

    assert order.is_canceled
    assert shop.stock(COFFEE) == before


def test_a_session_that_was_canceled_at_xendit_makes_room_for_a_new_attempt(desk: Desk):
    order = desk.opens()
    desk.provider.cancel_session(order.newest_attempt.session_id)

    desk.starts(order)

    assert attempts(order) == [("A1", AttemptStatus.CANCELED), ("A2", AttemptStatus.ACTIVE)]


def test_a_call_that_xendit_refused_did_nothing_and_the_next_is_a_new_attempt(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("create_session", "error", status=400, error_code="API_VALIDATION_ERROR")

    with pytest.raises(PaymentUnavailable):
        desk.starts(order)
    desk.starts(order)

    assert attempts(order) == [("A1", AttemptStatus.REJECTED), ("A2", AttemptStatus.ACTIVE)]
    assert "API_VALIDATION_ERROR" in order.attempts[0].trouble


def test_a_reference_that_was_used_before_is_replaced_at_the_same_press_of_the_button(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("create_session", "error", status=409, error_code="DUPLICATE_ERROR", count=2)

    link = desk.starts(order)

    assert link == sandbox.session(order.newest_attempt.session_id)["payment_link_url"]
    assert attempts(order) == [("A1", "REJECTED"), ("A2", "REJECTED"), ("A3", "ACTIVE")]


def test_references_that_are_all_called_used_end_in_words_and_the_next_press_may_try_again(
    desk: Desk, sandbox: Sandbox
):
    order = desk.places()
    sandbox.spoil("create_session", "error", status=409, error_code="DUPLICATE_ERROR", count=3)

    with pytest.raises(PaymentUnavailable):
        desk.starts(order)

    assert sandbox.calls("POST") == ["/sessions"] * 3
    assert desk.starts(order)


@pytest.mark.parametrize("kind", ["reset_before_work", "reset_after_work", "garbage", "truncated", "error_after_work"])
def test_a_call_without_an_answer_may_have_made_a_session_so_its_attempt_stays_open(
    desk: Desk, sandbox: Sandbox, kind: str
):
    order = desk.places()
    sandbox.spoil("create_session", kind)

    with pytest.raises(PaymentUnavailable):
        desk.starts(order)
    desk.starts(order)

    assert attempts(order) == [("A1", AttemptStatus.SENT), ("A2", AttemptStatus.ACTIVE)]
    assert order.attempts[0].next_check_at is not None


def test_an_answer_about_another_amount_is_not_shown_to_the_buyer(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("create_session", "wrong_amount")

    with pytest.raises(PaymentUnavailable):
        desk.starts(order)

    assert attempts(order) == [("A1", AttemptStatus.SENT)]


def test_with_little_time_left_the_old_page_is_closed_and_the_goods_are_held_anew(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.waits(minutes=21)

    desk.starts(order)

    assert attempts(order) == [("A1", AttemptStatus.CANCELED), ("A2", AttemptStatus.ACTIVE)]
    assert sandbox.session(order.attempts[0].session_id)["status"] == "CANCELED"
    assert order.hold_expires_at == order.newest_attempt.expires_at == now() + timedelta(minutes=30)
    assert shop.stock(COFFEE) == before - 1


def test_while_xendit_is_out_of_reach_an_open_page_is_neither_shown_nor_given_up(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    sandbox.spoil("get_session", "error", status=503)

    with pytest.raises(PaymentUnavailable):
        desk.starts(order)

    assert attempts(order) == [("A1", AttemptStatus.ACTIVE)]


@pytest.mark.parametrize(
    "details",
    [{"email": "rahayu@example.com"}, {"mobile_number": "+6281999999999"}, {"given_names": "Dewi"}, {"surname": ""}],
    ids=lambda details: next(iter(details)),
)
def test_corrected_details_are_told_to_xendit_with_a_new_page_and_the_old_one_is_closed_first(
    desk: Desk, sandbox: Sandbox, details: dict
):
    order = desk.opens()
    old = order.newest_attempt

    link = desk.starts(desk.places(**details))

    assert sandbox.session(old.session_id)["status"] == "CANCELED"
    assert link == sandbox.session(order.newest_attempt.session_id)["payment_link_url"]
    assert attempts(order) == [("A1", AttemptStatus.CANCELED), ("A2", AttemptStatus.ACTIVE)]


def test_what_xendit_is_not_told_changes_nothing_there(desk: Desk, sandbox: Sandbox):
    order = desk.opens()

    desk.starts(desk.places(city="Surabaya", address_line1="Jalan Mawar 7", postal_code="60111"))

    assert attempts(order) == [("A1", AttemptStatus.ACTIVE)]
    assert sandbox.calls("POST") == ["/sessions"]


def test_details_that_were_corrected_while_xendit_is_out_of_reach_never_open_a_second_page(
    desk: Desk, sandbox: Sandbox
):
    order = desk.opens()
    sandbox.spoil("cancel_session", "error", status=503)
    desk.places(email="rahayu@example.com")

    with pytest.raises(PaymentUnavailable):
        desk.starts(order)
    early = attempts(order)
    desk.starts(order)

    assert early == [("A1", AttemptStatus.ACTIVE)]
    assert attempts(order) == [("A1", AttemptStatus.CANCELED), ("A2", AttemptStatus.ACTIVE)]


def test_who_paid_before_correcting_the_details_has_paid(desk: Desk):
    order = desk.opens()
    desk.pays(order)
    desk.places(email="rahayu@example.com")

    with pytest.raises(NotPayable):
        desk.starts(order)

    assert order.is_paid


def test_a_session_from_before_what_was_told_was_noted_stays(desk: Desk):
    order = desk.opens()
    desk.sets(order.newest_attempt, told=None)

    desk.starts(desk.places(email="rahayu@example.com"))

    assert attempts(order) == [("A1", AttemptStatus.ACTIVE)]


def test_a_refusal_that_comes_after_the_money_takes_nothing_back(desk: Desk, sandbox: Sandbox):
    order = desk.places()

    def is_paid_and_refuses() -> None:
        session_id = sandbox.newest_session()
        sandbox.pay(session_id)
        desk.settles(order, hint=Hint(session_id))
        raise ProviderRefused(400, "API_VALIDATION_ERROR")

    with pytest.raises(PaymentRefused):
        start(order.id, Meanwhile(desk.provider, is_paid_and_refuses, "create_session"), desk.settings)

    assert (order.status, order.attention) == (OrderStatus.PAID, None)
    assert attempts(order) == [("A1", AttemptStatus.COMPLETED)]
