"""The environment and `.env`: one rule for every program. `flask` alone also looks in the folders above."""

import codecs
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from store.environment import bare, environment
from store.text_file import UnreadableText

from ..processes import clean_environment

SHOWS = """
from flask import Flask
from store.environment import environment
from pathlib import Path

app = Flask(__name__)
found = environment(Path(__file__).resolve().parent)


@app.cli.command("show")
def show():
    print(found.get("DATABASE_URL"), found.get("PORT"))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small program in a folder below one that has a `.env`."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(SHOWS)
    (tmp_path / ".env").write_text("DATABASE_URL=of-the-folder-above\nPORT=1\n")
    return folder


def shown(project: Path, *options: str, **settings: str) -> str:
    environ = {**clean_environment(), "PYTHONPATH": str(Path(__file__).parents[2]), **settings}
    ended = subprocess.run(
        [sys.executable, "-m", "flask", *options, "--app", "app", "show"],
        cwd=project, env=environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_a_command_takes_nothing_from_a_folder_above(project: Path):
    assert shown(project) == "None None"


def test_a_command_takes_the_projects_own_file(project: Path):
    (project / ".env").write_text("DATABASE_URL=own\n")
    (project / ".flaskenv").write_text("PORT=3\n")

    assert shown(project) == "own None"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Only Linux tells what a process began with.")
def test_what_was_set_stays_even_if_the_folder_above_says_the_same(project: Path):
    assert shown(project, DATABASE_URL="of-the-folder-above", PORT="5") == "of-the-folder-above 5"


def test_a_file_that_the_command_was_told_counts(project: Path):
    shutil.copy(project.parent / ".env", project / "demo.env")

    assert shown(project, "--env-file", "demo.env") == "of-the-folder-above 1"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "mark of Notepad"])
def test_env_is_read_as_editors_save_it(tmp_path: Path, mark: bytes):
    (tmp_path / ".env").write_bytes(mark + b'OWN_FIRST=one\r\nOWN_SECOND = "two" \r\nOWN_THIRD=\'"three"\'\r\n')

    found = environment(tmp_path)

    assert [found[name] for name in ("OWN_FIRST", "OWN_SECOND", "OWN_THIRD")] == ["one", "two", "three"]
    assert "OWN_FIRST" not in os.environ


@pytest.mark.parametrize("content", ["PORT=1".encode("utf-16"), b"PORT=\xe9"], ids=["UTF-16", "code page"])
def test_an_env_file_in_another_encoding_is_said(tmp_path: Path, content: bytes):
    (tmp_path / ".env").write_bytes(content)

    with pytest.raises(UnreadableText, match=r"\.env: .* UTF-8"):
        environment(tmp_path)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".env").write_text("OWN=file\n")
    monkeypatch.setenv("OWN", "environment")

    assert environment(tmp_path)["OWN"] == "environment"


@pytest.mark.parametrize("value", ["key", " key ", "key\r", '"key"', "'key'", ' "key"\r\n', '" key "'])
def test_what_stands_around_a_value_is_taken_off(value: str):
    assert bare({"NAME": value}) == {"NAME": "key"}


@pytest.mark.parametrize("value", ['"', "'key\"", 'k"ey', ""])
def test_a_quote_that_is_no_pair_stays(value: str):
    assert bare({"NAME": value}) == {"NAME": value}
