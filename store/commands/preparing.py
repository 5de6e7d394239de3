"""What commands do before their work: look whether the settings and the database are fit for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app

from ..config import Settings, SettingsError
from ..doctor import check_database


@contextmanager
def refusals() -> Iterator[None]:
    """End the command with 2, and the sentences of a SettingsError on stderr."""
    try:
        yield
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
