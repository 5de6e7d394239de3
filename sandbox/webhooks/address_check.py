"""Xendit's "Test and save" of a webhook address: saved only if it answers 2xx to a sample of each topic."""

import json

from ..contract import ids
from ..memory import accounts
from ..memory.accounts import Account
from ..memory.ledger import Ledger
from . import courier, samples
from .courier import Post
from .samples import Topic


class NotTaken(Exception):
    """A sample was answered otherwise than 2xx; the sentence says which, and how."""


def check_and_save(ledger: Ledger, post: Post, topic_name: str | None, changes: dict) -> list[dict]:
    """Post a sample of that topic, or of each, to the address that the changes hold, and then make the changes.

    Returns what was sent, with the answers. Raises NotTaken at the first sample that is not taken, and ValueError
    with a sentence if there is nothing to test; the settings then stay as they were.
    """
    account = accounts.changed(ledger.account, **changes)
    if account.webhook_url is None:
        raise ValueError("There is no webhook_url to test.")
    sent = _send(ledger, post, account, _topics(topic_name))
    ledger.save_address_check(sent)
    last = sent[-1]
    if not courier.is_taken(last["status"]):
        answered = f"answered {last['status']}" if last["status"] else f"gave no answer ({last['answer']})"
        raise NotTaken(f"Not saved: {account.webhook_url} {answered} to the sample of {last['topic']}. It must be 2xx.")
    accounts.change(ledger.database, ledger.key, **changes)
    return sent


def _topics(name: str | None) -> list[Topic]:
    if name is None:
        return list(samples.TOPICS.values())
    if not isinstance(name, str) or name not in samples.TOPICS:
        raise ValueError(f"topic must be one of {', '.join(samples.TOPICS)}.")
    return [samples.TOPICS[name]]


def _send(ledger: Ledger, post: Post, account: Account, topics: list[Topic]) -> list[dict]:
    """What was sent up to the first sample that was not taken: nobody waits for the rest."""
    sent = []
    for topic in topics:
        now = ledger.clock.stamp()
        body = json.dumps(samples.body(topic, account, now))
        headers = courier.headers(account.webhook_token, ids.webhook_id(topic.name, now, 0))
        status, answer = post(account.webhook_url, headers, body, account.webhook_timeout_seconds)
        sent.append(
            {"topic": topic.words, "at": now, "headers": headers, "body": body, "status": status, "answer": answer}
        )
        if not courier.is_taken(status):
            break
    return sent
