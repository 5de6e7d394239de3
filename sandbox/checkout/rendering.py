"""Writes the hosted page: words, channels, time left, the last failure. Called by the `hosted` modules."""

from datetime import timedelta
from functools import partial
from itertools import groupby

from flask import render_template

from .. import clock
from ..context import ledger
from ..contract import cards, channels
from ..objects import sessions
from . import failures, qr, texts
from . import payment_codes as codes

# Xendit states no hours; these are the countries' clocks, none of which knows summer time.
HOURS_FROM_UTC = {"ID": 7, "TH": 7, "VN": 7, "PH": 8, "SG": 8, "MY": 8}
REFRESH_MARGIN_SECONDS = 1
POLL_SECONDS = 5
LONGEST_REFRESH_SECONDS = 24 * 60 * 60
# The kinds that need no page of their own when they are alone in their group.
INLINE_KINDS = ("card", "qr")


def render(session, channel=None, form=None, mistakes=None):
    """All channels; `channel` is the one whose form came back with mistakes, if any."""
    offered = channels.offered(session)
    newest = ledger.newest_payment(session["payment_session_id"])
    tried = channel["code"] if channel else newest and newest["channel_code"]
    return _render(
        "show",
        session,
        form=form or {},
        mistakes=mistakes or {},
        groups=[_group(type, list(rows)) for type, rows in groupby(offered, lambda row: row["type"])],
        open_type=_open_type(offered, tried),
        failure_code=_failure_code(newest),
        **_times(session),
    )


def render_channel(session, channel, mistakes=None):
    """One channel alone."""
    return _render("channel", session, channel=channel, form={}, mistakes=mistakes or {}, **_times(session))


def render_attempt(name, session, payment, mistakes=None):
    """A page about one attempt: it waits, or asks at the bank or wallet."""
    channel = channel_of(session, payment)
    return _render(
        name,
        session,
        payment=payment,
        channel=channel,
        mistakes=mistakes or {},
        poll_seconds=POLL_SECONDS,
    )


def render_ended(session, is_late):
    return _render("ended", session, is_late=is_late, outcome=_outcome(session))


def words(language):
    """What every template needs to speak."""
    return {"language": language, "t": partial(texts.say, language)}


def channel_of(session, payment):
    return channels.find(session["country"], session["currency"], payment["channel_code"])


def _render(name, session, **context):
    language = texts.language(session["locale"])
    return render_template(
        f"checkout/{name}.html",
        session=session,
        # Apart, because a template takes `session.items` for the method of dictionaries.
        items=session.get("items", ()),
        merchant=ledger.account.merchant,
        saving=_saving(session),
        reason=partial(failures.reason, language=language),
        cards=cards,
        codes=codes,
        failures=failures,
        qr=qr,
        **words(language),
        **context,
    )


def _times(session):
    """How long the ACTIVE session can still be paid, in words, and when its page must look again."""
    left = sessions.time_left(ledger, session)
    t = texts.speaker(session["locale"])
    return {
        "pay_before": _local_time(session, left, t),
        "time_left": _time_left(left, t),
        "refresh_seconds": min(int(left.total_seconds()) + REFRESH_MARGIN_SECONDS, LONGEST_REFRESH_SECONDS),
    }


def _failure_code(payment):
    """Why the newest attempt failed, if it did. One that nobody finished in time has no code of its own."""
    if payment is None or payment["status"] not in ("FAILED", "EXPIRED"):
        return None
    return payment.get("failure_code", failures.LAPSED)


def _group(type, rows):
    alone = len(rows) == 1 and rows[0]["usable"] and rows[0]["kind"] in INLINE_KINDS
    usable = [row["name"] for row in rows if row["usable"]]
    return {"type": type, "rows": rows, "inline": rows[0] if alone else None, "usable": usable}


def _open_type(offered, tried):
    """The group unfolded at first: of the channel tried last, else of the first that can be used."""
    usable = [row for row in offered if row["usable"]]
    first = next((row for row in usable if row["code"] == tried), next(iter(usable), None))
    return first and first["type"]


def _saving(session):
    """How the page speaks of saving: `only` for SAVE sessions, `forced`, `optional`, or not at all."""
    if session["session_type"] == "SAVE":
        return "only"
    return {"FORCED": "forced", "OPTIONAL": "optional"}.get(session.get("allow_save_payment_method"))


def _outcome(session):
    """What a COMPLETED session came to. With MANUAL capture the money is only held for the merchant."""
    if session["session_type"] == "SAVE":
        return "saved"
    return "approved" if session.get("capture_method") == "MANUAL" else "paid"


def _local_time(session, left, t):
    hours = HOURS_FROM_UTC[session["country"]]
    moment = ledger.clock.now() + left
    form = t("time.clock" if left < timedelta(hours=12) else "time.date")
    local = (moment + timedelta(hours=hours)).strftime(form)
    return {"stamp": clock.stamp(moment), "words": f"{local} (GMT+{hours})"}


def _time_left(left, t):
    minutes = int(left.total_seconds()) // 60
    if minutes < 1:
        return t("time.soon")
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= 2 * size or size == 1:
            count = minutes // size
            return t(f"time.{unit}{'s' if count != 1 else ''}", count=count)
