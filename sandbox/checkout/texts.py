"""The words of the hosted page, one file for each language in `languages/`."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

FALLBACK = "en"
LANGUAGES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).with_name("languages").glob("*.json"))
}


def language(locale: str) -> str:
    """The language of a session's `locale`; English where that one is not spoken here."""
    return locale.lower() if locale.lower() in LANGUAGES else FALLBACK


def speaker(locale: str) -> Callable[..., str]:
    """A function that says any text of the page in the language of that locale."""
    return partial(say, language(locale))


def steps(kind: str) -> list[str]:
    """The keys of the sentences that tell how to pay by a kind of channel, in their order."""
    return [key for key in LANGUAGES[FALLBACK] if key.startswith(f"{kind}.step")]


def say(language: str, key: str, **values: object) -> str:
    return LANGUAGES[language][key].format(**values)
