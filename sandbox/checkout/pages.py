"""The hosted page: where the buyer pays, fails or leaves. Plain forms."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import origin
from ..context import ledger
from ..contract.errors import ApiError, session_not_found
from ..contract.statuses import SessionStatus
from ..objects import payments, sessions
from . import card_pages, failures, rendering, texts, tries

bp = Blueprint("checkout", __name__, url_prefix="/checkout/<session_id>")
bp.register_blueprint(card_pages.bp)
# No form-action: it would stop the redirect that takes the buyer back to the merchant.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
ENDED = "INVALID_SESSION_STATUS"
REDIRECTS = range(300, 400)


@bp.before_request
def require_payment_link() -> None:
    """A session of another mode has no page."""
    session = ledger.session(request.view_args["session_id"])
    if session is None or session["mode"] != "PAYMENT_LINK":
        raise session_not_found()


@bp.get("")
def show(session_id: str) -> ResponseReturnValue:
    session = sessions.find(ledger, session_id)
    return rendering.render(session) if session["status"] == SessionStatus.ACTIVE else _ended(session)


@bp.get("/<code>")
def show_channel(session_id: str, code: str) -> ResponseReturnValue:
    session, channel = tries.payable(session_id, code.upper())
    return rendering.render_channel(session, channel)


@bp.post("/<code>")
def start(session_id: str, code: str) -> ResponseReturnValue:
    """The buyer goes to the wallet or bank, or says that the transfer was made."""
    session, channel = _payable_without_card(session_id, code)
    payment = tries.begin(session, channel, request.form)
    view = ".show_provider" if channel["kind"] == "redirect" else ".show_try"
    return redirect(url_for(view, session_id=session_id, payment_id=payment["payment_id"]), 303)


@bp.post("/<code>/paid")
def simulate_paid(session_id: str, code: str) -> ResponseReturnValue:
    session, channel = _payable_without_card(session_id, code)
    payment = _waiting_or_new(session, channel)
    return redirect(tries.succeed(session, payment, payments.receipt(ledger, channel)), 303)


@bp.post("/<code>/failed")
def simulate_failed(session_id: str, code: str) -> ResponseReturnValue:
    session, channel = _payable_without_card(session_id, code)
    failure_code = request.form.get("failure_code")
    if failure_code not in failures.MEANINGS:
        return rendering.render_channel(session, channel, {"failure_code": "mistake.failure_code"}), 422
    return redirect(tries.fail(session, _waiting_or_new(session, channel), failure_code), 303)


@bp.get("/tries/<payment_id>")
def show_try(session_id: str, payment_id: str) -> ResponseReturnValue:
    """What the buyer sees until the outcome is known. The page asks again by itself."""
    session = sessions.find(ledger, session_id)
    if session["status"] == SessionStatus.COMPLETED and "success_return_url" in session:
        return redirect(session["success_return_url"], 303)
    session, payment = tries.pending(session_id, payment_id)
    return rendering.render_try("try", session, payment)


@bp.get("/tries/<payment_id>/provider")
def show_provider(session_id: str, payment_id: str) -> ResponseReturnValue:
    session, payment = tries.pending(session_id, payment_id)
    return rendering.render_try("provider", session, payment)


@bp.post("/tries/<payment_id>/approve")
def approve(session_id: str, payment_id: str) -> ResponseReturnValue:
    session, payment = tries.pending(session_id, payment_id)
    channel = rendering.channel_of(session, payment)
    return redirect(tries.succeed(session, payment, payments.receipt(ledger, channel)), 303)


@bp.post("/tries/<payment_id>/decline")
def decline(session_id: str, payment_id: str) -> ResponseReturnValue:
    session, payment = tries.pending(session_id, payment_id)
    failure_code = request.form.get("failure_code")
    if failure_code not in failures.MEANINGS:
        mistakes = {"failure_code": "mistake.failure_code"}
        return rendering.render_try("provider", session, payment, mistakes), 422
    return redirect(tries.fail(session, payment, failure_code), 303)


@bp.after_request
def wait_before_redirect(answer: Response) -> Response:
    if request.method == "POST" and answer.status_code in REDIRECTS:
        tries.hold_back(request.view_args["session_id"])
    return answer


@bp.errorhandler(ApiError)
def refuse(error: ApiError) -> ResponseReturnValue:
    """A try that came too late, or by a closed channel, sees the session's page as it is now."""
    if error.status == 422:
        late = True if error.error_code == ENDED and request.method == "POST" else None
        return redirect(url_for("checkout.show", session_id=request.view_args["session_id"], late=late), 303)
    language = request.accept_languages.best_match(texts.LANGUAGES) or texts.FALLBACK
    words = rendering.words(language)
    return render_template("checkout/not_found.html", **words), 404


@bp.after_request
def keep_private(answer: Response) -> Response:
    return origin.keep_private(answer, CONTENT_SECURITY_POLICY)


def _payable_without_card(session_id: str, code: str) -> tuple[dict, dict]:
    session, channel = tries.payable(session_id, code.upper())
    if channel["kind"] == "card":
        raise tries.NOT_AVAILABLE
    return session, channel


def _waiting_or_new(session: dict, channel: dict) -> dict:
    return tries.newest_pending(session, channel) or tries.begin(session, channel, request.form)


def _ended(session: dict) -> ResponseReturnValue:
    status = 200 if session["status"] == SessionStatus.COMPLETED else 410
    return rendering.render_ended(session, "late" in request.args), status
