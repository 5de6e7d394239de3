"""What has been spent of the calls that may be made to Xendit."""

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from ..database import db
from .columns import Text


class CallBudget(db.Model):
    """One row, shared by all workers: how many calls were made in each second of the last minute."""

    __tablename__ = "call_budgets"

    name: Mapped[str] = mapped_column(Text(20), primary_key=True)
    made: Mapped[dict[str, int]] = mapped_column(JSON)
