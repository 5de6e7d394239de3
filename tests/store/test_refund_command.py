"""The refund command: what it says, its exit codes, and that whatever happens makes one refund."""

from contextlib import closing
from functools import partial

import pytest
from click.testing import Result

from store.database import db
from store.sqlite import driver

from ..at_once import all_at_once
from ..buyer import Buyer
from ..databases import only_sqlite
from ..in_process import Sandbox, Shop
from .meanwhile import Meanwhile

HAS_IT, REFUSED, USAGE, NOBODY_KNOWS = 0, 1, 2, 3


@pytest.fixture(autouse=True)
def usual_account(sandbox: Sandbox) -> None:
    sandbox.heal()
    sandbox.change_account(refund_seconds=0, refund_failure_code=None)


def sold(shop: Shop, channel: str = "CARDS") -> str:
    """The number of an order that is paid by this channel."""
    buyer = Buyer(shop)
    buyer.goes_to_pay()
    shop.sandbox.pay(buyer.session_id, channel=channel)
    shop.works()
    assert buyer.status()["status"] == "paid"
    return buyer.status()["number"]


def refund(shop: Shop, *words: str) -> Result:
    return shop.command("refund", *words)


def status(shop: Shop, number: str) -> tuple[str, str | None]:
    return shop.sql("SELECT status, attention FROM orders WHERE number = ?", number)[0]


def refunds(shop: Shop, number: str) -> list[tuple]:
    return shop.sql(
        "SELECT refunds.status, refunds.amount, refunds.reason FROM refunds JOIN orders ON orders.id = order_id"
        " WHERE number = ? ORDER BY refunds.id",
        number,
    )


def test_it_gives_back_all_of_an_order_and_says_so(shop: Shop):
    number = sold(shop)

    told = refund(shop, number)
    shop.works()

    assert told.exit_code == HAS_IT
    assert told.stdout.startswith("Rp103.000 of payment py-")
    assert f"is under way at Xendit. The worker follows it. ({number}-R1)" in told.stdout
    assert status(shop, number) == ("refunded", None)


def test_what_xendit_does_at_once_is_given_back(shop: Shop, sandbox: Sandbox):
    sandbox.spoil("create_refund", "wrong_status", value="SUCCEEDED")

    told = refund(shop, sold(shop))

    assert (told.exit_code, "is given back" in told.stdout) == (HAS_IT, True)


def test_it_gives_back_a_part_for_a_reason_of_xendits(shop: Shop):
    number = sold(shop)

    told = refund(shop, number, "3000", "--reason", "DUPLICATE")
    shop.works()

    assert (told.exit_code, told.stdout.startswith("Rp3.000 of")) == (HAS_IT, True)
    assert refunds(shop, number) == [("SUCCEEDED", 3000, "DUPLICATE")]
    assert status(shop, number) == ("partially_refunded", None)


@pytest.mark.parametrize("words", [["3000000"], ["nothing"], ["0"], ["--payment", "py-x"], ["1", "--restock"]])
def test_what_the_shop_refuses_is_said_and_does_nothing(shop: Shop, words: list[str]):
    number = sold(shop)

    told = refund(shop, number, *words)

    assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (REFUSED, "", 1)
    assert refunds(shop, number) == []


def test_an_order_that_is_unknown_or_unpaid_is_refused(shop: Shop, buyer: Buyer):
    buyer.goes_to_pay()

    codes = [refund(shop, number).exit_code for number in ("W-000000", buyer.status()["number"])]

    assert codes == [REFUSED, REFUSED]


def test_only_the_reasons_of_xendit_are_taken(shop: Shop):
    told = refund(shop, "W-000000", "--reason", "BORED")

    assert told.exit_code == USAGE
    assert "REQUESTED_BY_CUSTOMER" in told.stderr


def test_where_the_channel_gives_nothing_back_it_says_what_to_do_and_that_can_be_recorded(shop: Shop):
    number = sold(shop, "BCA_VIRTUAL_ACCOUNT")

    told = refund(shop, number)
    asked = status(shop, number)
    recorded = refund(shop, number, "--done-by-hand", "transfer of 30 November")

    assert (told.exit_code, told.stdout) == (REFUSED, "")
    assert "REFUND_NOT_SUPPORTED" in told.stderr and "--done-by-hand" in told.stderr
    assert asked == ("paid", told.stderr.strip())
    assert (recorded.exit_code, "by hand" in recorded.stdout) == (HAS_IT, True)
    assert status(shop, number) == ("refunded", None)


@pytest.mark.parametrize("kind", ["reset_after_work", "reset_before_work", "error_after_work"])
def test_an_outcome_that_nobody_knows_is_found_by_the_worker(shop: Shop, sandbox: Sandbox, kind: str):
    number = sold(shop)
    sandbox.spoil("create_refund", kind)

    told = refund(shop, number)
    shop.make_everything_due()
    for _ in range(2):
        shop.works()

    assert (told.exit_code, "The worker finds out" in told.stdout) == (NOBODY_KNOWS, True)
    assert [row[0] for row in refunds(shop, number)] == ["SUCCEEDED"]
    assert status(shop, number) == ("refunded", None)


def test_the_same_once_more_exits_as_the_first_one_stands(shop: Shop, sandbox: Sandbox):
    numbers = sold(shop), sold(shop)
    sandbox.change_account(refund_seconds=1000)
    refund(shop, numbers[0])
    sandbox.spoil("create_refund", "reset_before_work")
    refund(shop, numbers[1])

    pending, unknown = (refund(shop, number) for number in numbers)

    assert (pending.exit_code, unknown.exit_code) == (HAS_IT, NOBODY_KNOWS)
    assert pending.stdout.startswith("There is one already: Rp103.000 of payment py-")
    assert [len(refunds(shop, number)) for number in numbers] == [1, 1]


def test_another_amount_is_refused_while_one_is_under_way(shop: Shop, sandbox: Sandbox):
    number = sold(shop)
    sandbox.change_account(refund_seconds=1000)
    refund(shop, number, "3000")

    told = refund(shop, number)

    assert (told.exit_code, "is under way" in told.stderr) == (REFUSED, True)


def test_four_at_once_make_one_refund(shop: Shop, sandbox: Sandbox):
    number = sold(shop)
    sandbox.change_account(refund_seconds=1000)

    with shop.app.app_context():
        db.session.rollback()
    codes = all_at_once([lambda: refund(shop, number).exit_code] * 4)

    assert set(codes) <= {HAS_IT, NOBODY_KNOWS}
    assert codes.count(HAS_IT) >= 1
    assert [row[0] for row in refunds(shop, number)] == ["PENDING"]
    assert len(sandbox.refunds(number)) == 1


@only_sqlite
def test_a_database_that_fails_after_xendits_answer_loses_no_refund(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    number = sold(shop)
    with closing(driver.connect(shop.database.path, isolation_level=None)) as holder, monkeypatch.context() as patch:
        holds = partial(holder.execute, "BEGIN IMMEDIATE")
        patch.setitem(shop.app.extensions, "xendit", Meanwhile(shop.app.extensions["xendit"], holds, "create_refund"))

        told = refund(shop, number)

    shop.make_everything_due()
    shop.works()
    assert (told.exit_code, "The worker finds out" in told.stderr) == (NOBODY_KNOWS, True)
    assert [row[0] for row in refunds(shop, number)] == ["SUCCEEDED"]
