"""Writes the hosted page: words, channels, time left, the last failure."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from itertools import groupby

from flask import render_template

from .. import clock
from ..context import ledger
from ..contract import cards, channels
from ..contract.statuses import PaymentStatus, SessionStatus
from ..objects import sessions
from . import dial, failures, payment_codes, qr, texts

# Xendit states no hours; these are the countries' clocks, none of which knows summer time.
HOURS_FROM_UTC = {"ID": 7, "TH": 7, "VN": 7, "PH": 8, "SG": 8, "MY": 8, "HK": 8, "MX": -6}
REFRESH_MARGIN_SECONDS = 1
POLL_SECONDS = 5
LONGEST_REFRESH_SECONDS = 24 * 60 * 60
# The kinds that need no page of their own when they are alone in their group.
INLINE_KINDS = ("card", "qr")
# How the code of a kind is drawn.
DRAWINGS = {"qr": qr.drawing, "counter": payment_codes.barcode}


def render(
    session: dict,
    channel: dict | None = None,
    form: Mapping[str, str] | None = None,
    mistakes: Mapping[str, str] | None = None,
) -> str:
    """All channels; `channel` is the one whose form came back with mistakes, if any."""
    offered = channels.offered(session)
    newest = ledger.newest_payment(session["payment_session_id"])
    tried = channel["code"] if channel else newest and newest["channel_code"]
    return _render(
        "show",
        session,
        form=form or {},
        mistakes=mistakes or {},
        groups=[_group(session, type, list(rows)) for type, rows in groupby(offered, lambda row: row["type"])],
        open_type=_open_type(offered, tried),
        **_last_failure(newest),
        **_payable(session),
    )


def render_channel(session: dict, channel: dict, mistakes: Mapping[str, str] | None = None) -> str:
    """One channel alone."""
    channel = _with_means(session, channel)
    return _render("channel", session, channel=channel, form={}, mistakes=mistakes or {}, **_payable(session))


def render_try(
    name: str, session: dict, payment: dict, mistakes: Mapping[str, str] | None = None, **more: object
) -> str:
    """A page about one try: it waits, or asks at the bank or wallet."""
    channel = _with_means(session, channel_of(session, payment))
    return _render(
        name,
        session,
        payment=payment,
        channel=channel,
        mistakes=mistakes or {},
        poll_seconds=POLL_SECONDS,
        **more,
    )


def render_authentication(session: dict, payment: dict, mistakes: Mapping[str, str] | None = None) -> str:
    """The question of a card's bank, with the codes and outcomes that a learner may choose."""
    return render_try(
        "authentication",
        session,
        payment,
        mistakes,
        right_code=cards.RIGHT_CODE,
        late_code=cards.LATE_CODE,
        outcomes=cards.AUTHENTICATION_FAILURES,
    )


def render_ended(session: dict, is_late: bool) -> str:
    is_paid = session["status"] == SessionStatus.COMPLETED
    return _render("ended", session, is_late=is_late, is_paid=is_paid, outcome=_outcome(session))


def words(language: str) -> dict:
    """What every template needs to speak."""
    return {"language": language, "t": partial(texts.say, language)}


def channel_of(session: dict, payment: dict) -> dict:
    return channels.find(session["country"], session["currency"], payment["channel_code"])


def _render(name: str, session: dict, **context: object) -> str:
    language = texts.language(session["locale"])
    return render_template(
        f"checkout/{name}.html",
        session=session,
        # Apart, because a template takes `session.items` for the method of dictionaries.
        items=session.get("items", ()),
        merchant=ledger.account.merchant,
        saving=_saving(session),
        reason=partial(failures.reason, language=language),
        **words(language),
        **context,
    )


def _payable(session: dict) -> dict:
    """How long the ACTIVE session can still be paid, when its page must look again, and what helps a learner."""
    left = sessions.time_left(ledger, session)
    t = texts.speaker(session["locale"])
    return {
        "pay_before": _local_time(session, left, t),
        "time_left": _time_left(left, t),
        "refresh_seconds": min(int(left.total_seconds()) + REFRESH_MARGIN_SECONDS, LONGEST_REFRESH_SECONDS),
        "card_hints": cards.HINTS,
        "dial": dial.shown(session),
    }


def _last_failure(payment: dict | None) -> dict:
    """Why the newest try failed, if it did. One that nobody finished in time has no code of its own."""
    if payment is None or payment["status"] not in (PaymentStatus.FAILED, PaymentStatus.EXPIRED):
        return {}
    failure_code = payment.get("failure_code", failures.LAPSED)
    return {"failure_code": failure_code, "has_lapsed": failure_code == failures.LAPSED}


def _group(session: dict, type: str, rows: list[dict]) -> dict:
    alone = len(rows) == 1 and rows[0]["usable"] and rows[0]["kind"] in INLINE_KINDS
    usable = [row["name"] for row in rows if row["usable"]]
    inline = _with_means(session, rows[0]) if alone else None
    return {"type": type, "rows": rows, "inline": inline, "usable": usable}


def _with_means(session: dict, channel: dict) -> dict:
    """The channel with what its page shows: how to pay, the code to present, its drawing, failures to choose from."""
    means = {"failures": failures.choices(channel), "steps": texts.steps(channel["kind"])}
    if channel["kind"] in payment_codes.PROPERTIES:
        means["presented"] = payment_codes.present(session, channel, ledger.account.merchant)
    if channel["kind"] in DRAWINGS:
        means["drawing"] = DRAWINGS[channel["kind"]](means["presented"])
    return channel | means


def _open_type(offered: list[dict], tried: str | None) -> str | None:
    """The group unfolded at first: the only one, or that of the channel tried last. Else all ways are in view."""
    types = {row["code"]: row["type"] for row in offered if row["usable"]}
    different = set(types.values())
    return types.get(tried) or (different.pop() if len(different) == 1 else None)


def _saving(session: dict) -> str | None:
    """How the page speaks of saving: `only` for SAVE sessions, `forced`, `optional`, or not at all."""
    if session["session_type"] == "SAVE":
        return "only"
    return {"FORCED": "forced", "OPTIONAL": "optional"}.get(session.get("allow_save_payment_method"))


def _outcome(session: dict) -> str:
    """What a COMPLETED session came to. With MANUAL capture the money is only held for the merchant."""
    if session["session_type"] == "SAVE":
        return "saved"
    return "approved" if session.get("capture_method") == "MANUAL" else "paid"


def _local_time(session: dict, left: timedelta, t: Callable[..., str]) -> dict[str, str]:
    hours = HOURS_FROM_UTC[session["country"]]
    moment = ledger.clock.now() + left
    form = t("time.clock" if left < timedelta(hours=12) else "time.date")
    local = (moment + timedelta(hours=hours)).strftime(form)
    return {"stamp": clock.stamp(moment), "words": f"{local} (GMT{hours:+})"}


def _time_left(left: timedelta, t: Callable[..., str]) -> str:
    minutes = int(left.total_seconds()) // 60
    if minutes < 1:
        return t("time.soon")
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= 2 * size or size == 1:
            count = minutes // size
            return t(f"time.{unit}{'s' if count != 1 else ''}", count=count)
