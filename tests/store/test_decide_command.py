"""`decide` as a person at a terminal meets it: what it says, and how it exits."""

import pytest

from store.database import db, transaction
from store.models import Order

from ..buyer import Buyer
from ..databases import only_sqlite
from ..in_process import Shop
from . import money


@pytest.fixture
def shop(new_shop: Shop) -> Shop:
    return new_shop


@pytest.fixture
def number(shop: Shop, buyer: Buyer) -> str:
    """The number of an order that was paid twice."""
    buyer.goes_to_pay()
    with shop.app.app_context(), transaction():
        order = db.session.scalars(db.select(Order)).one()
        money.pays(order)
        money.comes_second(order)
        return order.number


def decides(shop: Shop, *arguments: str) -> tuple[int, str]:
    """Run the command to its end: its exit code and what it says."""
    ended = shop.command("decide", *arguments)
    return ended.exit_code, ended.output


def test_a_decision_is_said_and_kept_and_ends_the_attention(shop: Shop, buyer: Buyer, number: str):
    before = buyer.status()["attention"]

    code, said = decides(shop, number, "reject", "Siti wants it back")

    assert code == 0
    assert said.splitlines()[0] == "Decided, reject: It came twice."
    assert f"Rp103.000 is due back: flask --app app refund {number} --payment py-" in said
    assert (before, buyer.status()["attention"]) == (True, False)
    assert shop.sql("SELECT verdict, note FROM cases") == [("reject", "Siti wants it back")]


def test_it_says_that_there_is_more_to_decide(shop: Shop, number: str):
    with shop.app.app_context(), transaction():
        money.fails_to_go_back(db.session.scalars(db.select(Order)).one())

    assert decides(shop, number, "accept", "kept")[1].endswith("There is more to look at: It failed.\n")


def test_where_there_is_nothing_to_decide_it_exits_with_1_and_changes_nothing(shop: Shop, number: str):
    decides(shop, number, "accept", "kept for the next order")

    again, unknown = decides(shop, number, "reject", "or not"), decides(shop, "W-NOBODY", "accept", "who?")

    assert again == (1, f"Order {number} is paid, and there is nothing to decide about it.\n")
    assert unknown == (1, "There is no order W-NOBODY.\n")
    assert shop.sql("SELECT verdict, note FROM cases") == [("accept", "kept for the next order")]


@pytest.mark.parametrize("arguments", [("keep", "why"), ("accept",)], ids=["another verdict", "no note"])
def test_it_is_told_what_it_is_and_why(shop: Shop, number: str, arguments: tuple[str, ...]):
    assert decides(shop, number, *arguments)[0] == 2
    assert shop.sql("SELECT verdict FROM cases") == [(None,)]


@only_sqlite
@pytest.mark.parametrize(
    "command", [("decide", "accept", "kept"), ("orders",), ("refund", "1000")], ids=["decide", "orders", "refund"]
)
def test_a_database_that_fails_in_the_middle_is_said_in_one_line(shop: Shop, number: str, command: tuple[str, ...]):
    shop.sql("DROP TABLE cases" if command[0] == "decide" else "DROP TABLE refunds")
    name, *rest = command

    ended = shop.command(name, *([number] if rest else []), *rest)

    assert ended.exit_code == 2
    assert ended.output.startswith("The database of DATABASE_URL cannot be used: no such table")
    assert ended.output.count("\n") == 1
