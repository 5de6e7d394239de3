"""The table of the proof: its rows, and what its exit code says."""

import re

import pytest

from proof.__main__ import tell
from proof.table import SMALL, Check, Outcome, complaints, line, run, versions


def stumbles(scale):
    raise RuntimeError("no such thing")


def test_a_row_names_the_goal_and_counts_what_was_bad():
    row = line(Outcome("G9", "nothing is lost", 1200, ("order W-1 is lost",), seed="1-9", seconds=3.2))

    assert row == "| G9 | nothing is lost | 1,200 | 1 | 3 | 1-9 |"


def test_the_table_names_what_was_tried():
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d, commit \w+(-dirty)?, Python 3\.\d+\.\d+, SQLite 3\.[\d.]+, (no )?PostgreSQL( \d+.*)?",
        versions(),
    )


def test_a_check_that_stumbles_is_bad_and_the_next_is_run():
    good = Check(("G2",), lambda scale: [Outcome("G2", "fine", scale.of(2000, 7))])

    first, second = run([Check(("G1",), stumbles), good], SMALL)

    assert list(complaints(first)) == ["G1: RuntimeError('no such thing')"]
    assert (second.tried, second.bad) == (7, ())


@pytest.mark.parametrize(("bad", "code"), [((), 0), (("W-1 is lost",), 1)])
def test_the_exit_code_is_1_if_anything_is_bad(bad, code, capsys):
    check = Check(("G1",), lambda scale: [Outcome("G1", "nothing is lost", 1, bad)])

    assert tell([check], is_small=True) == code
    assert all(f"G1: {each}" in capsys.readouterr().out for each in bad)
