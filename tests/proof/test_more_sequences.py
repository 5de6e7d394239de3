"""Sequences of up to four events by what they begin with, in a file of their own for another core."""

import pytest

from proof.sequences import beginnings, play

LENGTH = 4


@pytest.mark.parametrize("beginning", beginnings()[24:], ids=" ".join)
def test_no_sequence_breaks_a_goal(world, beginning):
    assert play(world, beginning, LENGTH) == []
