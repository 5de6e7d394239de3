"""A faulty provider, and a shop with its worker that knows no other, for one module.

A module that wants them says so with a `shop` fixture of its own, and `buyer` follows.
"""

from collections.abc import Iterator

import pytest

from ..faulty_provider import FaultyProvider
from ..processes import Shop


@pytest.fixture(scope="module")
def provider() -> Iterator[FaultyProvider]:
    provider = FaultyProvider()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def shop_of_faulty_provider(tmp_path_factory: pytest.TempPathFactory, provider: FaultyProvider) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), provider.url)
    yield shop
    provider.heals()
    shop.stop()
