"""What grows does not slow down what is asked again and again: no page and no look of the worker reads a whole table.

The statements are those that the shop really executes while a test walks through all of it; SQLite says how it
finds the rows of each.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from flask import Flask, request, request_started
from sqlalchemy import event

from store.database import db

from ..buyer import COFFEE, Buyer
from ..databases import SQLITE
from ..events import payment_event, session_event
from ..in_process import Shop

GROWING = ("products", "orders", "order_lines", "attempts", "payments", "refunds", "order_events",
           "webhook_events", "stock_movements", "cases")  # fmt: skip
# Their pages are read in the order of an index until there are enough; so nothing else may be read for them.
READ_IN_ORDER = re.compile(r"^(?!.*WHERE).*LIMIT", re.DOTALL)
A_TABLE = rf"SCAN ({'|'.join(GROWING)})\b"
# Everything before or after a moment is soon nearly everything, unless no more than so many are asked for.
A_RANGE_ALONE = rf"SEARCH ({'|'.join(GROWING)})\b.* \(\w+[<>]\?\)$"
# A statement that may read more, and why.
EXCEPTIONS = {
    r"has_words\(": "a search for words looks into every product, until there is an index of words",
    r"^SELECT count\(\*\)[^W]*FROM products *$": "how many pages there are; it counts the entries of an index",
    r"products\.currency !=|DISTINCT products\.picture": "asked once when a program starts",
    r"attention IS NOT NULL ORDER BY": "its index holds the few orders that need a person, and no others",
    r"attention IS NULL ORDER BY .* LIMIT": "passes over the few orders that need a person, until there are enough",
}
COMMANDS = (
    ["init-db"], ["worker", "--once"], ["orders"], ["orders", "--json", "--attention"], ["orders", "--status", "paid"],
    ["reconcile", "--fix"],
)  # fmt: skip
SEARCHES = ("?q=tea", "?category=kitchen", "?page=2", "?sort=name", "?sort=price", "?sort=-price&category=kitchen",
            "?sort=name&category=kitchen")  # fmt: skip


class Walk:
    """What was executed, with one set of values for each statement; and which views and commands it came from."""

    def __init__(self):
        self.statements: dict[str, object] = {}
        self.views: set[str] = set()
        self.commands: set[str] = set()

    @contextmanager
    def notes(self, app: Flask) -> Iterator[None]:
        def note(_connection, _cursor, statement: str, values, *_) -> None:
            if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
                self.statements.setdefault(statement, values[0] if isinstance(values, list) else values)

        def arrive(_app: Flask, **_) -> None:
            self.views.add(request.endpoint)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        with request_started.connected_to(arrive, app):
            yield
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def database() -> str:
    """SQLite tells in words how it finds rows; the indexes are the same on both."""
    return SQLITE


@pytest.fixture(scope="module")
def walk(shop: Shop) -> Walk:
    walk = Walk()
    with walk.notes(shop.app):
        look_around(shop)
        buy(shop)
        give_up(shop)
        for command in COMMANDS:
            shop.flask(*command)
            walk.commands.add(command[0])
        shop.flask("refund", give_back(shop))
        walk.commands.add("refund")
        for verdict in ("accept", "reject"):
            shop.flask("decide", paid_wrong(shop), verdict, "seen")
            walk.commands.add("decide")
    return walk


def look_around(shop: Shop) -> None:
    """Open each page that there is, with everything that a shopper can ask of the catalog."""
    buyer = Buyer(shop)
    buyer.goes_to_pay()
    values = {"slug": COFFEE, "token": buyer.order.rpartition("/")[2]}
    for rule in shop.app.url_map.iter_rules():
        if "GET" in rule.methods and rule.arguments <= values.keys():
            buyer.gets(re.sub(r"<(\w+)>", lambda found: values[found[1]], rule.rule))
    for search in SEARCHES:
        buyer.gets(f"/{search}")


def buy(shop: Shop) -> None:
    """Fill a cart, change it, pay, and let the shop hear of it in every way."""
    buyer = Buyer(shop)
    buyer.adds("red-teapot")
    for action in ("/cart/remove", "/cart/update"):
        buyer.adds()
        buyer.sends(buyer.opens("/cart").form(action))
    link = buyer.goes_to_pay()
    session = shop.sandbox.session(buyer.session_id)
    for body in (payment_event("failure", session), session_event("completed", session)):
        shop.send_webhook(body)
    shop.works()
    buyer.pays_by_qris(link)
    shop.works()
    shop.send_webhook(payment_event("capture", {**session, "reference_id": "of-somebody-else"}))
    shop.make_everything_due()
    shop.works()


def give_back(shop: Shop) -> str:
    """Refund an order with every word from Xendit lost, and return the number of another one that is paid."""
    for buyer in (Buyer(shop), Buyer(shop)):
        buyer.pays_by_qris(buyer.goes_to_pay())
    shop.works()
    shop.flask("refund", buyer.status()["number"])
    shop.works()
    shop.sql("UPDATE refunds SET status = 'SENT', refund_id = NULL")
    shop.make_everything_due()
    shop.works()
    return shop.sql("SELECT number FROM orders WHERE status = 'paid' ORDER BY id DESC")[0][0]


def give_up(shop: Shop) -> None:
    """Pay again, order something else, cancel, and let a hold run out."""
    buyer = Buyer(shop)
    buyer.goes_to_pay()
    buyer.presses("pay")
    buyer.goes_to_pay("red-teapot")
    buyer.presses("cancel")
    buyer.goes_to_pay()
    shop.sql("UPDATE orders SET hold_expires_at = '2000-01-01' WHERE status = 'pending'")
    shop.make_everything_due()
    shop.works()


def paid_wrong(shop: Shop) -> str:
    """Let money come that does not fit; return the number of its order."""
    buyer = Buyer(shop)
    buyer.pays_by_qris(buyer.goes_to_pay())
    shop.sandbox.alter(buyer.session_id, amount=1)
    shop.works()
    return buyer.status()["number"]


def is_meant(statement: str, exception: str) -> bool:
    return re.search(exception, statement, re.DOTALL) is not None


def scans(shop: Shop, statement: str, values: object) -> list[str]:
    """How SQLite reads through a table that grows for this statement, if it does."""
    with shop.app.app_context(), db.engine.connect() as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    read_through = [A_TABLE] if "LIMIT" in statement else [A_TABLE, A_RANGE_ALONE]
    scanned = [step for step in plan if any(re.match(kind, step) for kind in read_through)]
    is_sorted_first = any("TEMP B-TREE FOR ORDER BY" in step for step in plan)
    return [] if READ_IN_ORDER.match(statement) and not is_sorted_first else scanned


def test_the_walk_goes_through_every_view_and_command(shop: Shop, walk: Walk):
    assert walk.views >= {rule.endpoint for rule in shop.app.url_map.iter_rules()} - {"static"}
    assert walk.commands == set(shop.app.cli.commands) - {"db"}
    for table in GROWING:
        assert any(re.search(rf"\b{table}\b", statement) for statement in walk.statements)


def test_no_statement_reads_through_a_table_that_grows(shop: Shop, walk: Walk):
    read_through = {
        statement: found
        for statement, values in walk.statements.items()
        if (found := scans(shop, statement, values)) and not any(map(partial(is_meant, statement), EXCEPTIONS))
    }

    assert read_through == {}


@pytest.mark.parametrize("exception", EXCEPTIONS)
def test_each_exception_is_still_needed(shop: Shop, walk: Walk, exception: str):
    meant = {text: values for text, values in walk.statements.items() if is_meant(text, exception)}

    assert any(scans(shop, statement, values) for statement, values in meant.items())


def test_a_page_of_a_sorted_catalog_is_not_sorted_first(shop: Shop, walk: Walk):
    paged = {
        text: values for text, values in walk.statements.items() if is_meant(text, "FROM products.*LIMIT .* OFFSET")
    }

    assert len(paged) >= len({"position", "price", "-price", "name"})
    for statement, values in paged.items():
        with shop.app.app_context(), db.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        assert not any("TEMP B-TREE" in row.detail for row in plan), statement
