"""`pip install -r sandbox/requirements.txt` brings what the sandbox runs with, all of it and nothing of the shop's."""

import ast
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OWN, SHOPS = ROOT / "sandbox" / "requirements.txt", ROOT / "requirements.txt"


def lines_of(path):
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def pinned(path):
    """Name and version of each package of a file."""
    found = [Requirement(line.partition("#")[0]) for line in lines_of(path)]
    return {each.name: str(each.specifier) for each in found}


def imported():
    """The packages that the sandbox imports from elsewhere, by the names under which they are installed."""
    names = {name.partition(".")[0] for path in (ROOT / "sandbox").rglob("*.py") for name in imports_of(path)}
    distributions = packages_distributions()
    return {distributions[name][0].lower() for name in names - sys.stdlib_module_names}


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def brought_along(names):
    """What these need in turn, on this machine and without extras."""
    needed = [Requirement(line) for name in names for line in requires(name) or ()]
    return {each.name.lower() for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})}


def test_whatever_the_sandbox_imports_is_pinned():
    assert {"flask", "segno"} <= imported() <= set(pinned(OWN))


def test_nothing_is_pinned_that_the_sandbox_does_not_need():
    assert set(pinned(OWN)) == imported() | brought_along(pinned(OWN))


def test_the_shops_requirements_name_the_same_versions():
    shops = pinned(SHOPS)

    assert {name: shops.get(name) for name in pinned(OWN)} == pinned(OWN)


@pytest.mark.parametrize("line", lines_of(OWN))
def test_each_line_pins_one_version_and_says_why(line):
    requirement, _, why = line.partition("#")

    assert str(Requirement(requirement).specifier).startswith("==")
    assert why.strip()
