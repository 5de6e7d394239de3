"""Programs that tests need and a machine may lack."""

import os
import shutil

import pytest


def needed(*names: str) -> str:
    """Return the path of the first of these that is there. Without any the test is skipped, but on CI it fails."""
    for path in filter(None, map(shutil.which, names)):
        return path
    missing = f"Not on this machine: {', '.join(names)}."
    return pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
