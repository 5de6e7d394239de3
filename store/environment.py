"""The environment of this process, and below it the project's own `.env`: one rule for every program of the shop."""

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import click
from click.core import ParameterSource
from dotenv import dotenv_values, find_dotenv

from .text_file import UTF_16_MARKS, UnreadableText, read_text

QUOTES = ("'", '"')
# On Linux, what a process was started with, whatever became of its environment since.
STARTED_WITH = Path("/proc/self/environ")


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of this process, and what the `.env` of this folder says beside it.

    Raises UnreadableText.
    """
    foreign = _taken_from_others(folder)
    own = {name: value for name, value in os.environ.items() if name not in foreign}
    return {**_env_file(folder / ".env"), **bare(own)}


def bare(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the values without what is around them: blanks, line ends, and the quotes that Docker leaves there."""
    return {name: _unquoted(value.strip()) for name, value in environ.items()}


def _unquoted(value: str) -> str:
    in_quotes = len(value) > 1 and value[0] == value[-1] and value[0] in QUOTES
    return value[1:-1].strip() if in_quotes else value


def _env_file(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    text = read_text(file)
    # `flask` reads this file too, before the shop can, and knows nothing but UTF-8.
    if file.read_bytes().startswith(UTF_16_MARKS):
        raise UnreadableText(f"{file}: it is UTF-16; save it as UTF-8 (in Notepad: Save as, Encoding: UTF-8)")
    return bare({name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()})


def _taken_from_others(folder: Path) -> set[str]:
    """Return the names that the `flask` command took from other files: it looks in every folder above."""
    context = click.get_current_context(silent=True)
    root = context and context.find_root()
    if not getattr(root and root.obj, "load_dotenv_defaults", False) or _is_told_a_file(root):
        return set()
    given = STARTED_WITH.read_bytes().split(b"\0") if STARTED_WITH.exists() else []
    found = [find_dotenv(name, usecwd=True) for name in (".flaskenv", ".env")]
    others = [dotenv_values(file) for file in found if file and Path(file).resolve() != folder / ".env"]
    return {
        name
        for values in others
        for name, value in values.items()
        if os.environ.get(name) == value and f"{name}={value}".encode() not in given
    }


def _is_told_a_file(root: click.Context) -> bool:
    return root.get_parameter_source("env_file") in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
