"""The words of the hosted page, one file for each language in `languages/`. Called by the page's modules."""

import json
from functools import partial
from pathlib import Path

FALLBACK = "en"
LANGUAGES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).with_name("languages").glob("*.json"))
}


def language(locale):
    """The language of a session's `locale`; English where that one is not spoken here."""
    return locale.lower() if locale.lower() in LANGUAGES else FALLBACK


def speaker(locale):
    """A function that says any text of the page in the language of that locale."""
    return partial(say, language(locale))


def say(language, key, **values):
    return LANGUAGES[language][key].format(**values)
