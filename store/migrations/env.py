"""Alembic's way into the shop: upgrades the tables of the database that the app is set to."""

import logging

from alembic import context
from flask import current_app

logging.getLogger("alembic").setLevel(logging.WARNING)
db = current_app.extensions["sqlalchemy"]

if context.is_offline_mode():
    raise SystemExit("Only upgrades of a real database are supported.")

with db.engine.connect() as connection:
    # Batch mode, because SQLite cannot alter a table in place. A migration is done whole or not at
    # all: `database.py` begins real transactions on SQLite too, so its changes of tables roll back.
    context.configure(connection=connection, target_metadata=db.metadata, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
