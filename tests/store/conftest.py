"""For each module a shop and a sandbox in this process; `buyer` follows."""

import pytest

from ..in_process import Sandbox, Shop


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"), sandbox)
