"""A merchant's way to `/_control`."""

import pytest

from ..controls import Control


@pytest.fixture
def control(here, merchant):
    return Control(here.address, merchant.key)
