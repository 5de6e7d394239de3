"""The list of orders: what a merchant needs to send the goods and scripts to count, in pages, on any terminal."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from store.database import db
from store.models import Order

from ..buyer import Buyer
from ..databases import on_one
from ..in_process import Shop
from ..ports import free_port
from ..processes import clean_environment
from ..records import ROOT, settings_of_shop


@pytest.fixture
def shop(new_shop: Shop) -> Shop:
    return new_shop


def place(shop: Shop, number: str, **changes) -> None:
    """Write an order of this number beside the first one, like it but for the changes."""
    changes = {"number": number, "token": number, "buyer_key": number, **changes}
    columns = [column.name for column in Order.__table__.columns if column.name != "id"]
    values = ", ".join("?" if column in changes else column for column in columns)
    given = [changes[column] for column in columns if column in changes]
    names = ", ".join(columns)
    shop.sql(f"INSERT INTO orders ({names}) SELECT {values} FROM orders ORDER BY id LIMIT 1", *given)


def numbers(shop: Shop, *options: str) -> list[str]:
    """The numbers of the orders in the list, which may not have more than one line for each."""
    return [line.split()[3] for line in shop.flask("orders", *options).stdout.splitlines()]


def on_a_terminal(shop: Shop, *command: str, **settings: str) -> dict:
    """How a command is run as a process of its own on a terminal with these settings."""
    environ = settings_of_shop(free_port(), shop.folder, shop.sandbox.url, DATABASE_URL=shop.database.url)
    return {
        "args": [sys.executable, "-m", "flask", "--app", "app", *command],
        "cwd": ROOT,
        "env": {**clean_environment(), **environ, **settings},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }


def test_a_line_has_what_a_merchant_needs_to_send_the_goods_and_a_time_with_its_zone(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay(quantity=2)
    order = buyer.status()

    (line,) = shop.flask("orders").stdout.splitlines()

    address = ("Siti Rahayu", "Jalan Melati 5", "40115", "Bandung", "+6281234567890")
    for text in (order["number"], "pending", "Rp188.000", buyer.order, *address):
        assert text in line
    placed = datetime.strptime(re.match(r"\S+ \S+ UTC ", line)[0], "%Y-%m-%d %H:%M UTC ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - placed) < timedelta(minutes=10)


def test_an_order_that_needs_a_person_comes_before_any_number_of_newer_ones(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay()
    first = buyer.status()["number"]
    shop.sql("UPDATE orders SET attention = 'money came after the order was canceled'")
    for number in range(60):
        place(shop, f"W-{number}", status="paid", attention=None)

    shown = numbers(shop)

    assert shown == [first, *(f"W-{number}" for number in range(59, 10, -1))]


def test_its_pages_hold_every_order_once(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay()
    first = buyer.status()["number"]
    for number in range(6):
        place(shop, f"W-{number}", status="paid", attention="look" if number in (1, 4) else None)
    pages, after = [], ()

    while page := numbers(shop, "--limit", "2", *after):
        pages.append(page)
        after = ("--after", page[-1])

    assert pages == [["W-4", "W-1"], ["W-5", "W-3"], ["W-2", "W-0"], [first]]


def test_a_page_that_is_not_the_last_says_how_to_see_the_next(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay()
    place(shop, "W-NEWER", status="paid")

    first, last = shop.flask("orders", "--limit", "1"), shop.flask("orders", "--limit", "2")

    assert first.stderr == "There are more. For the next ones add --after W-NEWER\n"
    assert last.stderr == ""


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--attention"], ["W-C", "W-B"]),
        (["--status", "paid"], ["W-B", "W-A"]),
        (["--status", "paid", "--attention"], ["W-B"]),
        (["--attention", "--after", "W-C"], ["W-B"]),
    ],
    ids=["attention", "status", "both", "the next page of one"],
)
def test_it_can_be_narrowed_down(shop: Shop, buyer: Buyer, options: list[str], shown: list[str]):
    buyer.goes_to_pay()
    for number, status, attention in (("A", "paid", None), ("B", "paid", "look"), ("C", "canceled", "look")):
        place(shop, f"W-{number}", status=status, attention=attention)

    assert numbers(shop, *options) == shown


def test_an_order_that_nobody_knows_is_said(shop: Shop):
    ended = shop.command("orders", "--after", "W-NOBODY")

    assert ended.exit_code == 2
    assert "There is no order W-NOBODY." in ended.output


def test_as_json_an_order_is_an_object_on_a_line_with_its_payments(shop: Shop, buyer: Buyer):
    buyer.pays_by_qris(buyer.goes_to_pay())
    shop.works()
    place(shop, "W-OTHER", status="canceled", attention="look", created_at="2026-01-02 03:04:05.000006")
    order = buyer.status()

    other, paid = map(json.loads, shop.flask("orders", "--json").stdout.splitlines())

    ((payment_id, created),) = shop.sql("SELECT p.payment_id, o.created_at FROM payments p, orders o WHERE o.id = 1")
    assert paid == {
        "number": order["number"],
        "token": buyer.order.rpartition("/")[2],
        "status": "paid",
        "amount": 103000,
        "currency": "IDR",
        "attention": False,
        "created": f"{str(created)[:19]}Z".replace(" ", "T"),
        "payments": [{"id": payment_id, "amount": 103000, "status": "CAPTURED"}],
        "refunds": [],
    }
    assert (other["attention"], other["created"], other["payments"]) == (True, "2026-01-02T03:04:05Z", [])


def give_back(shop: Shop, reference: str, refund_id: str | None, amount: int, status: str) -> None:
    """Write a refund of the one payment there is."""
    shop.sql(
        "INSERT INTO refunds (order_id, payment_id, reference, refund_id, status, amount, currency, reason, restock,"
        " created_at, failed_looks) SELECT a.order_id, p.id, ?, ?, ?, ?, p.currency, 'CANCELLATION', a.id = 0,"
        " p.created_at, 0 FROM payments p JOIN attempts a ON a.id = p.attempt_id",
        reference, refund_id, status, amount,
    )  # fmt: skip


def test_what_came_and_what_went_back_stand_in_the_list_with_their_status(shop: Shop, buyer: Buyer):
    buyer.pays_by_qris(buyer.goes_to_pay())
    shop.works()
    give_back(shop, "first", "rfd-1", 3000, "SUCCEEDED")
    give_back(shop, "second", None, 100000, "SENT")

    (line,) = shop.flask("orders").stdout.splitlines()
    facts = json.loads(shop.flask("orders", "--json").stdout)

    assert "came Rp103.000 CAPTURED, back Rp3.000 SUCCEEDED, back Rp100.000 SENT" in line
    assert facts["refunds"] == [
        {"id": "rfd-1", "amount": 3000, "status": "SUCCEEDED"},
        {"id": None, "amount": 100000, "status": "SENT"},
    ]


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_many_orders_with_money_take_as_many_queries_as_one(shop: Shop, buyer: Buyer, options: list[str]):
    buyer.pays_by_qris(buyer.goes_to_pay())
    shop.works()
    of_one = statements(shop, *options)
    for number in range(9):
        place(shop, f"W-{number}", status="paid")

    assert statements(shop, *options) == of_one


def statements(shop: Shop, *options: str) -> int:
    """How many statements the list takes."""
    with shop.app.app_context():
        engine = db.engine
    seen = []

    def note(*about: object) -> None:
        seen.append(about)

    event.listen(engine, "before_cursor_execute", note)
    shop.flask("orders", *options)
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


@on_one
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_it_is_utf8_whatever_the_terminal_says(shop: Shop, buyer: Buyer, encoding: str):
    buyer.goes_to_pay()
    shop.sql("UPDATE orders SET given_names = 'Nguyễn Đức', attention = '“look”'")

    ended = subprocess.run(**on_a_terminal(shop, "orders", PYTHONIOENCODING=encoding), timeout=120)

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "Nguyễn Đức Rahayu" in ended.stdout.decode()
    assert "“look”" in ended.stdout.decode()


@on_one
@pytest.mark.parametrize("command", [["-m", "flask", "--app", "app", "orders"], ["app.py"]], ids=["orders", "the demo"])
def test_it_ends_quietly_where_nobody_reads_on(shop: Shop, buyer: Buyer, command: list[str]):
    buyer.goes_to_pay()

    running = subprocess.Popen(**{**on_a_terminal(shop), "args": [sys.executable, *command]})
    running.stdout.close()

    with running:
        assert running.stderr.read() == b""
    assert running.returncode == 1
