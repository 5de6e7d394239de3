"""A merchant's way to `/_control`, where a test of the API needs it."""

import pytest

from ..controls import Control


@pytest.fixture
def control(here, merchant):
    return Control(here.address, merchant.key)
