"""Fifty more stories of the simulator, in a file of their own so that another core tells them."""

import pytest

from proof.simulator import tell


@pytest.mark.parametrize("seed", range(51, 101))
def test_no_goal_breaks_and_every_order_comes_to_its_end(world, seed):
    story = tell(world, seed)

    assert not story.bad, story
