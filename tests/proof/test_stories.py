"""The first fifty stories of the simulator, and those that were bad once; `test_more_stories.py` has fifty more."""

import pytest

from proof.simulation import kept_seeds
from proof.simulator import tell


@pytest.mark.parametrize("seed", sorted({*range(1, 51), *kept_seeds()}))
def test_no_goal_breaks_and_every_order_comes_to_its_end(world, seed):
    story = tell(world, seed)

    assert not story.bad, story


def test_the_same_seed_tells_the_same_story(world):
    assert str(tell(world, 7, steps=60)) == str(tell(world, 7, steps=60))
