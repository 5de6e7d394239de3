"""For each module a shop and a sandbox in this process; `buyer` follows."""

from collections.abc import Iterator

import pytest

from ..in_process import Sandbox, Shop


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), sandbox)
    yield shop
    shop.stop()
