"""R14: the tests of what happens to orders come to the same on SQLite and on PostgreSQL, and none is left out."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from tests.processes import clean_environment
from tests.records import ROOT

from .places import DATABASES
from .table import Outcome, Scale

SUITE = ("tests/store/orders", "tests/store/catalog")
A_FILE = ("tests/store/orders/test_late_money.py",)
PASSED = "passed"
A_DATABASE = re.compile(rf"\b({'|'.join(DATABASES)})\b(?=[^\[]*\]$)")

Results = dict[str, str]  # what became of each test


def agreement(scale: Scale) -> Outcome:
    suite = SUITE if scale.is_full else A_FILE
    ran = [results(database, suite) for database in DATABASES]
    of_one = tests_of_one_database(*ran)
    bad = tuple(disagreements(*ran))
    says = f"the same tests pass on {' and '.join(DATABASES)}, beside {len(of_one)} of what only one of them has"
    return Outcome("R14", says, sum(map(len, ran)), bad)


def results(database: str, suite: Sequence[str]) -> Results:
    """Run these tests on one database. Raises RuntimeError if they could not be run."""
    with TemporaryDirectory(prefix="warung-proof-") as folder:
        report = Path(folder) / "report.xml"
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", f"--junitxml={report}", *suite],
            cwd=ROOT, env=clean_environment() | {"DATABASES": database}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if not report.exists():
            raise RuntimeError(ended.stdout[-500:])
        return dict(map(result, ElementTree.parse(report).iter("testcase")))


def result(case: ElementTree.Element) -> tuple[str, str]:
    """Return a test's id, and what became of it: passed, failure, error or skipped."""
    ended = [each.tag for each in case if each.tag in ("failure", "error", "skipped")]
    return f"{case.get('classname')}::{case.get('name')}", ended[0] if ended else PASSED


def disagreements(sqlite: Results, postgresql: Results) -> Iterator[str]:
    """Yield each test that did not pass, or that one of the two databases alone was tried with."""
    of_one = tests_of_one_database(sqlite, postgresql)
    for database, ran in zip(DATABASES, (sqlite, postgresql), strict=True):
        yield from (f"{name}: {ended}, {database}" for name, ended in ran.items() if ended != PASSED)
    one, other = ({general(name) for name in ran if name not in of_one} for ran in (sqlite, postgresql))
    yield from (f"{name}: on one database only" for name in sorted(one ^ other))
    if not one:
        yield "there are no tests"


def tests_of_one_database(sqlite: Results, postgresql: Results) -> set[str]:
    """Return the tests that name the same database in whichever run: of what the other one does not have."""
    return {name for name in sqlite.keys() & postgresql.keys() if general(name) != name}


def general(name: str) -> str:
    """Return a test's id without the database in its brackets."""
    return A_DATABASE.sub("a database", name)
