"""What Xendit lacks and a workshop needs, as JSON under `/_control`: clock, dial, faults, scenarios, records.

Each view only reads what was sent; the work is done in the rooms below.
"""

from dataclasses import asdict, fields

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from . import context, control_body, origin, timekeeping
from .api import auth
from .checkout import played
from .context import database, ledger, post
from .contract import errors
from .memory import accounts, call_counts, records
from .memory.database import GREATEST_ID
from .objects import captures, sessions
from .trouble import dials, faults, scenarios
from .webhooks import address_check, deliveries
from .webhooks.address_check import NotTaken
from .webhooks.plans import Dial

bp = Blueprint("control", __name__, url_prefix="/_control")
bp.before_request(origin.check)
FIXED = ("key", "business_id")


@bp.before_request
def choose_account() -> None:
    """The account of the key, where a key is given."""
    if "Authorization" in request.headers:
        context.use_account(auth.key_of(request.headers["Authorization"]))


@bp.errorhandler(ValueError)
def refuse(error: ValueError) -> ResponseReturnValue:
    return jsonify(error_code="API_VALIDATION_ERROR", message=str(error)), 400


@bp.get("/clock")
def show_clock() -> ResponseReturnValue:
    return jsonify(timekeeping.shown(database.clock))


@bp.post("/clock")
def change_clock() -> ResponseReturnValue:
    body = control_body.read("action", "seconds", "to")
    action = body.get("action")
    if action == "jump" and "to" in body:
        timekeeping.jump_to(database, control_body.text(body, "to"))
    elif action == "jump":
        timekeeping.jump(database, control_body.number(body, "seconds"))
    elif action in ("stop", "go", "reset"):
        getattr(database.clock, action)()
    else:
        raise ValueError("action must be stop, go, reset or jump; a jump has seconds, or to, a moment.")
    return jsonify(timekeeping.shown(database.clock))


@bp.get("/ledger")
def show_ledger() -> ResponseReturnValue:
    """All records of the account, or with `?session=` those of one session; with `?only=` some kinds of them."""
    session_id, only = request.args.get("session"), request.args.get("only")
    if session_id is not None:
        sessions.find(ledger, session_id)
    return jsonify(records.of_account(ledger, session_id, only.split(",") if only else records.KINDS))


@bp.get("/calls")
def count_calls() -> ResponseReturnValue:
    """How many calls of the API there were, and how many at most in a minute, call by call."""
    since = request.args.get("since")
    return jsonify(call_counts.since(ledger, timekeeping.stamp(since) if since else ""))


@bp.post("/reset")
def reset() -> ResponseReturnValue:
    ledger.reset()
    return "", 204


@bp.get("/account")
def show_account() -> ResponseReturnValue:
    return jsonify(asdict(ledger.account))


@bp.put("/account")
def change_account() -> ResponseReturnValue:
    return jsonify(asdict(accounts.change(database, ledger.key, **control_body.read(*_settings()))))


@bp.post("/account/test_and_save")
def test_and_save() -> ResponseReturnValue:
    """As Xendit's dashboard saves an address: samples first, and nothing is saved unless they are taken."""
    changes = control_body.read("topic", *_settings())
    topic = changes.pop("topic", None)
    try:
        sent = address_check.check_and_save(ledger, post, topic, changes)
    except NotTaken as refusal:
        answer = {"error_code": "WEBHOOK_NOT_TAKEN", "message": str(refusal), "sent": ledger.address_check()}
        return jsonify(answer), 422
    return jsonify(account=asdict(ledger.account), sent=sent)


@bp.post("/sessions/<session_id>/expire")
def expire(session_id: str) -> ResponseReturnValue:
    return jsonify(sessions.expire(ledger, session_id))


@bp.post("/sessions/<session_id>/pay")
def pay(session_id: str) -> ResponseReturnValue:
    """With `authorize` the money is only reserved; with `late` it comes for a session that has ended."""
    body = control_body.read("channel", "authorize", "late")
    channel = control_body.text(body, "channel") if "channel" in body else None
    authorize, late = (control_body.truth(body, name) for name in ("authorize", "late"))
    if authorize and late:
        raise ValueError("Money is authorized, or it is late; not both.")
    if late:
        return jsonify(played.pay_late(session_id, channel))
    return jsonify(played.pay(session_id, channel, authorize=authorize))


@bp.post("/sessions/<session_id>/fail")
def fail(session_id: str) -> ResponseReturnValue:
    chosen = control_body.texts("channel", "failure_code")
    return jsonify(played.fail(session_id, chosen.get("channel"), chosen.get("failure_code")))


@bp.post("/payments/<payment_id>/expire")
def expire_payment(payment_id: str) -> ResponseReturnValue:
    """An authorization lapses at once. To capture or to release it is a call of the API."""
    return jsonify(captures.expire(ledger, payment_id))


@bp.post("/flush")
def flush() -> ResponseReturnValue:
    """Of all accounts, as with the clock."""
    return jsonify(timekeeping.flush(database))


@bp.get("/dial")
def show_dial() -> ResponseReturnValue:
    return jsonify(asdict(dials.of_account(ledger)))


@bp.put("/dial")
def turn_dial() -> ResponseReturnValue:
    dials.set_for_account(ledger, _dial())
    return show_dial()


@bp.get("/sessions/<session_id>/dial")
def show_dial_of_session(session_id: str) -> ResponseReturnValue:
    sessions.find(ledger, session_id)
    return jsonify(asdict(dials.of_session(ledger, session_id)))


@bp.put("/sessions/<session_id>/dial")
def turn_dial_of_session(session_id: str) -> ResponseReturnValue:
    sessions.find(ledger, session_id)
    dials.set_for_session(ledger, session_id, _dial())
    return show_dial_of_session(session_id)


@bp.delete("/sessions/<session_id>/dial")
def release_dial_of_session(session_id: str) -> ResponseReturnValue:
    """The session follows the account's dial again."""
    sessions.find(ledger, session_id)
    dials.release(ledger, session_id)
    return show_dial_of_session(session_id)


@bp.post(f"/deliveries/<int(max={GREATEST_ID}):delivery_id>/resend")
def resend_one(delivery_id: int) -> ResponseReturnValue:
    if deliveries.resend(ledger, [delivery_id]) == 0:
        raise errors.data_not_found("Delivery not found")
    return jsonify(resent=1)


@bp.post("/deliveries/resend")
def resend_many() -> ResponseReturnValue:
    """By `ids`, or all of a `session_id`, or all tried `since` a moment; 500 at most."""
    body = control_body.read("ids", "session_id", "since")
    if not body:
        raise ValueError("Say which: ids, a session_id, or since, a moment.")
    ids = body["ids"] if "ids" in body else _chosen(body)
    if not isinstance(ids, list) or not all(type(id) is int and 0 < id <= GREATEST_ID for id in ids):
        raise ValueError("ids must be a list of delivery ids.")
    return jsonify(resent=deliveries.resend(ledger, ids))


@bp.get("/faults")
def show_faults() -> ResponseReturnValue:
    return jsonify(faults.every(ledger))


@bp.post("/faults")
def add_fault() -> ResponseReturnValue:
    return jsonify(faults.add(ledger, faults.parse(control_body.read()))), 201


@bp.delete("/faults")
def clear_faults() -> ResponseReturnValue:
    faults.clear(ledger)
    return "", 204


@bp.delete(f"/faults/<int(max={GREATEST_ID}):fault_id>")
def remove_fault(fault_id: int) -> ResponseReturnValue:
    if not faults.remove(ledger, fault_id):
        raise errors.data_not_found("Fault not found")
    return "", 204


@bp.get("/scenarios")
def show_scenarios() -> ResponseReturnValue:
    return jsonify(list(scenarios.ALL.values()))


@bp.get("/scenarios/<name>")
def show_scenario(name: str) -> ResponseReturnValue:
    return jsonify(_scenario(name))


@bp.post("/scenarios/<name>")
def play_scenario(name: str) -> ResponseReturnValue:
    """For the account, or with `?session=` for one session."""
    scenario, session_id = _scenario(name), request.args.get("session")
    if session_id is None:
        scenarios.play(ledger, name)
    else:
        sessions.find(ledger, session_id)
        scenarios.play_for_session(ledger, name, session_id)
    return jsonify(scenario)


def _settings() -> list[str]:
    """The names of what can be set of an account."""
    return [field.name for field in fields(accounts.Account) if field.name not in FIXED]


def _scenario(name: str) -> dict:
    try:
        return scenarios.find(name)
    except KeyError:
        raise errors.data_not_found("Scenario not found") from None


def _dial() -> Dial:
    body = control_body.read("position", "number")
    return dials.parse(body.get("position"), body.get("number"))


def _chosen(body: dict) -> list[int]:
    """The ids of what was described. The moment is written as in the records: they compare as texts."""
    session_id = control_body.text(body, "session_id") if "session_id" in body else None
    since = timekeeping.stamp(control_body.text(body, "since")) if "since" in body else None
    return deliveries.chosen(ledger, session_id, since)
