"""The way in: `gunicorn app:app` and `flask --app app …` use `app`; run as a script, it starts the demo."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (who has an older one reads a sentence here, not a traceback)
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")

try:
    from store.cli import speak_utf8
    from store.config import SettingsError
    from store.demo import run_demo
    from store.serving import served_app
except ModuleNotFoundError as error:
    # A .venv that another Python made, or none.
    sys.exit(f"{sys.executable} has no {error.name}: run `make setup`, or install requirements.txt with its pip.")

speak_utf8()
try:
    if __name__ == "__main__":
        sys.exit(run_demo())
    app = served_app()
except SettingsError as error:
    print(*error.problems, sep="\n", file=sys.stderr)
    sys.exit(2)
except BrokenPipeError:
    # Nobody reads on, and nothing runs yet. What Python still wants to write at its end goes nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)
