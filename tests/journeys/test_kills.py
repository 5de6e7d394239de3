"""Shop and worker killed, ended and reloaded while buyers buy: what was answered is kept, and all adds up."""

from collections.abc import Iterator

import pytest

from proof.crowd import BUYERS, Crowd, wait_for_calls, what_is_bad
from proof.kills import kills, reload
from proof.places import new_provider, new_shop
from proof.table import SMALL

from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy, delay


@pytest.fixture
def provider() -> Iterator[SpoilingProxy]:
    with new_provider() as provider:
        yield provider


@pytest.fixture
def shop(provider: SpoilingProxy, database: str) -> Iterator[Shop]:
    with new_shop(provider, database) as shop:
        yield shop


def test_whoever_dies_whenever_no_money_and_no_piece_is_lost(database: str):
    assert kills(SMALL, database).bad == ()


def test_a_reload_turns_nobody_away_and_no_restart_loses_anything(shop: Shop, provider: SpoilingProxy):
    one_of_two = shop.worker
    shop.start_worker()
    provider.always(delay(0.5), "create")  # so that there is always somebody in the middle of it
    with Crowd(shop, provider) as crowd:
        wait_for_calls(provider, 2 * BUYERS)
        reload(shop)
        one_of_two.stop()
        wait_for_calls(provider, 2 * BUYERS)
        while_it_reloaded = list(crowd.turned_away)
        shop.process.stop()
        shop.start()
        wait_for_calls(provider, 2 * BUYERS)
    provider.heals()

    assert while_it_reloaded == []
    assert list(what_is_bad(shop, crowd)) == []
    assert "Traceback" not in shop.process.output() + shop.worker.output()


def test_an_event_or_a_piece_that_is_gone_is_told(shop: Shop, provider: SpoilingProxy):
    with Crowd(shop, provider) as crowd:
        wait_for_calls(provider, 3 * BUYERS)
    assert list(what_is_bad(shop, crowd)) == []

    crowd.answered.append(crowd.answered[0])
    crowd.gained += 1

    told = list(what_is_bad(shop, crowd))
    assert ["are kept" in told[0], "movements" in told[1]] == [True, True]
