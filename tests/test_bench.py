"""The bench in its small form: that it still measures, and never how fast this machine is just now."""

import pytest

from bench.counts import SMALL
from bench.report import table
from bench.shop import FIGURES, measure

from .databases import SQLITE


@pytest.mark.parametrize("figure", FIGURES)
def test_each_line_of_the_bench_has_a_figure_and_no_error(figure: str):
    lines, versions = measure([figure], [SQLITE], SMALL)

    assert lines and all(any(map(str.isdigit, line.figure)) for line in lines)
    assert [line for line in lines if line.errors] == []
    assert all(line.what in table(lines, versions) for line in lines)
