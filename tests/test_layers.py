"""The shape of the code, as its imports show it: they go down the table of layers and never up."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted([*ROOT.glob("store/**/*.py"), *ROOT.glob("sandbox/**/*.py")])

# From the top to the bottom. A module may import modules of rows below its own, and of its own row
# as long as that makes no circle. A folder stands for all that is in it.
LAYERS = (
    ("app",),
    ("store",),
    ("store.cli", "store.web", "store.demo"),
    ("store.worker", "store.doctor"),
    ("store.orders",),
    ("store.catalog",),
    ("store.models",),
    ("store.database", "store.config", "store.shop"),
    ("store.rules",),
    ("store.xendit",),
)  # fmt: skip
HTTP_AND_DATABASE = {
    "flask", "flask_wtf", "flask_sqlalchemy", "flask_migrate", "wtforms", "werkzeug", "jinja2", "sqlalchemy",
    "requests", "urllib3", "http", "urllib", "socket",
}  # fmt: skip
MAY_IMPORT_FLASK = ("store.web", "store", "store.cli", "store.database", "store.worker", "store.doctor")
MEETS_XENDIT_OVER_HTTP = "store.xendit"


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


ALL_NAMES = {name_of(path) for path in MODULES}


def imports_of(path: Path) -> Iterator[str]:
    """Yield the full name of each module that a file imports, wherever in it the import stands."""
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


def layer_of(name: str) -> int:
    if name == "store":
        return 1
    rows = [row for row, names in enumerate(LAYERS) if any(is_in(name, each) for each in names if each != "store")]
    assert rows, f"{name} has no place in the table of layers"
    return rows[0]


def in_store() -> list[Path]:
    return [path for path in MODULES if is_in(name_of(path), "store") and "migrations" not in path.parts]


def test_the_reader_of_imports_sees_every_kind():
    found = set(imports_of(ROOT / "store" / "web" / "cart.py")) | set(imports_of(ROOT / "store" / "__init__.py"))

    assert {"flask", "store.rules.cart", "store.catalog.products", "store.web.visitor", "store.xendit"} <= found


@pytest.mark.parametrize("path", in_store(), ids=name_of)
def test_imports_go_down_and_never_up(path: Path):
    own = layer_of(name_of(path))

    upward = [name for name in imports_of(path) if is_in(name, "store") and layer_of(name) < own]

    assert upward == []


def test_no_circle_of_imports():
    graph = {name_of(path): {name for name in imports_of(path) if is_in(name, "store")} for path in in_store()}
    # A package's own __init__ is run before any of its modules, which makes no circle of its own.
    for name, imported in graph.items():
        imported.discard(name)

    while leaves := {name for name, imported in graph.items() if not imported & set(graph)}:
        for leaf in leaves:
            del graph[leaf]

    assert graph == {}


@pytest.mark.parametrize("path", sorted(ROOT.glob("store/xendit/*.py")), ids=name_of)
def test_the_xendit_package_can_be_lifted_out_whole(path: Path):
    allowed = {*sys.stdlib_module_names, "requests", "urllib3"}

    foreign = [name for name in imports_of(path) if name.split(".")[0] not in allowed]

    assert [name for name in foreign if not is_in(name, "store.xendit")] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("store/rules/*.py")), ids=name_of)
def test_pure_rules_know_nothing_of_http_or_the_database(path: Path):
    assert [each for each in imports_of(path) if each.split(".")[0] in HTTP_AND_DATABASE] == []


@pytest.mark.parametrize("path", in_store(), ids=name_of)
def test_only_the_edges_of_the_store_know_flask(path: Path):
    name = name_of(path)
    is_edge = name == "store" or any(is_in(name, edge) for edge in MAY_IMPORT_FLASK if edge != "store")

    flasks = [each for each in imports_of(path) if each.split(".")[0].startswith(("flask", "wtforms", "werkzeug"))]

    assert is_edge or flasks == []


@pytest.mark.parametrize("path", in_store(), ids=name_of)
def test_only_the_xendit_package_calls_over_http(path: Path):
    callers = [each for each in imports_of(path) if each.split(".")[0] in ("requests", "urllib3", "http")]

    assert is_in(name_of(path), MEETS_XENDIT_OVER_HTTP) or callers == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_store_and_sandbox_never_import_each_other(path: Path):
    other = "sandbox" if is_in(name_of(path), "store") else "store"

    assert [name for name in imports_of(path) if is_in(name, other)] == []


def test_only_the_use_cases_commit():
    committing = {name_of(path) for path in in_store() if ".commit()" in path.read_text(encoding="utf-8")}

    assert committing <= {"store.database"}
