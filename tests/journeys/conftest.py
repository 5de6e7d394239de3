"""A provider that can be spoiled, and a shop with its worker that knows no other, for one module; and a clone.

A module that wants them says so with a `shop` fixture of its own, and `buyer` follows.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..processes import ROOT, Shop
from ..spoiling_proxy import SpoilingProxy
from .demo import Demo

PARTS_OF_THE_SHOP = ("app.py", "gunicorn.conf.py", "store", "sandbox", "templates", "static")


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


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's files in a folder of their own: without anybody's `.env` and `instance/`."""
    folder = tmp_path_factory.mktemp("clone")
    for name in PARTS_OF_THE_SHOP:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def demo(clone: Path, tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(clone, tmp_path)
    yield demo
    demo.end()
