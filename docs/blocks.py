"""A pytest plugin that runs the code blocks of the pages: ``pytest -p docs.blocks README.md docs``.

Each page has a namespace and an empty working directory of its own. On it

- a ``python`` block is run, after those above it; where it prints something, a ``text`` block below it
  must show that;
- a ``code-block`` with a ``:caption:`` is a file: it is written under that name;
- the commands of a ``console`` block (``$ gridpoints …``) are run, must succeed, and must print
  what the page shows, if it shows anything. ``pip`` is not run: the environment that the blocks run in
  stands for what it would install. Only ``pip install .`` leaves beside the files of the page what it
  would write of the package's entry points.

Where a page shows what was printed, ``...`` stands for any text, and blanks do not count.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import tomllib
from collections.abc import Iterable
from contextlib import ExitStack, chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.myst import CodeBlockParser, SkipParser
from sybil.parsers.myst.lexers import DirectiveLexer

#: A terminal that looks the same everywhere.
TERMINAL = {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1", "TERM": "dumb"}


class FileParser:
    """Finds the blocks that show a file."""

    blocks = DirectiveLexer("code-block", ".+")

    def __call__(self, document: Document) -> Iterable[Region]:
        for region in self.blocks(document):
            if "caption" in region.lexemes["options"]:
                region.parsed = (region.lexemes["options"]["caption"], region.lexemes["source"])
                region.evaluator = write_file
                yield region


class BlockParser(CodeBlockParser):
    """Finds the blocks in a language that are no files."""

    def __call__(self, document: Document) -> Iterable[Region]:
        for region in super().__call__(document):
            if "caption" not in (region.lexemes.get("options") or {}):
                yield region


def write_file(example: Example) -> None:
    name, text = example.parsed
    Path(name).write_text(text, encoding="utf-8")


def run_python(example: Example) -> None:
    with redirect_stdout(StringIO()) as printed:
        PythonEvaluator()(example)
    example.namespace["_printed"] = printed.getvalue()


def compare_printed(example: Example) -> str | None:
    printed = example.namespace.pop("_printed", "")
    return difference(example.parsed, printed) if printed else None


def run_commands(example: Example) -> str | None:
    """Run each command; answer what went otherwise than the page says."""
    for transcript in example.parsed.removeprefix("$ ").split("\n$ "):
        command, _, shown = transcript.partition("\n")
        if command == "pip install .":
            install_files()
        if command.startswith("pip "):
            continue
        done = subprocess.run(
            command, shell=True, env=environment(), capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode != 0:
            return f"$ {command}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
        if shown.strip() and (problem := difference(shown, done.stdout)):
            return f"$ {command}\n{problem}"
    return None


def install_files() -> None:
    """What an installer writes of the package in this folder, as far as others find it by that."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = Path(f"{project['name'].replace('-', '_')}-{project['version']}.dist-info")
    folder.mkdir()
    metadata = f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n"
    (folder / "METADATA").write_text(metadata, encoding="utf-8")
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (folder / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def environment() -> dict[str, str]:
    """That of the commands: a plain terminal, and the files of the page to be imported."""
    return os.environ | TERMINAL | {"PYTHONPATH": os.pathsep.join([".", os.environ.get("PYTHONPATH", "")])}


def difference(shown: str, printed: str) -> str | None:
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    checker = doctest.OutputChecker()
    if checker.check_output(shown, printed, options):
        return None
    return checker.output_difference(doctest.Example("", shown), printed, options)


def enter_directory(namespace: dict[str, Any]) -> None:
    stack = namespace["_leave"] = ExitStack()
    stack.enter_context(chdir(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))))


def leave_directory(namespace: dict[str, Any]) -> None:
    namespace["_leave"].close()


def pytest_configure(config: pytest.Config) -> None:
    # A page need not close what it opens.
    config.addinivalue_line("filterwarnings", "ignore::ResourceWarning")


pytest_collect_file = Sybil(
    parsers=[
        BlockParser("python", run_python),
        BlockParser("text", compare_printed),
        BlockParser("console", run_commands),
        FileParser(),
        SkipParser(),
    ],
    path=str(Path(__file__).parents[1]),
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    setup=enter_directory,
    teardown=leave_directory,
).pytest()
