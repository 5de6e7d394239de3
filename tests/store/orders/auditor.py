"""Reconciles the shop of a desk, as the command does."""

from datetime import timedelta
from typing import Any

from store.orders.differences import Difference
from store.orders.inquiry import Inquiry
from store.orders.pacing import PacedClient
from store.orders.reconcile import Course, Reconciliation
from store.rules.clock import now

from .conftest import Desk


class Auditor:
    """`course` is that of the last run."""

    def __init__(self, desk: Desk):
        self.provider = desk.provider
        self.course = Course()
        self.inquiry: Inquiry | None = None

    def finds(self, is_fixing: bool = False, days: int = 30) -> list[Difference]:
        self.inquiry = Inquiry(PacedClient(self.provider, is_test_key=True))
        work = Reconciliation(self.inquiry, is_fixing, lambda course: None)
        self.course = work.course
        return list(work.run(now() - timedelta(days=days)))

    def kinds(self, **options: Any) -> list[str]:
        return sorted(each.kind for each in self.finds(**options))
