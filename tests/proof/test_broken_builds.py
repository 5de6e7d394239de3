"""Deliberately broken builds: for each goal a rule of the shop is taken away, and the proof must name that goal."""

from contextlib import suppress
from random import Random

from proof import invariants
from proof.invariants import Oracle
from proof.sequences import play
from proof.simulation import outcomes
from proof.simulator import tell
from proof.steps import Steps
from store.catalog import stock
from store.database import db
from store.models import Order, OutboxRow
from store.orders import checks, closing, crediting, inbox, matching, settling
from store.rules.status import ORDER_MOVES, OrderStatus

SEEDS = range(1, 40)


def turns_red(world, goal, seeds=SEEDS):
    """Whether one of these stories breaks the goal."""
    return any(each.startswith(goal) for seed in seeds for each in tell(world, seed).bad)


def believes_webhooks(row, attempt_id, look, provider):
    """A settle that asks nobody."""
    with suppress(Exception), settling.transaction():
        order, _ = settling.lock_with_attempt(attempt_id)
        if row.event.endswith("completed"):
            order.move_to(OrderStatus.PAID, "a webhook said so")
    return True


def test_g1_turns_red_where_the_webhook_is_believed(world, monkeypatch):
    monkeypatch.setattr(inbox, "_settle", believes_webhooks)

    assert turns_red(world, "G1")


def test_g1_turns_red_where_the_sum_is_not_compared(world, monkeypatch):
    monkeypatch.setattr(matching, "problem", lambda attempt, record: None)
    with world.running(1), world.app.app_context():
        steps = Steps(world, Random(1))
        steps.buy()
        session = world.sandbox.newest_session()
        world.sandbox.pay(session, authorize=True)
        [(_, payment, _)] = world.payments_at_xendit()
        world.sandbox.capture(payment["payment_id"], payment["request_amount"] // 2)
        steps.look()

    assert [each[:2] for each in Oracle(world).complaints()] == ["G1"]


def test_g2_turns_red_where_nobody_looks_after_the_webhook(world, monkeypatch):
    monkeypatch.setattr(checks, "check", lambda attempt_id, provider: None)
    monkeypatch.setattr(inbox, "process", lambda event_id, provider: None)

    assert turns_red(world, "G2")


def test_g3_turns_red_where_a_message_is_told_twice(world, monkeypatch):
    move_to = Order.move_to

    def moves_and_tells_again(order, status, cause):
        move_to(order, status, cause)
        if status == OrderStatus.PAID:
            db.session.add(OutboxRow(kind=status, order_id=order.id, subject="again"))

    monkeypatch.setattr(Order, "move_to", moves_and_tells_again)

    assert turns_red(world, "G3")


def test_g4_turns_red_where_stock_goes_back_before_the_order_is_canceled(world, monkeypatch):
    begin = closing.begin

    def gives_back_first(order, cause):
        if order.is_pending:
            stock.give_back(order)
        begin(order, cause)

    monkeypatch.setattr(closing, "begin", gives_back_first)

    assert turns_red(world, "G4")


def test_g5_turns_red_at_a_move_outside_the_table(world, monkeypatch):
    monkeypatch.setitem(ORDER_MOVES, OrderStatus.PENDING, frozenset(OrderStatus))
    monkeypatch.setattr(closing, "begin", lambda order, cause: order.move_to(OrderStatus.CANCELED, cause))

    assert turns_red(world, "G5")


def test_g6_and_r2_turn_red_where_no_order_is_closed(world, monkeypatch):
    monkeypatch.setattr(checks, "_has_run_out", lambda order: False)
    monkeypatch.setattr(closing, "finish_if_clear", lambda order, cause: None)

    rows = {row.goal: row.bad for row in outcomes([tell(world, seed) for seed in SEEDS[:5]])}

    assert rows["G6"] and rows["R2"] and not rows["R1"]


def test_r3_turns_red_where_late_money_is_not_taken(world, monkeypatch):
    monkeypatch.setattr(crediting, "_take_late_money", lambda order, attempt, payment, cause: None)

    assert any(each.startswith("expired late: G2") for each in play(world, ("expired",), 2))


def test_every_goal_has_its_broken_build():
    tested = {name.split("_")[1].upper() for name in globals() if name.startswith("test_g")}

    assert tested == set(invariants.GOALS)
