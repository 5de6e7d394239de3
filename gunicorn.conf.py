"""How `gunicorn app:app` runs the shop. Any option can be given on its command line instead."""

import sys

from store.config import THREADS, SettingsError
from store.serving import checked_app

try:
    settings = checked_app().extensions["settings"]
except SettingsError as error:
    # Before any worker is up, with all that is missing at once.
    print(*error.problems, sep="\n", file=sys.stderr)
    sys.exit(2)

bind = f"127.0.0.1:{settings.port}"
# Hosts say how many in WEB_CONCURRENCY.
workers = settings.workers
worker_class = "gthread"
# How many of them may wait for Xendit is counted from the same number: another one belongs there.
threads = THREADS
# No access log: the paths of order pages are secrets.
accesslog = None
# gunicorn's own remote control: nobody here needs another way in.
control_socket_disable = True
# Which name was asked for, and through how many proxies, is told by PROXIES and read by store/web/addresses.py alone.
# gunicorn's own reading answers 400 to two headers about the scheme that differ, and lets a header move the path.
secure_scheme_headers = {}
forwarder_headers = ""
