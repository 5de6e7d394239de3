"""HTTP in: one module per group of pages. Everything here parses, calls one use case, and answers."""

from flask import Flask

from . import (
    addresses,
    bodies,
    cart,
    catalog,
    checkout,
    compression,
    csrf,
    errors,
    health,
    notices,
    orders,
    robots,
    security,
    templating,
    visitor,
    webhooks,
)

# Where each form stands: a form that does not count comes back there, as it was filled in.
FORM_PAGES = {
    "cart.create": cart.product_page_again,
    "cart.update": cart.page_again,
    "cart.remove": cart.page_again,
    "checkout.create": checkout.page_again,
    "orders.pay": orders.page_again,
    "orders.cancel": orders.page_again,
}


def init_app(app: Flask) -> None:
    app.session_interface = visitor.Cookies()
    addresses.init_app(app)
    for module in (catalog, cart, checkout, orders, webhooks, health, robots):
        app.register_blueprint(module.bp)
    bodies.init_app(app)
    compression.init_app(app)
    errors.init_app(app, FORM_PAGES)
    templating.init_app(app)
    notices.init_app(app)
    security.init_app(app)
    csrf.init_app(app, FORM_PAGES)
