"""Going back to a moment of a world."""

from proof.moment import Moment
from proof.sequences import play
from store.rules import clock

RECORDS = ("orders", "attempts", "payments", "order_events", "webhook_events", "products", "stock_movements")


def held(world):
    return {table: world.ask(f"SELECT * FROM {table}") for table in RECORDS}, world.payments_at_xendit()


def test_a_moment_comes_back_with_all_that_both_sides_knew(world):
    play(world, ("return", "completed"))
    moment, before, passed = Moment(world), held(world), world.time.monotonic()

    play(world, ("cancel", "late", "poll"))
    assert held(world) != before
    moment.comes_back()

    assert (held(world), world.time.monotonic()) == (before, passed)
    with clock.using(world.time):
        assert world.sandbox.session(world.sandbox.newest_session())["status"] == "COMPLETED"


def test_a_tree_of_sequences_leaves_the_moment_it_grew_from(world):
    play(world, ("failure",))
    before = held(world)
    play(world, ("failure",), longest=2)

    statuses = [[row[0] for row in world.ask("SELECT status FROM orders")], before[0]["orders"][0][4]]
    assert statuses == [["pending"], "pending"]
