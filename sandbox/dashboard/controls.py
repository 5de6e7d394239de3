"""The dashboard's forms about an account: dial, clock, webhooks, faults, scenarios."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import timekeeping
from ..context import database, ledger
from ..contract import errors
from ..memory.database import GREATEST_ID
from ..trouble import dials, faults, scenarios
from ..webhooks import deliveries
from . import forms, wording

bp = Blueprint("controls", __name__, url_prefix="/dashboard/accounts/<account_id>")
INDEX = "dashboard.index"
UNITS = {"minutes": 60, "hours": 60 * 60, "days": 24 * 60 * 60}


@bp.post("/dial")
def turn_dial() -> ResponseReturnValue:
    dials.set_for_account(ledger, forms.dial())
    return redirect(url_for(INDEX, done="dial"), 303)


@bp.post("/clock")
def set_clock() -> ResponseReturnValue:
    action = forms.text("action")
    if action == "jump":
        seconds = UNITS.get(forms.text("unit"), 1) * forms.number(forms.text("amount"), "The jump")
        timekeeping.jump(database, seconds)
    elif action in ("stop", "go", "reset"):
        getattr(database.clock, action)()
    return redirect(url_for(INDEX, done="clock"), 303)


@bp.get("/webhooks")
def show_webhooks() -> ResponseReturnValue:
    return render_template("dashboard/webhooks.html", deliveries=ledger.newest_deliveries())


@bp.post("/webhooks/resend")
def resend() -> ResponseReturnValue:
    """Those that were ticked, or all that no receiver has taken."""
    ticked = [int(text) for text in request.form.getlist("delivery") if forms.is_id(text)]
    ids = deliveries.undelivered(ledger) if forms.text("which") == "undelivered" else ticked
    if not ids:
        raise ValueError("Nothing is ticked.")
    deliveries.resend(ledger, ids)
    return redirect(url_for(".show_webhooks", done="resent"), 303)


@bp.get("/faults")
def show_faults() -> ResponseReturnValue:
    usual = faults.Fault(faults.ANY, "error", milliseconds=faults.DELAY_MILLISECONDS)
    return render_template("dashboard/faults.html", usual=usual, operations=wording.OPERATIONS, kinds=wording.FAULTS)


@bp.post("/faults")
def add_fault() -> ResponseReturnValue:
    faults.add(ledger, faults.parse(forms.fault()))
    return redirect(url_for(".show_faults", done="fault"), 303)


@bp.post(f"/faults/<int(max={GREATEST_ID}):fault_id>/remove")
def remove_fault(fault_id: int) -> ResponseReturnValue:
    """One that has acted meanwhile is gone as well."""
    faults.remove(ledger, fault_id)
    return redirect(url_for(".show_faults", done="removed"), 303)


@bp.get("/scenarios")
def show_scenarios() -> ResponseReturnValue:
    others = [scenario for name, scenario in scenarios.ALL.items() if name != scenarios.NORMAL]
    groups = {
        "Back to normal": [scenarios.find(scenarios.NORMAL)],
        "Webhooks": [scenario for scenario in others if "dial" in scenario["settings"]],
        "API calls": [scenario for scenario in others if "faults" in scenario["settings"]],
    }
    return render_template("dashboard/scenarios.html", groups=groups)


@bp.post("/scenarios/<name>")
def play_scenario(name: str) -> ResponseReturnValue:
    if name not in scenarios.ALL:
        raise errors.data_not_found("There is no such scenario")
    scenarios.play(ledger, name)
    return redirect(url_for(".show_scenarios", done="scenario", _anchor=name), 303)
