"""The same tests on both databases: what passes on one alone, fails, or is left out is told."""

from proof.agreement import agreement, disagreements
from proof.table import SMALL

BOTH = ({"pays[sqlite-1]": "passed", "locks[sqlite]": "passed"}, {"pays[postgresql-1]": "passed"})
OF_ONE = {"locks[sqlite]": "passed"}


def test_a_few_tests_come_to_the_same_on_both_databases():
    outcome = agreement(SMALL)

    assert (outcome.bad, outcome.tried > 0) == ((), True)


def test_tests_of_what_one_database_has_count_for_none():
    sqlite, postgresql = BOTH

    assert list(disagreements(sqlite, postgresql | OF_ONE)) == []


def test_a_test_that_one_database_alone_was_tried_with_is_told():
    assert list(disagreements(*BOTH)) == ["locks[a database]: on one database only"]


def test_a_test_that_was_left_out_or_failed_is_told():
    sqlite, _ = BOTH
    postgresql = {"pays[postgresql-1]": "skipped", "locks[postgresql]": "failure"}

    told = list(disagreements(sqlite, postgresql))

    assert told == ["pays[postgresql-1]: skipped, postgresql", "locks[postgresql]: failure, postgresql"]


def test_no_tests_at_all_is_no_agreement():
    assert list(disagreements({}, {})) == ["there are no tests"]
