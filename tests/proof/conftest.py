"""One world for each module; every seed begins it anew."""

from collections.abc import Iterator

import pytest

from proof.world import World, opened


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened() as world:
        yield world
