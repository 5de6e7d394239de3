"""Refunds through real processes: killed in the middle, asked for twice at once, and with every webhook lost."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from ..at_once import all_at_once
from ..buyer import Buyer
from ..databases import on_one
from ..ports import free_port
from ..processes import ROOT, Sandbox, Shop
from ..waiting import wait_until

HAS_IT, NOBODY_KNOWS = 0, 3
SLOW = 3000  # milliseconds


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), free_port())
    yield sandbox
    sandbox.process.kill()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, database: str) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), sandbox.url, database=database)
    sandbox.change_account(webhook_url=f"{shop.url}/webhooks/xendit")
    yield shop
    shop.stop()


@pytest.fixture
def number(sandbox: Sandbox, shop: Shop, buyer: Buyer) -> str:
    """The number of an order that the buyer has paid by card; refunds take a second."""
    sandbox.change_account(refund_seconds=1)
    buyer.goes_to_pay()
    sandbox.pay(buyer.session_id, channel="CARDS")
    buyer.waits_until("paid")
    return buyer.status()["number"]


def begin(shop: Shop, *words: str) -> subprocess.Popen:
    """Start the refund command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "refund", *words],
        cwd=ROOT, env=shop.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def code_of(process: subprocess.Popen) -> int:
    process.communicate(timeout=60)
    return process.returncode


def die(process: subprocess.Popen) -> None:
    process.kill()
    process.communicate()


def statuses(shop: Shop) -> list[str]:
    """Where the refunds of the newest order with any stand."""
    newest = "SELECT max(order_id) FROM refunds"
    return [row[0] for row in shop.sql(f"SELECT status FROM refunds WHERE order_id = ({newest}) ORDER BY id")]


def made(sandbox: Sandbox, number: str) -> list[str]:
    """Where the refunds of this order stand at Xendit."""
    return [each["status"] for each in sandbox.refunds(number)]


@on_one
def test_a_refund_ends_by_its_webhook(sandbox: Sandbox, shop: Shop, buyer: Buyer, number: str):
    code = code_of(begin(shop, number))
    shop.sql("UPDATE refunds SET next_check_at = NULL")  # so that no poll finds it

    assert (code, buyer.waits_until("refunded")["attention"]) == (HAS_IT, False)
    assert (statuses(shop), made(sandbox, number)) == (["SUCCEEDED"], ["SUCCEEDED"])


@on_one
def test_a_refund_ends_without_any_webhook(sandbox: Sandbox, shop: Shop, buyer: Buyer, number: str):
    sandbox.turn_dial("never")
    code = code_of(begin(shop, number))

    buyer.waits_until("refunded")
    sandbox.turn_dial("on_time")

    assert (code, made(sandbox, number)) == (HAS_IT, ["SUCCEEDED"])


def test_two_commands_at_once_make_one_refund(sandbox: Sandbox, shop: Shop, buyer: Buyer, number: str):
    sandbox.spoil("create_refund", "delay", milliseconds=500)
    sandbox.change_account(refund_seconds=600)  # whichever begins later, however late, finds it under way

    codes = [code_of(process) for process in all_at_once([partial(begin, shop, number)] * 2)]
    sandbox.lets_pass(seconds=600)

    assert HAS_IT in codes and set(codes) <= {HAS_IT, NOBODY_KNOWS}
    buyer.waits_until("refunded")
    assert (statuses(shop), made(sandbox, number)) == (["SUCCEEDED"], ["SUCCEEDED"])


@on_one
def test_a_command_killed_while_xendit_works_leaves_the_refund_to_the_worker(
    sandbox: Sandbox, shop: Shop, buyer: Buyer, number: str
):
    sandbox.spoil("create_refund", "delay", milliseconds=SLOW)
    process = begin(shop, number)
    wait_until(lambda: len(shop.sql("SELECT id FROM refunds WHERE status = 'SENT'")) == 1)

    die(process)
    shop.make_everything_due()

    buyer.waits_until("refunded")
    assert (statuses(shop), made(sandbox, number)) == (["SUCCEEDED"], ["SUCCEEDED"])


@on_one
def test_a_command_killed_as_soon_as_the_refund_is_written_down_leaves_it_to_the_worker(
    sandbox: Sandbox, shop: Shop, buyer: Buyer, number: str
):
    had = len(shop.sql("SELECT id FROM refunds"))
    process = begin(shop, number)
    wait_until(lambda: len(shop.sql("SELECT id FROM refunds")) > had)

    die(process)
    shop.make_everything_due()

    buyer.waits_until("refunded")
    assert (statuses(shop), made(sandbox, number)) == (["SUCCEEDED"], ["SUCCEEDED"])


@on_one
def test_a_worker_killed_while_it_looks_leaves_the_refund_to_the_next(
    sandbox: Sandbox, shop: Shop, buyer: Buyer, number: str
):
    sandbox.turn_dial("never")
    sandbox.spoil("get_refund", "delay", milliseconds=SLOW)
    code_of(begin(shop, number))
    shop.make_everything_due()
    wait_until(lambda: shop.sql("SELECT id FROM refunds WHERE status = 'PENDING' AND next_check_at > '2001-01-01'"))

    shop.worker.kill()
    shop.start_worker()
    shop.make_everything_due()

    buyer.waits_until("refunded")
    sandbox.turn_dial("on_time")
    assert (statuses(shop), made(sandbox, number)) == (["SUCCEEDED"], ["SUCCEEDED"])
