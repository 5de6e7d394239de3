"""Who writes to SQLite's file, and in which order: threads of one process, and processes beside each other."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest

from store.turns import NEXT, Turns, _is_nobodys
from tests.records import ROOT
from tests.waiting import PATIENCE, wait_until

# It waits for the turn as often as it is told to, each time so many seconds, and keeps it until the next line.
PROGRAM = """
import sys
from store.turns import TooLate, Turns
turns = Turns(sys.argv[1])
for patience in sys.stdin:
    try:
        with turns.one(float(patience)):
            print("writes", flush=True)
            sys.stdin.readline()
    except TooLate:
        print("too late", flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "shop.db-turn")


class Program:
    """Another process that writes to the same file."""

    def __init__(self, file: str):
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, file], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def asks(self, patience: float = PATIENCE) -> None:
        self._says(f"{patience}\n")

    def hears(self) -> str:
        return self._process.stdout.readline().strip()

    def lets_go(self) -> None:
        self._says("\n")

    def is_killed(self) -> None:
        self._process.kill()
        self._process.wait()

    def ends(self) -> None:
        self.is_killed()
        self._process.stdout.close()
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def _says(self, line: str) -> None:
        self._process.stdin.write(line)
        self._process.stdin.flush()


@contextmanager
def programs(file: str, count: int) -> Iterator[list[Program]]:
    started = [Program(file) for _ in range(count)]
    try:
        yield started
    finally:
        for program in started:
            program.ends()


def somebody_is_next(file: str) -> bool:
    """Ask as a process that holds no place itself."""
    meeting = os.open(file, os.O_RDWR)
    try:
        return not _is_nobodys(meeting, NEXT)
    finally:
        os.close(meeting)


def writes(turns: Turns, written: list, name: object, patience: float = PATIENCE) -> None:
    with turns.one(patience):
        written.append(name)


def test_threads_write_in_the_order_in_which_they_came(file: str):
    turns, written = Turns(file), []
    with ThreadPoolExecutor(20) as threads, turns.one(PATIENCE):
        for number in range(20):
            threads.submit(writes, turns, written, number)
            wait_until(lambda: len(turns._line) == number + 1)  # noqa: B023 (it is asked at once)
        assert not written

    assert written == list(range(20))


def test_who_waits_too_long_leaves_the_line_and_the_others_go_on(file: str):
    turns, written = Turns(file), []
    with ThreadPoolExecutor(2) as threads, turns.one(PATIENCE):
        hurried = threads.submit(writes, turns, written, "hurried", 0.05)
        wait_until(lambda: turns._line)
        threads.submit(writes, turns, written, "patient")
        assert "TooLate" in repr(hurried.exception(PATIENCE))

    assert written == ["patient"]


def test_where_the_first_was_too_late_at_the_file_the_line_and_the_others_go_on(file: str):
    turns, written = Turns(file), []
    with programs(file, 1) as [other]:
        other.asks()
        assert other.hears() == "writes"
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(writes, turns, written, "first", 0.05)
            threads.submit(writes, turns, written, "second")
            assert "TooLate" in repr(first.exception(PATIENCE)) and not written
            other.lets_go()
        assert written == ["second"]
        other.asks()
        assert other.hears() == "writes"


def test_processes_write_in_the_order_in_which_they_came(file: str):
    turns, written = Turns(file), []
    with programs(file, 2) as [first, second], ThreadPoolExecutor(1) as threads:
        first.asks()
        assert first.hears() == "writes"
        second.asks()
        wait_until(lambda: somebody_is_next(file))
        third = threads.submit(writes, turns, written, "third")
        first.lets_go()
        assert second.hears() == "writes"
        assert not written
        second.lets_go()
        third.result(PATIENCE)


def test_a_process_that_never_stops_writing_lets_the_others_in(file: str):
    turns, has_ended = Turns(file), Event()

    def write_on() -> None:
        while not has_ended.is_set():
            writes(turns, [], "busy")

    with programs(file, 1) as [other], ThreadPoolExecutor(4) as threads:
        busy = [threads.submit(write_on) for _ in range(4)]
        try:
            other.asks(PATIENCE / 2)
            assert other.hears() == "writes"
        finally:
            has_ended.set()
            other.is_killed()
        for each in busy:
            each.result(PATIENCE)


def test_a_process_that_waited_too_long_stands_in_nobodys_way(file: str):
    with programs(file, 3) as [slow, hurried, patient]:
        slow.asks()
        assert slow.hears() == "writes"
        hurried.asks(patience=0.05)

        assert hurried.hears() == "too late"
        slow.lets_go()
        patient.asks()
        assert patient.hears() == "writes"


def test_a_killed_process_keeps_no_turn(file: str):
    with programs(file, 1) as [killed]:
        killed.asks()
        assert killed.hears() == "writes"
        killed.is_killed()

        writes(Turns(file), [], "next", patience=PATIENCE)


def test_one_who_fails_gives_the_turn_away(file: str):
    turns, written = Turns(file), []
    with suppress(ZeroDivisionError), turns.one(PATIENCE):
        _ = 1 / 0

    writes(turns, written, "next", patience=0)

    assert written == ["next"]


@pytest.mark.parametrize("file", [None, "/no/such/folder/shop.db-turn"])
def test_where_no_file_can_be_kept_a_process_goes_by_its_own_line(file: str | None):
    turns, written = Turns(file), []
    writes(turns, written, "first", patience=0)
    writes(turns, written, "second", patience=0)

    assert written == ["first", "second"]
