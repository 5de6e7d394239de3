"""HTTP in: one module per group of pages. Everything here parses, calls one use case, and answers."""

from flask import Flask
from flask_wtf import CSRFProtect

from . import (
    addresses,
    cart,
    catalog,
    checkout,
    compression,
    errors,
    health,
    orders,
    robots,
    security,
    templating,
    webhooks,
)

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    addresses.init_app(app)
    csrf.init_app(app)
    for module in (catalog, cart, checkout, orders, webhooks, health, robots):
        app.register_blueprint(module.bp)
    csrf.exempt(webhooks.bp)
    compression.init_app(app)
    errors.init_app(app)
    templating.init_app(app)
    security.init_app(app)
