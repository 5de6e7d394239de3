"""How webhooks get on their way when receivers hang or dawdle."""

import socket
import threading
import time as real

import pytest

from sandbox.clock import Clock
from sandbox.webhooks.courier import FairQueue, post_over_network

from ...standing_clock import StandingClock
from ..conftest import new_merchant, until
from ..controls import Control


@pytest.fixture
def raw():
    """Starts a receiver that does with each connection what it is told; gives its address."""
    listeners = []

    def start(treat):
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        listeners.append(listener)
        threading.Thread(target=_accept, args=(listener, treat), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/hook"

    yield start
    for listener in listeners:
        listener.close()


def _accept(listener, treat):
    while True:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=treat, args=(line,), daemon=True).start()


def trickle(beginning):
    def treat(line):
        try:
            line.sendall(beginning)
            for _ in range(600):
                line.sendall(b"x")
                real.sleep(0.1)
        except OSError:
            pass

    return treat


def test_an_account_whose_receiver_hangs_delays_no_other(here, merchant, buyer, receiver, raw):
    lines = []
    slow = new_merchant(here, receiver)
    slow.sets(webhook_url=raw(lines.append), webhook_timeout_seconds=60)
    for _ in range(20):
        buyer.fails_by_qr(slow.create())
    until(lambda: len(lines), lambda count: count == 4)
    session = merchant.create()

    buyer.fails_by_qr(session)

    receiver.wait_for(session, "payment.failure")
    assert len(lines) == 4
    slow.sets(webhook_url=None)  # What still waits goes nowhere.
    for line in lines:
        line.close()


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nx-slow: "])
def test_an_answer_that_trickles_in_is_a_time_out(merchant, buyer, raw, beginning):
    merchant.sets(webhook_url=raw(trickle(beginning)), webhook_timeout_seconds=1, retries_timeouts=False)
    session = merchant.create()

    buyer.fails_by_qr(session)

    [delivery] = Control(merchant.address, merchant.key).waits_for(session, 1)
    [tried] = delivery["tries"]
    assert (tried["status"], tried["answer"], delivery["state"]) == (None, "TimeoutError", "GIVEN_UP")


def test_the_time_limit_leaves_no_thread_behind(receiver, raw):
    slow, body = raw(trickle(b"")), '{"business_id": "none", "data": {"reference_id": "threads"}}'

    answers = [post_over_network(Clock(), receiver.url, {}, body, 30), post_over_network(Clock(), slow, {}, body, 1)]

    assert answers == [(200, "ok"), (None, "TimeoutError")]
    until(threading.enumerate, lambda alive: not any(isinstance(each, threading.Timer) for each in alive))


def test_a_clock_that_stands_keeps_nobody_waiting_for_a_receiver(raw):
    standing, lines = Clock(StandingClock()), []
    silent, trickling = raw(lines.append), raw(trickle(b"HTTP/1.1 200 OK\r\nx-slow: "))

    answers = [post_over_network(standing, address, {}, "{}", 0.2) for address in (silent, trickling)]

    assert answers == [(None, "TimeoutError")] * 2
    assert len(lines) == 1


def test_one_sender_takes_all_in_the_order_in_which_they_came():
    waiting, order = FairQueue(share=4), []
    for position, account in enumerate("AAAAAABAB"):
        waiting.put(account, position)

    for _ in range(9):
        account, position = waiting.take()
        order.append(position)
        waiting.give_back(account)

    assert order == list(range(9))
