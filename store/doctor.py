"""Whether the shop can work: the database as it is, held against the settings."""

import logging

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from .config import SettingsError
from .database import db
from .models import Product


def check_database(app: Flask) -> None:
    """Check that the tables are there and fit the settings. Raises SettingsError.

    No connection stays open, so that a program may fork afterwards.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                problems = _database_problems(connection, app)
        except SQLAlchemyError as error:
            problems = [unusable(error)]
        finally:
            db.engine.dispose()
    if problems:
        raise SettingsError(problems)


def unusable(error: SQLAlchemyError) -> str:
    """Say in a sentence that the database cannot be used, and why."""
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"The database of DATABASE_URL cannot be used: {reason.rstrip('.')}."


def _database_problems(connection: Connection, app: Flask) -> list[str]:
    newest = ScriptDirectory(app.extensions["migrate"].directory).get_heads()
    if set(MigrationContext.configure(connection).get_current_heads()) != set(newest):
        return ["The database has no tables yet (or old ones): run `flask --app app init-db`."]
    currency = app.extensions["settings"].shop.currency
    other = connection.scalar(db.select(Product.currency).where(Product.currency != currency).limit(1))
    if other:
        return [
            f"The products in the database have prices in {other}, but shop.toml says {currency}:"
            " set its currency back, or use a new database."
        ]
    return []
