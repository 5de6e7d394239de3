"""The teacher's view of one account at a time: its sessions and settings.

Its other pages are in `controls.py` and `session.py`. The account stands in the address
under its business id; without one, it is the account of the command line.
"""

import json

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import context, origin, timekeeping
from ..context import database, ledger, post
from ..contract import errors
from ..memory import accounts
from ..memory.ledger import Ledger
from ..settings import KEY_PREFIX, is_key
from ..trouble import dials, faults
from ..webhooks import address_check, samples
from ..webhooks.address_check import NotTaken
from . import controls, forms, wording
from . import session as session_page

bp = Blueprint("dashboard", __name__)
bp.register_blueprint(session_page.bp)
bp.register_blueprint(controls.bp)
bp.before_request(origin.check)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SHOWN_OF_KEY = 4
# The button that tries the webhook address before the settings are saved.
TEST = "test"
NOT_A_TEST_KEY = f"A key begins with {KEY_PREFIX}. Never type a live key into a sandbox."
# What a form did, on the page that its answer leads to.
DONE = {
    "dial": "Set. It holds for whatever is announced from now on.",
    "clock": "The clock is set. What became due has happened.",
    "fault": "Added. It waits for its call.",
    "removed": "Removed.",
    "scenario": "The scenario is set.",
    "settings": "Saved.",
    "tested": "Saved: the address took each sample.",
    "reset": "Everything is forgotten but the settings.",
    "expired": "The session has expired.",
    "canceled": "The session is canceled. No webhook tells of it.",
    "capture": "The money is captured, and payment.capture tells of it.",
    "cancel": "The reserved money is released. No webhook tells of it.",
    "expire": "The authorization has lapsed, and payment.expiry tells of it.",
    "refund": "The refund is under way, as set under Settings.",
    "late": "The money has come. The session stays as it ended; its webhook is payment.capture alone.",
    "resent": "Sent again. Reload the page to see the answer.",
}


@bp.url_value_preprocessor
def choose_account(_: str | None, values: dict | None) -> None:
    """The account in the address, taken out of the views' arguments."""
    if "account_id" not in (values or {}):
        return
    account = accounts.by_business_id(database, values.pop("account_id"))
    if account is None:
        raise errors.data_not_found("There is no such account here")
    context.use_account(account.key)


@bp.url_defaults
def keep_account(endpoint: str, values: dict) -> None:
    """Links stay with the account of the page on which they are."""
    if current_app.url_map.is_endpoint_expecting(endpoint, "account_id"):
        values.setdefault("account_id", ledger.account.business_id)


@bp.context_processor
def surroundings() -> dict:
    """What the pages show around their own content."""
    return {
        "account": ledger.account,
        "accounts": accounts.every(database),
        "masked": _masked,
        "clock": timekeeping.shown(database.clock),
        "dial_words": wording.of_dial(dials.of_account(ledger)),
        "faults": [wording.with_words(fault) for fault in faults.every(ledger)],
        "undelivered": len(ledger.undelivered()),
        "done": DONE.get(request.args.get("done")),
        "mistake": g.get("mistake"),
        "api_url": origin.address_for_buyers(),
    }


@bp.get("/")
@bp.get("/dashboard/accounts/<account_id>")
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").strip()
    rows = [
        (session, ledger.newest_payment(session["payment_session_id"])) for session in ledger.newest_sessions(search)
    ]
    dial = dials.of_account(ledger)
    positions = wording.positions(dial, of_session=False)
    return render_template("dashboard/index.html", rows=rows, search=search, chosen=dial.position, positions=positions)


@bp.get("/dashboard/accounts")
def show_accounts() -> ResponseReturnValue:
    waiting = {account.key: len(Ledger(database, account.key).undelivered()) for account in accounts.every(database)}
    return render_template("dashboard/accounts.html", waiting=waiting)


@bp.post("/dashboard/accounts")
def open_account() -> ResponseReturnValue:
    """As the first call with a new key does."""
    key = forms.text("key")
    if not is_key(key):
        raise ValueError(NOT_A_TEST_KEY)
    context.use_account(key)
    return redirect(url_for(".show_settings"), 303)


@bp.get("/dashboard/accounts/<account_id>/settings")
def show_settings() -> ResponseReturnValue:
    return render_template(
        "dashboard/settings.html",
        failures=accounts.REFUND_FAILURES,
        topics={"": "each topic"} | {name: topic.words for name, topic in samples.TOPICS.items()},
        sent=ledger.address_check(),
        test=TEST,
    )


@bp.post("/dashboard/accounts/<account_id>/settings")
def change_settings() -> ResponseReturnValue:
    changes = forms.settings()
    if forms.text("how") == TEST:
        address_check.check_and_save(ledger, post, forms.text("topic") or None, changes)
        return redirect(url_for(".show_settings", done="tested", _anchor=TEST), 303)
    accounts.change(database, ledger.key, **changes)
    return redirect(url_for(".show_settings", done="settings"), 303)


@bp.get("/dashboard/accounts/<account_id>/reset")
def confirm_reset() -> ResponseReturnValue:
    return render_template("dashboard/reset.html")


@bp.post("/dashboard/accounts/<account_id>/reset")
def reset() -> ResponseReturnValue:
    ledger.reset()
    return redirect(url_for(".index", done="reset"), 303)


# The page on which a form stands, shown again if what was sent can't be done.
PAGES = {
    ".open_account": show_accounts,
    ".change_settings": show_settings,
    ".controls.turn_dial": index,
    ".controls.set_clock": index,
    ".controls.add_fault": controls.show_faults,
    ".controls.resend": controls.show_webhooks,
    ".session.turn_dial": session_page.show,
    ".session.let_money_come": session_page.show,
    ".session.resend": session_page.show,
}


@bp.errorhandler(ValueError)
@bp.errorhandler(NotTaken)
def refuse(error: Exception) -> ResponseReturnValue:
    """The sentence that says why, over the form as it was filled in."""
    page = PAGES.get(request.endpoint.removeprefix(bp.name))
    if page is None:
        raise error
    g.mistake = str(error)
    return page(**request.view_args), 422


@bp.errorhandler(errors.ApiError)
def show_error(error: errors.ApiError) -> ResponseReturnValue:
    """A stranger's page gets a sentence and nothing of what the dashboard's own pages show."""
    if error.status == 403:
        return Response(error.message, error.status, mimetype="text/plain")
    return render_template("dashboard/error.html", message=error.message), error.status


@bp.after_request
def keep_private(answer: Response) -> Response:
    return origin.keep_private(answer, CONTENT_SECURITY_POLICY)


@bp.app_template_filter()
def state_words(state: str) -> str:
    """What a delivery's state means; nothing for any other state."""
    return wording.of_state(state)


@bp.app_template_filter()
def pretty(value: dict | str) -> str:
    """A dictionary or JSON text, indented; any other text as it is."""
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
    return json.dumps(document, indent=2, ensure_ascii=False)


def _masked(key: str) -> str:
    """Enough of a key to know one's own, too little to use another's."""
    own = key.removeprefix(KEY_PREFIX)
    return f"{KEY_PREFIX}•••{own[-min(SHOWN_OF_KEY, len(own) // 2) :] if len(own) > 1 else ''}"
