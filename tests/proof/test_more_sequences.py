"""Sequences of up to four events that begin with the last four, in a file of their own for another core."""

import pytest

from proof.sequences import EVENTS, play, sequences


@pytest.mark.parametrize("second", EVENTS)
@pytest.mark.parametrize("first", EVENTS[3:])
def test_no_sequence_breaks_a_goal(world, first, second):
    bad = [found for each in sequences(4) if each[:2] == (first, second) for found in play(world, each)]

    assert bad == []
