"""How large things may get, so that each file can be read at a sitting, and that no style sheet is forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FUNCTION = 25
LONGEST_FILE = 300
LONGEST_TEMPLATE = 80
PYTHON = ("app.py", "gunicorn.conf.py", "store/**/*.py", "sandbox/**/*.py", "bench/**/*.py", "proof/**/*.py")
STYLE_SHEETS = ("static/**/*.css", "sandbox/static/**/*.css")
TEMPLATES = ("templates/**/*.html", "sandbox/templates/**/*.html")


def files(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in ROOT.glob(pattern) if "migrations" not in path.parts]
    assert found
    return sorted(found)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def number_of_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def lengths_of_functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name_of(path)}: {node.name}", node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", files(*PYTHON, "tests/**/*.py"), ids=name_of)
def test_no_function_is_longer_than_25_lines(path: Path):
    too_long = {name: length for name, length in lengths_of_functions(path) if length > LONGEST_FUNCTION}

    assert too_long == {}, f"Part what is longer than {LONGEST_FUNCTION} lines: {too_long}"


@pytest.mark.parametrize("path", files(*PYTHON, *STYLE_SHEETS, "tests/**/*.py"), ids=name_of)
def test_no_module_and_no_style_sheet_is_longer_than_300_lines(path: Path):
    lines = number_of_lines(path)

    assert lines <= LONGEST_FILE, f"{name_of(path)} has {lines} lines: split it by noun, or by component"


@pytest.mark.parametrize("path", files(*TEMPLATES), ids=name_of)
def test_no_template_is_longer_than_80_lines(path: Path):
    lines = number_of_lines(path)

    assert lines <= LONGEST_TEMPLATE, f"{name_of(path)} has {lines} lines: take a partial or a macro out of it"


def test_every_style_sheet_of_the_shop_is_linked_once():
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    linked = re.search(r"{% for name in \[(.*?)\] %}\s*<link rel=\"stylesheet\"", base, re.DOTALL)[1]

    names = sorted(path.stem for path in files("static/css/*.css"))

    assert sorted(re.findall(r'"([^"]+)"', linked)) == names, "base.html has to link each sheet of static/css once"
