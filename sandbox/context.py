"""The ledger and the settings of the running app, for views. Set by `create_app`."""

from flask import current_app
from werkzeug.local import LocalProxy

ledger = LocalProxy(lambda: current_app.extensions["ledger"])
settings = LocalProxy(lambda: current_app.extensions["settings"])
