"""Scenarios: what goes wrong between a shop and its provider, each in a file of `files/` to read and run.

A scenario turns the delivery dial and orders the faults of the API; one replaces the one before.
"""

import json
from pathlib import Path

from ..memory.ledger import Ledger
from ..webhooks.plans import ON_TIME
from . import dials, faults

FOLDER = Path(__file__).with_name("files")
NORMAL = ON_TIME


def _read() -> dict[str, dict]:
    files = sorted(FOLDER.glob("*.json"))
    found = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}
    return {name: {"name": name} | scenario for name, scenario in found.items()}


ALL = _read()


def find(name: str) -> dict:
    """What the file says, with its name; KeyError if there is none."""
    return ALL[name]


def play(ledger: Ledger, name: str) -> None:
    """For all that the account does from now on."""
    settings = find(name)["settings"]
    with ledger.transaction():
        dials.set_for_account(ledger, dials.parse(**settings.get("dial", {"position": ON_TIME})))
        faults.clear(ledger)
        for fault in settings.get("faults", ()):
            faults.add(ledger, faults.parse(fault))


def play_for_session(ledger: Ledger, name: str, session_id: str) -> None:
    """For one session, where the scenario is about webhooks; ValueError where it is about calls."""
    settings = find(name)["settings"]
    if "faults" in settings:
        raise ValueError(f"{name} is about calls of the API, so it is played for the account only.")
    dials.set_for_session(ledger, session_id, dials.parse(**settings["dial"]))
