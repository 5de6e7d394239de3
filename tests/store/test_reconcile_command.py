"""`reconcile` as a merchant and a nightly job run it: its lines, its exit code, and a mess that it helps to mend."""

import json

import pytest

from store.commands.reconcile import Progress
from store.orders.reconcile import Course
from store.rules import clock

from ..buyer import COFFEE, Buyer
from ..in_process import Shop
from ..standing_clock import StandingClock

TEAPOT = "red-teapot"


@pytest.fixture
def shop(new_shop: Shop) -> Shop:
    return new_shop


class Run:
    """One run of the command, in this process."""

    def __init__(self, shop: Shop, *options: str):
        ended = shop.command("reconcile", *options)
        self.code = ended.exit_code
        self.lines = ended.stdout.splitlines()
        self.said = ended.stderr

    @property
    def found(self) -> list[dict]:
        return [json.loads(line) for line in self.lines]

    def kinds(self, **facts: bool) -> list[str]:
        return sorted(each["kind"] for each in self.found if facts.items() <= each.items())


def sold(shop: Shop, slug: str = COFFEE) -> str:
    """Sell something; return the order's number."""
    buyer = Buyer(shop)
    buyer.pays_by_qris(buyer.goes_to_pay(slug))
    shop.works()
    return buyer.status()["number"]


def test_a_shop_without_a_difference_ends_with_0_and_a_sentence(shop: Shop):
    sold(shop)

    run = Run(shop)

    assert (run.code, run.lines) == (0, [])
    assert run.said == "Orders compared: 1, differences: 0, settled: 0, known cases: 0.\n"


def test_a_difference_is_a_line_with_what_to_do_and_ends_with_1(shop: Shop):
    number = sold(shop)
    shop.sql("UPDATE order_lines SET unit_price = 1")

    run = Run(shop)

    assert run.code == 1
    assert len(run.lines) == 1
    assert run.lines[0].startswith(f"differs  {number}  lines: Its lines come to Rp1 and shipping to Rp18.000, but its")
    assert run.lines[0].endswith("Compare it with a backup.")


def test_json_has_the_facts_of_each_in_an_object_a_line(shop: Shop):
    shop.set_stock(COFFEE, 7)

    found = Run(shop, "--json").found
    fixed = Run(shop, "--json", "--fix")

    assert [each.keys() for each in found] == [{"kind", "order", "product", "what", "advice", "known", "fixed"}]
    assert (found[0]["kind"], found[0]["order"], found[0]["product"]) == ("stock", None, COFFEE)
    assert (found[0]["known"], found[0]["fixed"]) == (False, False)
    assert (fixed.code, fixed.kinds(fixed=True)) == (0, ["stock"])


@pytest.mark.parametrize("status", [401, 403, 503])
def test_what_could_not_be_looked_at_is_named_at_the_end_and_ends_with_2(shop: Shop, status: int):
    number = sold(shop)
    shop.set_stock(COFFEE, 7)
    shop.sandbox.spoil("get_session", "error", status=status, count=None)

    run = Run(shop, "--json")

    assert (run.code, run.kinds()) == (2, ["stock"])
    last = run.said.splitlines()[-1]
    assert last.startswith(
        f"Not everything was compared with Xendit's record. Orders left out: 1 ({number}). Why: HTTP"
    )
    assert str(status) in last


def make_a_mess(shop: Shop) -> tuple[Buyer, Buyer, Buyer]:
    """Paid unheard, late money whose stock is gone, another sum than was asked, and stock set by hand."""
    shop.sandbox.turn_dial("never")
    unheard, late, odd = Buyer(shop), Buyer(shop), Buyer(shop)
    unheard.pays_by_qris(unheard.goes_to_pay())
    late.goes_to_pay(TEAPOT)
    late.presses("cancel")
    shop.sandbox.pay_late(late.session_id)
    link = odd.goes_to_pay()
    shop.sandbox.spoil("get_payment", "wrong_amount", count=None, session=odd.session_id)
    odd.pays_by_qris(link)
    shop.set_stock(TEAPOT, 0)
    return unheard, late, odd


def test_a_mess_is_cleared_up_by_fix_and_decide(shop: Shop):
    unheard, late, odd = make_a_mess(shop)

    before, fixing, known = Run(shop, "--json"), Run(shop, "--json", "--fix"), Run(shop, "--json")
    statuses = [buyer.status()["status"] for buyer in (unheard, late, odd)]
    shop.flask("decide", odd.status()["number"], "accept", "the buyer paid what was agreed")
    shop.flask("decide", late.status()["number"], "reject", "it is sold out")
    after = Run(shop, "--json")

    assert (before.code, fixing.code, known.code, after.code) == (1, 0, 0, 0)
    assert before.kinds(known=False) == ["payment_missing"] * 3 + ["session"] * 2 + ["stock"]
    assert fixing.kinds(fixed=True) == before.kinds(known=False)
    assert fixing.said.endswith("differences: 0, settled: 6, known cases: 3.\n")
    assert known.kinds() == ["case", "case", "refund_due"]
    assert statuses == ["paid", "refund_due", "pending"]
    assert after.kinds() == ["decided", "decided", "refund_due"]
    assert odd.status()["status"] == "paid"


def test_a_database_that_is_not_there_is_said_and_ends_with_2(shop: Shop):
    shop.sql("DROP TABLE alembic_version")

    run = Run(shop)

    assert (run.code, run.lines) == (2, [])
    assert run.said


def test_a_mail_is_told_how_far_it_has_come_only_each_ten_thousand_orders(capsys: pytest.CaptureFixture):
    progress = Progress(is_terminal=False)

    for orders in range(1, 20_001):
        progress.tell(Course(orders=orders))
    progress.clear()

    assert capsys.readouterr().err.splitlines() == [
        "Orders compared: 10,000, differences: 0", "Orders compared: 20,000, differences: 0"
    ]  # fmt: skip


def test_a_terminal_is_told_each_second_in_a_line_that_makes_room(capsys: pytest.CaptureFixture):
    with clock.using(StandingClock()):
        progress = Progress(is_terminal=True)
        for orders in range(1, 6):
            progress.tell(Course(orders=orders))
            clock.sleep(0.6)
        progress.clear()

    assert capsys.readouterr().err == (
        "\rOrders compared: 3, differences: 0 ...\rOrders compared: 5, differences: 0 ...\r\033[K"
    )
