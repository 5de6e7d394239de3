"""Accounts: each API key that begins like a test key is a merchant of its own, made when it is first used."""

import json
from dataclasses import asdict, dataclass, replace

from ..contract import ids
from ..settings import is_token, is_webhook_url, is_whole_number
from .database import Database

REFUND_FAILURES = (
    "ACCOUNT_ACCESS_BLOCKED",
    "ACCOUNT_NOT_FOUND",
    "DUPLICATE_ERROR",
    "INSUFFICIENT_BALANCE",
    "REFUND_FAILED",
)


@dataclass(frozen=True)
class Account:
    key: str
    business_id: str
    merchant: str
    webhook_token: str
    webhook_url: str | None = None
    rate_limited: bool = False
    webhook_timeout_seconds: int = 30
    # Xendit's pages differ on whether a webhook without an answer in time is sent again.
    retries_timeouts: bool = True
    # Sessions for HK in HKD and for MX in MXN, which Xendit's list for sessions leaves out.
    hk_and_mx: bool = False
    refund_seconds: int = 3
    # The failure_code with which refunds end; None lets them succeed.
    refund_failure_code: str | None = None

    def problem(self) -> str | None:
        """The first thing wrong, as a sentence; None if all is well."""
        checks = {
            "webhook_token must be visible ASCII characters.": is_token(self.webhook_token),
            "webhook_url must be an http or https address.": is_webhook_url(self.webhook_url),
            "merchant must be a name.": isinstance(self.merchant, str) and 0 < len(self.merchant) <= 100,
            "rate_limited must be true or false.": isinstance(self.rate_limited, bool),
            "retries_timeouts must be true or false.": isinstance(self.retries_timeouts, bool),
            "hk_and_mx must be true or false.": isinstance(self.hk_and_mx, bool),
            "webhook_timeout_seconds must be from 1 to 60.": is_whole_number(self.webhook_timeout_seconds, 1, 60),
            "refund_seconds must be from 0 to 86400.": is_whole_number(self.refund_seconds, 0, 86400),
            f"refund_failure_code must be null or one of {', '.join(REFUND_FAILURES)}.": (
                self.refund_failure_code in (None, *REFUND_FAILURES)
            ),
        }
        return next((sentence for sentence, is_right in checks.items() if not is_right), None)


def find(database: Database, key: str) -> Account | None:
    """The account of this key, or None if the key was never used."""
    row = database.row("SELECT document FROM accounts WHERE key = ?", key)
    return row and Account(**json.loads(row["document"]))


def by_business_id(database: Database, business_id: str) -> Account | None:
    """The account that is shown under this id, or None. The key itself is in no address."""
    return next((account for account in every(database) if account.business_id == business_id), None)


def open(database: Database, key: str, merchant: str) -> Account:
    """The account of this key, made now if the key is new."""
    account = find(database, key)
    if account is None:
        account = Account(key, ids.business_id(key), merchant, ids.webhook_token(key))
        _save(database, account)
    return account


def every(database: Database) -> list[Account]:
    """All accounts, in the order in which their keys were first used."""
    rows = database.rows("SELECT document FROM accounts ORDER BY rowid")
    return [Account(**json.loads(row["document"])) for row in rows]


def change(database: Database, key: str, **changes: object) -> Account:
    """The account with these settings changed; ValueError with a sentence if one is wrong."""
    with database.transaction():
        account = changed(find(database, key), **changes)
        _save(database, account)
        return account


def changed(account: Account, **changes: object) -> Account:
    """What it would be with these settings, not saved; ValueError with a sentence if one is wrong."""
    account = replace(account, **changes)
    if account.problem():
        raise ValueError(account.problem())
    return account


def _save(database: Database, account: Account) -> None:
    database.execute(
        "INSERT INTO accounts (key, document) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET document = excluded.document",
        *(account.key, json.dumps(asdict(account))),
    )
