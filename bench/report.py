"""What was measured, as a table in Markdown with the date, the commit and the machine."""

import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .floors import sqlite
from .load import ROOT


@dataclass(frozen=True)
class Line:
    """One figure. Without a `goal` it is there to be compared with; `errors` are answers that should not be."""

    what: str
    database: str
    figure: str
    errors: int = 0
    goal: str = ""
    is_met: bool = True

    @property
    def verdict(self) -> str:
        if not self.goal:
            return ""
        return "met" if self.is_met and not self.errors else "**MISSED**"

    def __str__(self) -> str:
        errors = f"; {self.errors} errors" if self.errors else ""
        return f"| {self.what} | {self.database} | {self.figure}{errors} | {self.goal} | {self.verdict} |"


def table(lines: Iterable[Line], versions: str) -> str:
    head = ["| | on | measured | goal | |", "|---|---|---|---|---|"]
    return "\n".join([_where(versions), "", *head, *map(str, lines)])


def _where(versions: str) -> str:
    cores = len(os.sched_getaffinity(0))
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}; {_processor()}, {cores} cores,"
        f" load {os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()},"
        f" SQLite {sqlite.sqlite_version}, {versions}."
    )


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=7"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = (each.partition(":")[2].strip() for each in lines if each.startswith("model name"))
    return next(named, platform.machine())
