"""What an upgrade makes of orders of the version before, that had one sentence for a person and no story of stock."""

from collections.abc import Iterator

import pytest
from flask_migrate import upgrade

from ..in_process import Sandbox, Shop
from .test_migrations import ATTEMPT, CATEGORY, LINE, ORDER, PRODUCT

# Each of these says what the order was, its attention, its attempt's status, and whether a payment is on record.
ORDERS = {
    "a payment is enough": ("paid", None, "COMPLETED", True),
    "a second payment": ("paid", "W-B-A1: a second payment for a paid order.", "COMPLETED", True),
    "money for a canceled order": ("canceled", "W-C-A1: money came after the order was canceled.", "COMPLETED", True),
    "money that does not fit": ("pending", "W-D-A1: Xendit's record shows 1 IDR.", "SUSPECT", False),
    "a refusal": ("pending", "Xendit refuses: HTTP 401 INVALID_API_KEY, check the key.", "REJECTED", False),
    "no word of its end": ("canceled", "Canceled without Xendit's word that nothing was paid.", "EXPIRED", False),
}
NUMBERS = dict(zip(ORDERS, range(1, 10), strict=False))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Shop]:
    """A shop of the first version with one order for each of these, upgraded."""
    shop = Shop(tmp_path_factory.mktemp("shop"), Sandbox(), database, is_empty=True)
    with shop.app.app_context():
        upgrade(revision="0001")
    for statement in (CATEGORY, PRODUCT):
        shop.sql(statement)
    for name, (status, attention, of_attempt, is_paid) in ORDERS.items():
        order(shop, NUMBERS[name], status, attention, of_attempt, is_paid)
    shop.flask("init-db")
    yield shop
    shop.stop()


def order(shop: Shop, number: int, status: str, attention: str | None, of_attempt: str, is_paid: bool) -> None:
    for statement in (ORDER, LINE, ATTEMPT):
        head, _, rest = statement.partition("(1, ")
        first = "1, 1, " if statement is not ORDER else ""
        values = rest.removeprefix(first)
        for old in ("W-AAAAAA", "'token'", "'key'", "'ps-1'"):
            values = values.replace(old, f"{old[:-1]}{number}'" if old.endswith("'") else f"{old}{number}")
        values = values.replace("'COMPLETED'", f"'{of_attempt}'")
        owner = f"{number}, 1, " if first else ""
        shop.sql(f"{head}({number}, {owner}{values}")
    shop.sql("UPDATE orders SET status = ?, attention = ? WHERE id = ?", status, attention, number)
    if is_paid:
        shop.sql("INSERT INTO payments VALUES (?, ?, ?, 90000, 'IDR', '2026-01-01')", number, number, f"py-{number}")


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("a payment is enough", "paid", None),
        ("a second payment", "paid", "SECOND_PAYMENT"),
        ("money for a canceled order", "refund_due", "STOCK_GONE"),
        ("money that does not fit", "pending", "MISMATCH"),
        ("a refusal", "pending", "REFUSED"),
        ("no word of its end", "canceled", "UNSURE"),
    ],
)
def test_each_reason_for_a_person_becomes_a_case(shop: Shop, name: str, status: str, kind: str | None):
    number = NUMBERS[name]

    cases = shop.sql("SELECT kind, reason FROM cases WHERE order_id = ? AND closed_at IS NULL", number)

    assert cases == ([(kind, ORDERS[name][1])] if kind else [])
    assert shop.sql("SELECT status FROM orders WHERE id = ?", number) == [(status,)]


def test_money_that_is_due_back_is_marked_and_its_case_names_it(shop: Shop):
    due = shop.sql("SELECT id FROM payments WHERE refund_due ORDER BY id")
    surplus = shop.sql("SELECT id FROM payments WHERE is_surplus")
    named = shop.sql("SELECT payment_id FROM cases WHERE payment_id IS NOT NULL ORDER BY payment_id")

    second, late = NUMBERS["a second payment"], NUMBERS["money for a canceled order"]
    assert (due, surplus, named) == ([(second,), (late,)], [(second,)], [(second,), (late,)])


def test_a_suspect_attempt_is_looked_at_again_and_its_buyer_may_buy(shop: Shop):
    suspect = NUMBERS["money that does not fit"]

    assert shop.sql("SELECT count(*) FROM attempts WHERE id = ? AND next_check_at IS NOT NULL", suspect) == [(1,)]
    assert shop.sql("SELECT id FROM orders WHERE set_aside") == [(suspect,)]


def test_the_movements_of_stock_add_up_to_the_stock(shop: Shop):
    assert shop.sql("SELECT sum(pieces) FROM stock_movements") == [(shop.stock("jasmine"),)]


def test_an_order_that_was_moved_has_a_story_of_it(shop: Shop):
    moves = shop.sql("SELECT order_id, from_status, to_status FROM order_events")

    assert moves == [(NUMBERS["money for a canceled order"], "canceled", "refund_due")]
