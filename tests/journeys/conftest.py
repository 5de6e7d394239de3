"""A provider that can be spoiled, and a shop with its worker that knows no other, for one module.

A module that wants them says so with a `shop` fixture of its own, and `buyer` follows.
"""

from collections.abc import Iterator

import pytest

from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy


@pytest.fixture(scope="module")
def provider() -> Iterator[SpoilingProxy]:
    provider = SpoilingProxy.on_a_port()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def shop_of_provider(tmp_path_factory: pytest.TempPathFactory, provider: SpoilingProxy) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), provider.url)
    try:
        yield shop
        provider.heals()
    finally:
        shop.stop()
