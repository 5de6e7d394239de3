"""What every template can use: how money and times are written, the cart's count, addresses of files."""

import hashlib
import logging
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path

from flask import Flask, g, url_for

from ..rules import failures
from ..rules.clock import now
from ..rules.money import written
from . import visitor

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    shop = app.extensions["settings"].shop

    @app.context_processor
    def shared() -> dict:
        return {
            "shop": shop,
            "is_imitation": app.extensions["xendit"].hosts.is_elsewhere,
            "cart_count": visitor.pieces(),
            "left_of": visitor.left_of,
            "form_problem": g.get("form_problem"),
        }

    folder = Path(app.static_folder)
    # url_for leaves out what is None.
    app.jinja_env.globals["file"] = lambda name: url_for("static", filename=name, v=_fingerprint(folder, name))
    app.jinja_env.filters["money"] = written
    app.jinja_env.filters["clock"] = lambda value: _soon(value, shop.country.clock)
    app.jinja_env.filters["moment"] = lambda value: _moment(value, shop.country.clock)
    app.jinja_env.filters["duration"] = _duration
    app.jinja_env.filters["failure_reason"] = failures.reason
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _soon(value: datetime, clock: tzinfo) -> str:
    """Write a time of today on this clock; one of another day with its day."""
    local = value.astimezone(clock)
    day = "" if local.date() == now().astimezone(clock).date() else f" on {local.day} {local:%B}"
    return f"{local:%H:%M %Z}{day}"


def _moment(value: datetime, clock: tzinfo) -> str:
    """Write a day and a time on this clock."""
    local = value.astimezone(clock)
    return f"{local.day} {local:%B %Y, %H:%M %Z}"


def _duration(value: timedelta) -> str:
    """Write a length of time in hours and minutes."""
    hours, minutes = divmod(value // timedelta(minutes=1), 60)
    parts = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((hours, "hour"), (minutes, "minute"))]
    return " and ".join(part for part in parts if not part.startswith("0 "))


@cache
def _fingerprint(folder: Path, name: str) -> str | None:
    """A file may be kept for a year, because its address changes with its content. None if it cannot be read."""
    try:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:8]
    except OSError as error:
        # Once, as the result is kept; a page without a picture is still a page.
        log.error("the file static/%s cannot be read: %s", name, error.strerror)
        return None
