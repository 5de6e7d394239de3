"""Alembic's way into the shop: upgrades the tables of the database that the app is set to."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

logging.getLogger("alembic").setLevel(logging.WARNING)
db = current_app.extensions["sqlalchemy"]

if context.is_offline_mode():
    raise SystemExit("Only upgrades of a real database are supported.")


@contextmanager
def tables_replaceable(connection: Connection) -> Iterator[None]:
    """Let a migration put a new table in an old one's place, as SQLite alters tables; the rows still have to fit.

    While foreign keys are watched, taking the old table away would take away what the others point at.
    The switch works between transactions only.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("A migration has left rows that point at nothing; nothing was changed.")


with db.engine.connect() as connection, tables_replaceable(connection):
    # Who has read first and would write then, is turned away at once while another one writes.
    connection.execution_options(sqlite_begin="IMMEDIATE", is_upgrade=True)
    # Batch mode, because SQLite cannot alter a table in place. A migration is done whole or not at
    # all: `database.py` begins real transactions on SQLite too, so its changes of tables roll back.
    context.configure(connection=connection, target_metadata=db.metadata, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
        check_foreign_keys(connection)
