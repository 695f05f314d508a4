"""The command line, run as a person or a script would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from gridpoints.i18n import Language

if not (find_spec("typer") and find_spec("rich")):  # without the extra there are no commands
    with_commands = Path(__file__).parent.glob("test_*.py")
    collect_ignore = [file.name for file in with_commands if file.name != "test_without_extras.py"]

MEMBERS = "编号,姓名,门牌,网格\nB1,李秀英,1号楼101,第一网格\nB2,张伟,1号楼102,第一网格\nB3,张伟,,\n"
DEEDS = "编号,事项,日期,数量\nB1,志愿服务,2024-03-05,\nB1,表演,2024年3月6日,1\nB2,善行义举,2024/3/7,\n"


@frozen
class Ran:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)


#: Runs ``gridpoints`` with these arguments in the test's own folder, in English unless told.
Run = Callable[..., Ran]


def environment(**variables: str) -> dict[str, str]:
    """The process's own without what would change the command line, in English."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDPOINTS_")}
    return inherited | {"GRIDPOINTS_LANG": "en", "GRIDPOINTS_AS": "wang:clerk", "PYTHONUTF8": "1"} | variables


def run_process(folder: Path, *arguments: str | Path, **variables: str) -> Ran:
    """Run ``gridpoints`` in a folder, as a process of its own."""
    command = [sys.executable, "-m", "gridpoints.cli", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def run_here(*arguments: str | Path, **variables: str) -> Ran:
    """Run ``gridpoints`` in this process and folder, in English: quicker."""
    from typer.testing import CliRunner

    from gridpoints.cli.app import build

    app, given = build(Language.of("en")), [str(argument) for argument in arguments]
    done = CliRunner().invoke(app, given, env=environment(**variables), prog_name="gridpoints")
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def keys(document: dict[str, Any], command: str) -> None:
    """The document has the keys that the reference tells, and its lists' items as well."""
    from gridpoints.cli.reference import DOCUMENTS

    for name, inner in re.findall(r"(\w+)(?:[\[(]([^\])]*)[\])])?", DOCUMENTS[command]):
        value = document.pop(name)
        for item in value if isinstance(value, list) else [value]:
            assert not inner or sorted(item) == sorted(inner.split())
    assert document == {}


@pytest.fixture(scope="session")
def founded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a community in its store, and a clerk's files."""
    folder = tmp_path_factory.mktemp("founded")
    (folder / "members.csv").write_text(MEMBERS, "utf-8")
    (folder / "deeds.csv").write_text(DEEDS, "utf-8")
    ran = run_process(
        folder,
        *("init", "baiyang", "--name", "白羊村", "--rules", "baiyang", "--members", "members.csv"),
        *("--shop", "baiyang", "--rate", "1.5"),
    )
    assert (ran.code, ran.err) == (0, "")
    return folder


@pytest.fixture
def founded(founded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs commands here, in a copy of that folder."""
    shutil.copytree(founded_folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return run_here


@pytest.fixture
def process(founded: Run, tmp_path: Path) -> Run:
    """The same, each command in a process of its own."""
    return partial(run_process, tmp_path)
