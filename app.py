"""The way in: `gunicorn app:app` and `flask --app app …` use `app`; run as a script, it starts the demo."""

import sys

from store.cli import speak_utf8
from store.config import SettingsError
from store.demo import run_demo
from store.serving import served_app

speak_utf8()
try:
    if __name__ == "__main__":
        sys.exit(run_demo())
    app = served_app()
except SettingsError as error:
    print(*error.problems, sep="\n", file=sys.stderr)
    sys.exit(2)
