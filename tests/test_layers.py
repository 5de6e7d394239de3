"""The shape of both programs, as their imports show it: a row for each room, from the top to the bottom.

Imports go down the rows and never up. Behind each room stands what of the outside it may touch; a room with
nothing behind it is pure. So whoever wants to know what a program may touch reads the two tables.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("app.py", "gunicorn.conf.py", "store/**/*.py", "sandbox/**/*.py", "bench/**/*.py", "proof/**/*.py")
MODULES = sorted(path for pattern in PROGRAMS for path in ROOT.glob(pattern) if "migrations" not in path.parts)

# They measure and prove the two programs, and are themselves in no row.
BESIDE = ("bench", "proof")
FLASK, DATABASE, NETWORK = "Flask", "database", "network"
PACKAGES = {
    FLASK: {
        "flask",
        "flask_compress",
        "flask_migrate",
        "flask_sqlalchemy",
        "flask_wtf",
        "jinja2",
        "werkzeug",
        "wtforms",
    },
    DATABASE: {
        "alembic",
        "flask_migrate",
        "flask_sqlalchemy",
        "pysqlite3",
        "sqlalchemy",
        "sqlite3",
        "store.database",
        "store.postgresql",
        "store.sqlite",
    },
    NETWORK: {"http", "requests", "socket", "socketserver", "ssl", "urllib3"},
}


class Room(NamedTuple):
    """Modules and folders of one row; a folder stands for all that is in it."""

    names: tuple[str, ...]
    touches: frozenset[str]


def room(names: str, *touches: str) -> Room:
    return Room(tuple(names.split()), frozenset(touches))


STORE = (
    room("app gunicorn.conf"),
    room("store.demo", NETWORK),
    room("store.serving", FLASK),
    room("store", FLASK, DATABASE),
    room("store.cli", FLASK),
    room("store.commands", FLASK, DATABASE),
    room("store.web", FLASK, DATABASE),
    room("store.worker", FLASK, DATABASE),
    room("store.orders", DATABASE),
    room("store.catalog", DATABASE),
    room("store.doctor", FLASK, DATABASE),
    room("store.models", DATABASE),
    room("store.shop store.config", DATABASE),
    room("store.database", FLASK, DATABASE),
    room("store.sqlite store.postgresql", DATABASE),
    room("store.turns store.environment"),
    room("store.text_file"),
    room("store.rules"),
    room("store.xendit", NETWORK),
)

SANDBOX = (
    room("sandbox.__main__", DATABASE, NETWORK),
    room("sandbox.examiner", NETWORK),
    room("sandbox.server", NETWORK),
    room("sandbox", FLASK),
    room("sandbox.dashboard", FLASK),
    room("sandbox.control sandbox.control_body", FLASK),
    room("sandbox.timekeeping"),
    room("sandbox.ticker"),
    room("sandbox.api", FLASK, NETWORK),
    room("sandbox.checkout", FLASK),
    room("sandbox.origin", FLASK),
    room("sandbox.context", FLASK),
    room("sandbox.objects"),
    room("sandbox.trouble"),
    room("sandbox.webhooks", NETWORK),
    room("sandbox.memory", DATABASE),
    room("sandbox.contract"),
    room("sandbox.http_server sandbox.incoming", NETWORK),
    room("sandbox.clock sandbox.settings"),
    room("sandbox.hosts"),
)

ROOMS = (*STORE, *SANDBOX)
NAMES_OF_HTTP_ROOMS = ("sandbox.api", "sandbox.checkout", "sandbox.dashboard", "sandbox.control", "sandbox.origin")
# The proof alone knows both.
OTHERS = {
    "store": ["sandbox", "proof"],
    "sandbox": ["store", "proof"],
    "bench": ["store", "sandbox", "proof"],
    "proof": ["bench"],
}
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (TABLE|INDEX))\s")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


ALL_NAMES = {name_of(path) for path in MODULES}


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Return the full name of each module that a file imports, wherever in it the import stands."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            for alias in node.names:
                # `from . import cart` imports a module, `from .cart import fitted` what is in it.
                full = f"{base}.{alias.name}"
                yield full if full in ALL_NAMES else base


def _base(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def is_in(name: str, folder: str) -> bool:
    return name == folder or name.startswith(f"{folder}.")


def row_of(name: str) -> int:
    """The row of the longest name in the tables that this module is in."""
    fitting = [(len(each), row) for row, found in enumerate(ROOMS) for each in found.names if is_in(name, each)]
    assert fitting, f"{name} has no place in the tables"
    return max(fitting)[1]


def modules_of(found: Room) -> list[Path]:
    return [path for path in in_programs() if ROOMS[row_of(name_of(path))] == found]


def touched_by(path: Path) -> set[str]:
    names = imports_of(path)
    return {
        kind for kind, packages in PACKAGES.items() if any(is_in(name, each) for name in names for each in packages)
    }


def in_programs() -> list[Path]:
    return [path for path in MODULES if name_of(path).split(".")[0] not in BESIDE]


def test_the_reader_of_imports_sees_every_kind():
    found = imports_of(ROOT / "store" / "web" / "cart.py") | imports_of(ROOT / "store" / "__init__.py")

    assert {"flask", "store.rules.cart", "store.web.visitor", "store.web", "store.xendit"} <= found


@pytest.mark.parametrize("path", in_programs(), ids=name_of)
def test_imports_go_down_and_never_up(path: Path):
    own = row_of(name_of(path))

    upward = [name for name in imports_of(path) if name in ALL_NAMES and row_of(name) < own]

    assert upward == []


@pytest.mark.parametrize("path", in_programs(), ids=name_of)
def test_a_module_touches_only_what_stands_behind_its_room(path: Path):
    assert touched_by(path) <= ROOMS[row_of(name_of(path))].touches


@pytest.mark.parametrize("found", ROOMS, ids=lambda found: " ".join(found.names))
def test_each_row_of_the_tables_is_a_room_that_touches_what_is_said(found: Room):
    paths = modules_of(found)

    assert paths
    assert set().union(*map(touched_by, paths)) == found.touches


@pytest.mark.parametrize("program", ["store", "sandbox"])
def test_no_circle_of_imports(program: str):
    inside = [path for path in in_programs() if is_in(name_of(path), program)]
    graph = {name_of(path): {name for name in imports_of(path) if is_in(name, program)} for path in inside}
    # A package's own __init__ is run before any of its modules, which makes no circle of its own.
    for name, imported in graph.items():
        imported.discard(name)

    while leaves := {name for name, imported in graph.items() if not imported & set(graph)}:
        for leaf in leaves:
            del graph[leaf]

    assert graph == {}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_programs_never_import_each_other(path: Path):
    others = OTHERS.get(name_of(path).split(".")[0], ["sandbox", "proof"])

    assert [name for name in imports_of(path) if any(is_in(name, other) for other in others)] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("store/xendit/*.py")), ids=name_of)
def test_the_xendit_package_can_be_lifted_out_whole(path: Path):
    # The last two come with requests.
    allowed = {*sys.stdlib_module_names, "requests", "urllib3", "idna"}

    foreign = [name for name in imports_of(path) if name.split(".")[0] not in allowed]

    assert [name for name in foreign if not is_in(name, "store.xendit")] == []


def test_only_the_use_cases_commit():
    committing = {name_of(path) for path in in_programs() if ".commit()" in path.read_text(encoding="utf-8")}

    assert committing <= {"store.database"}


@pytest.mark.parametrize("path", sorted(ROOT.glob("sandbox/**/*.py")), ids=name_of)
def test_the_sandboxs_sql_is_in_its_memory_alone(path: Path):
    texts = [
        node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
    ]
    sql = [text for text in texts if isinstance(text, str) and SQL.match(text)]

    assert is_in(name_of(path), "sandbox.memory") or sql == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("sandbox/**/*.py")), ids=name_of)
def test_only_rooms_that_answer_http_know_the_request_at_hand(path: Path):
    answers = any(is_in(name_of(path), each) for each in NAMES_OF_HTTP_ROOMS)

    assert answers or "sandbox.context" not in imports_of(path)
