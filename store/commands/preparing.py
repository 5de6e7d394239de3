"""What commands do about settings and database: look whether they are fit for the work, and say so if not."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app

from ..config import Settings, SettingsError
from ..database import UNAVAILABLE, reason
from ..doctor import check_database, unusable


@contextmanager
def refusals() -> Iterator[None]:
    """End the command with 2, and with sentences on stderr, if the settings or the database are not fit for it."""
    try:
        yield
    except UNAVAILABLE as error:
        click.echo(unusable(reason(error)), err=True)
        sys.exit(2)
    except SettingsError as error:
        click.echo("\n".join(error.problems), err=True)
        sys.exit(2)


def need_database(is_read_only: bool = False) -> None:
    """End the command with 2, and say why, if the database is not fit for it."""
    with refusals():
        check_database(current_app._get_current_object(), is_read_only)


def settings() -> Settings:
    """Return the settings of the shop."""
    return current_app.extensions["settings"]
