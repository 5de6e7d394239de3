"""`init-db`: the tables, and a catalog to begin with."""

import click
from flask_migrate import upgrade
from sqlalchemy.exc import DatabaseError

from ..catalog.file import load_if_empty, missing_pictures
from ..config import SettingsError
from ..database import keep_journal, reason
from ..doctor import check_file, unusable
from .preparing import refusals, settings


@click.command("init-db")
def init_db() -> None:
    """Create or upgrade the tables, and fill an empty catalog."""
    with refusals():
        check_file()
        try:
            keep_journal()
            upgrade()
            added = load_if_empty(settings().shop.currency)
        except DatabaseError as error:
            raise SettingsError([unusable(reason(error))]) from error
    click.echo(f"The database is up to date; {added} products were added.")
    for picture in missing_pictures():
        click.echo(f"The picture static/pictures/{picture} is missing: put it there, or name another one.", err=True)
