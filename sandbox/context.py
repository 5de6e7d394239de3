"""The settings, the database and the account's ledger of the request at hand."""

from flask import current_app, g, request
from werkzeug.local import LocalProxy

from .memory import accounts
from .memory.ledger import Ledger
from .settings import DEFAULT_MERCHANT

settings = LocalProxy(lambda: current_app.extensions["settings"])
post = LocalProxy(lambda: current_app.extensions["post"])
database = LocalProxy(lambda: current_app.extensions["database"])
ledger = LocalProxy(lambda: _ledger())


def use_account(key: str) -> None:
    """Let this request be about the account with that key."""
    accounts.open(database, key, settings.merchant or DEFAULT_MERCHANT)
    g.ledger = Ledger(database._get_current_object(), key)


def _ledger() -> Ledger:
    """Without `use_account`: the account of the session in the address, else the one of the command line."""
    if "ledger" not in g:
        session_id = (request.view_args or {}).get("session_id")
        owner = database.account_of_session(session_id) if session_id else None
        g.ledger = Ledger(database._get_current_object(), owner or settings.secret_key)
    return g.ledger
