"""Two shops and two workers on one PostgreSQL, and two processes on SQLite: nothing is sold or counted twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from proof.places import new_provider, new_shops
from proof.races import (
    BUYERS,
    PIECES,
    counted_twice,
    forget_orders,
    oversold,
    paid_session,
    ready_to_pay,
    send_copies,
)  # fmt: skip

from ..at_once import all_at_once
from ..buyer import COFFEE
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy

pytestmark = pytest.mark.alone
ROUNDS = 3


@pytest.fixture(scope="module")
def provider() -> Iterator[SpoilingProxy]:
    with new_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def shops(provider: SpoilingProxy, database: str) -> Iterator[list[Shop]]:
    """One of two processes; on PostgreSQL another one beside it, with the same database."""
    with new_shops(provider, database) as shops:
        yield shops


def test_of_200_buyers_ten_get_the_last_ten_pieces_each_time(shops: list[Shop]):
    with ThreadPoolExecutor(8) as pool:
        presses = list(pool.map(ready_to_pay, (shops * BUYERS)[:BUYERS]))
    for _ in range(ROUNDS):
        forget_orders(shops[0])

        assert list(oversold(shops[0], all_at_once(presses))) == []
    programs = [program for shop in shops for program in (shop.process, shop.worker) if program]
    assert "Traceback" not in "".join(program.output() for program in programs)


def test_a_hundred_copies_of_one_event_count_once(shops: list[Shop], provider: SpoilingProxy):
    shops[0].set_stock(COFFEE, PIECES)
    session = paid_session(shops[0], provider)

    answers = send_copies(shops, session)

    assert list(counted_twice(shops[0], session, answers)) == []
    assert shops[0].stock(COFFEE) == PIECES - 1
    assert list(counted_twice(shops[0], session, answers[1:])) != []
