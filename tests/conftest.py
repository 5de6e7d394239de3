"""What tests share: one sandbox and one shop with its worker for the whole run, a new buyer for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .buyer import Buyer
from .processes import Sandbox, Shop, free_port


@pytest.fixture(scope="session")
def shop_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, shop_port: int) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), shop_port)
    yield sandbox
    sandbox.process.stop()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, shop_port: int) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("shop")
    shop = Shop(folder, sandbox.url, shop_port)
    yield shop
    shop.stop()


@pytest.fixture
def buyer(shop: Shop) -> Buyer:
    return Buyer(shop)
