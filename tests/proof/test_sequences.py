"""Sequences of up to four events by what they begin with; `test_more_sequences.py` has the rest."""

import pytest

from proof.sequences import beginnings, number_of_all, play

LENGTH = 4


def test_there_are_as_many_as_the_plan_says():
    assert number_of_all(5) == 19_607
    assert number_of_all(LENGTH) > 2000


@pytest.mark.parametrize("beginning", beginnings()[:24], ids=" ".join)
def test_no_sequence_breaks_a_goal(world, beginning):
    assert play(world, beginning, LENGTH) == []
