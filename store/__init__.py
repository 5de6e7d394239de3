"""The store: a storefront that is paid through Xendit Payment Sessions. `create_app` puts it together."""

import logging
from datetime import timedelta

from flask import Flask
from sqlalchemy import make_url

from . import cli, database, models, web  # noqa: F401  (models: so that the tables are known)
from .config import INSTANCE, ROOT, THREADS, Settings, SettingsError, read_settings
from .rules import clock
from .xendit import Client, Slots

COOKIE_LIFE = timedelta(days=30)  # after the last change of the cart
MAX_BODY_BYTES = 64 * 1024


def create_app(settings: Settings | None = None, provider: Client | None = None) -> Flask:
    """Return the shop's WSGI application. Without `settings` they are read from the environment.

    Without a `provider` it calls Xendit over the network. Raises SettingsError.
    """
    settings = settings or read_settings()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # Flask's own server would log every path, and the path of an order's page is a secret.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = Flask(
        __name__,
        instance_path=str(INSTANCE),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.from_mapping(_flask_config(settings))
    _make_instance(settings.database_url)
    app.extensions["settings"] = settings
    app.extensions["xendit"] = provider or _client(settings)
    database.init_app(app, migrations=str(ROOT / "store" / "migrations"))
    web.init_app(app)
    cli.init_app(app)
    return app


def _make_instance(database_url: str) -> None:
    """Make the folder if the database lies in it: a shop with its database elsewhere may run where it cannot write."""
    address = make_url(database_url)
    file = INSTANCE / (address.database or "")
    if address.get_backend_name() != "sqlite" or INSTANCE not in file.parents:
        return
    try:
        INSTANCE.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError([f"The folder {INSTANCE}, for the database, cannot be made: {error.strerror}."]) from error


def _client(settings: Settings) -> Client:
    return Client(
        settings.xendit_secret_key,
        settings.xendit_api_url,
        monotonic=clock.monotonic,
        now=clock.now,
        pages_url=settings.sandbox_public_url,
        # Whatever Xendit does, an eighth of the threads is left for pages and webhooks.
        slots=Slots(calls=THREADS * 3 // 4, waiting=THREADS // 8),
    )


def _flask_config(settings: Settings) -> dict:
    is_https = settings.public_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "SESSION_COOKIE_NAME": web.visitor.cookie_name(settings.public_url),
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": COOKIE_LIFE,
        # An answer that changes nothing and comes late would bring back an old cart.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
    }
