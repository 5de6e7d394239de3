"""For each module a shop on each database and a sandbox, in this process; `buyer` follows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..in_process import Sandbox, Shop


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, database: str) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), sandbox, database)
    yield shop
    shop.stop()


@pytest.fixture
def new_shop(tmp_path: Path, database: str) -> Iterator[Shop]:
    """A shop with a sandbox of this test's own."""
    shop = Shop(tmp_path, Sandbox(), database)
    yield shop
    shop.stop()
