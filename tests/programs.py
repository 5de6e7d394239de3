"""Programs that tests need and a machine may lack."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest


def needed(*names: str, places: Iterable[Path] = ()) -> str:
    """Return the path of the first of these that is there, on PATH or else in one of these places.

    Without any the test is skipped, but on CI it fails.
    """
    if program := found(*names, places=places):
        return program
    missing = f"Not on this machine: {', '.join(names)}."
    return pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)


def found(*names: str, places: Iterable[Path] = ()) -> str | None:
    """Return the path of the first of these that is there, if one is."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, places)])
    return next(filter(None, (shutil.which(name, path=path) for name in names)), None)
