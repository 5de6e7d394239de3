"""Sequences of up to four events that begin with the first three; `test_more_sequences.py` has the rest."""

import pytest

from proof.sequences import EVENTS, number_of_all, play, sequences

LENGTH = 4


def test_there_are_as_many_as_the_plan_says():
    assert number_of_all(5) == 19_607
    assert number_of_all(LENGTH) > 2000


@pytest.mark.parametrize("second", EVENTS)
@pytest.mark.parametrize("first", EVENTS[:3])
def test_no_sequence_breaks_a_goal(world, first, second):
    bad = [found for each in sequences(LENGTH) if each[:2] == (first, second) for found in play(world, each)]

    assert bad == []
