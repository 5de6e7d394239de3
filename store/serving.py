"""The shop that gunicorn serves: made and checked in its first process, and kept when a later one would be wrong.

`gunicorn.conf.py` is read at the start and at each reload (HUP). The workers that are forked after it serve what it
left here, and so does one that takes the place of a worker that died.
"""

import logging
import traceback

from flask import Flask
from jinja2 import TemplateSyntaxError

from . import create_app
from .config import SettingsError
from .doctor import check_database, warning

log = logging.getLogger(__name__)
_checked: Flask | None = None


def checked_app() -> Flask:
    """Return the shop as its settings and files are now. Raises SettingsError if it cannot work.

    Once there is one, nothing ends it any more: it is returned again, and the log says what is wrong with the new one.
    """
    global _checked
    try:
        _checked = _new_app()
    except Exception as error:
        if _checked is None:
            raise
        why = "\n".join(error.problems) if isinstance(error, SettingsError) else traceback.format_exc()
        log.error("The shop goes on with the settings and files that it had, because the new ones are wrong:\n%s", why)
    return _checked


def served_app() -> Flask:
    """Return the shop that was checked before this process was forked, or else a new one. Raises SettingsError."""
    return _checked or create_app()


def _new_app() -> Flask:
    app = create_app()
    check_database(app)
    if why := warning(app):
        log.warning(why)
    try:
        # Each page is read here, once: a worker that starts later finds no other ones.
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)
    except TemplateSyntaxError as error:
        raise SettingsError([f"templates/{error.name}, line {error.lineno}: {error.message}"]) from error
    return app
