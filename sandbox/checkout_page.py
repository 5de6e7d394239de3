"""What the hosted page shows: channels, time left, the last failure. Called by `hosted.py`."""

from datetime import timedelta
from itertools import groupby

from . import channels, clock, qr

# Xendit states no hours; these are the countries' clocks, none of which knows summer time.
HOURS_FROM_UTC = {"ID": 7, "TH": 7, "VN": 7, "PH": 8, "SG": 8, "MY": 8}
REFRESH_MARGIN_SECONDS = 1
LONGEST_REFRESH_SECONDS = 24 * 60 * 60


def contents(session, newest_payment, channel_code=None):
    """The template's words; `channel_code` is the channel whose form came back with mistakes, if any."""
    left = clock.moment(session["expires_at"]) - clock.now()
    offered = channels.offered(session)
    failed = newest_payment if newest_payment and newest_payment["status"] == "FAILED" else None
    return {
        "groups": [(name, list(group)) for name, group in groupby(offered, lambda channel: channel["group"])],
        "open_channel": _open_channel(offered, channel_code, newest_payment),
        # Apart, because a template takes `session.items` for the method of dictionaries.
        "items": session.get("items", ()),
        "failed": failed,
        "pay_before": _local_time(session, left),
        "time_left": _words(left),
        "refresh_seconds": min(int(left.total_seconds()) + REFRESH_MARGIN_SECONDS, LONGEST_REFRESH_SECONDS),
        "qr_code": qr.drawing(session),
    }


def _open_channel(offered, channel_code, newest_payment):
    """The channel unfolded at first: the one tried last, else the first that can be used."""
    usable = [channel["code"] for channel in offered if channel["usable"]]
    tried = channel_code or (newest_payment and newest_payment["channel_code"])
    return tried if tried in usable else next(iter(usable), None)


def _local_time(session, left):
    hours = HOURS_FROM_UTC[session["country"]]
    local = clock.moment(session["expires_at"]) + timedelta(hours=hours)
    return (
        f"{local:%H:%M} (GMT+{hours})"
        if left < timedelta(hours=12)
        else f"{local:%d %b %Y, %H:%M} (GMT+{hours})"
    )


def _words(left):
    minutes = int(left.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute left"
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= 2 * size or size == 1:
            count = minutes // size
            return f"{count} {unit}{'s' if count != 1 else ''} left"
