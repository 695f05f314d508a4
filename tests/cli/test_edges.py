"""Languages, terminals, pipes and interruptions."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len

import gridpoints
from gridpoints import Community
from gridpoints.awards.model import Award
from gridpoints.cli.app import build
from gridpoints.cli.reference import commands
from gridpoints.i18n import Language
from tests.cli.conftest import Run, environment

COMMANDS = [name.split() for name, _ in commands(typer.main.get_command(build(Language.of("en"))))]


@pytest.mark.parametrize(
    ("variables", "option", "said"),
    [
        ({"GRIDPOINTS_LANG": "zh_CN"}, (), "没有成员"),
        ({"GRIDPOINTS_LANG": "en"}, ("--lang", "zh_Hant"), "沒有成員"),
        ({"GRIDPOINTS_LANG": "zh"}, ("--lang=en",), "There is no member"),
        ({"GRIDPOINTS_LANG": "", "LANGUAGE": "", "LC_ALL": "zh_HK.UTF-8"}, (), "沒有成員"),
        ({"GRIDPOINTS_LANG": "", "LANGUAGE": "", "LC_ALL": "C.UTF-8"}, (), "There is no member"),
    ],
)
def test_errors_in_the_language_that_is_chosen(
    process: Run, variables: dict[str, str], option: tuple[str, ...], said: str
) -> None:
    ran = process("balance", "B9", *option, **variables)
    assert ran.err.startswith(said)


def test_an_unknown_language_is_refused(process: Run) -> None:
    ran = process("verify", "--lang", "tlh")
    assert (ran.code, ran.out) == (3, "")
    assert "tlh" in ran.err


#: Shows the help of every command, as the command line does; in one process, for there are many.
ALL_HELP = """
import json, sys
from gridpoints.i18n import Language
language = Language.of(sys.argv[1])
language.install()
from typer.testing import CliRunner
from gridpoints.cli.app import build
app, run = build(language), CliRunner().invoke
shown = [run(app, [*command, "--help"], prog_name="gridpoints") for command in json.loads(sys.argv[2])]
print(json.dumps([each.output for each in shown]))
"""


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_help_is_in_the_language_as_well(process: Run, language: str) -> None:
    said = process("--help", "--lang", language)
    assert said.code == 0
    assert all(f" {name} " in said.out for name, *_ in COMMANDS)
    command = [sys.executable, "-c", ALL_HELP, language, json.dumps(COMMANDS)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    for shown in json.loads(done.stdout):
        assert {"zh_Hans": "选项", "zh_Hant": "選項"}[language] in shown
        assert "The " not in shown
        assert "Show " not in shown
        assert "…" not in shown.replace("ROLE,…", "")  # nothing is cut off


@pytest.mark.parametrize(
    ("language", "said"), [("zh_Hans", "核对完毕"), ("zh_Hant", "核對完畢"), ("en", "verified")]
)
def test_results_are_in_the_language_as_well(process: Run, language: str, said: str) -> None:
    assert said in process("verify", "--lang", language).out


def test_a_pipe_gets_plain_text_that_is_not_wrapped(process: Run) -> None:
    process("credit", "deeds.csv")
    out = process("statement", "B1", COLUMNS="40").out
    assert "\x1b" not in out
    assert "─" not in out
    assert len(out.splitlines()) == 4


def test_a_terminal_gets_tables_and_chinese_is_two_columns_wide(process: Run, tmp_path: Path) -> None:
    process("credit", "deeds.csv")
    reader, writer = pty.openpty()
    command = [sys.executable, "-m", "gridpoints.cli", "balance", "B1", "--lang", "zh"]
    variables = environment(COLUMNS="60", TERM="xterm-256color")
    subprocess.run(command, cwd=tmp_path, env=variables, stdout=writer, stderr=writer, check=True)
    os.close(writer)
    out = os.read(reader, 10_000).decode()
    os.close(reader)
    assert "\x1b[1m" in out
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in out.splitlines()]
    [rule] = [line for line in lines if line.startswith("─")]
    headings, figures = lines[lines.index(rule) - 1], lines[lines.index(rule) + 1]
    assert cell_len(headings) == cell_len(figures) == cell_len(rule)


def test_a_closed_pipe_is_quiet(process: Run, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "gridpoints.cli", "verify"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.stderr == b""


def some_award(village: Community) -> bool:
    with village.context.read() as work:
        return bool(work.find(Award, limit=1))


def test_an_interruption_leaves_with_130(process: Run, tmp_path: Path) -> None:
    """What was credited until then stands."""
    days = (date(2023, 1, 1) + timedelta(days=n // 100) for n in range(60_000))
    rows = (f"B{n % 2 + 1},表演,{day},S{n}" for n, day in enumerate(days))
    (tmp_path / "long.csv").write_text("\n".join(["编号,事项,日期,单号", *rows]), "utf-8")
    command = [sys.executable, "-m", "gridpoints.cli", "credit", "long.csv"]
    crediting = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever runs the tests in the background may ignore it, and with them all that they start.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 -- no threads
    )
    url = f"sqlite:///{tmp_path / 'gridpoints.db'}"
    with gridpoints.open(url) as exchange:
        village = exchange.community("baiyang")
        while not some_award(village):  # a balance would enter lines, and wait for its turn to write
            assert crediting.poll() is None
        crediting.send_signal(signal.SIGINT)
        _, err = crediting.communicate()
        assert (crediting.returncode, b"Traceback" in err) == (130, False)
        verification = village.ledger.verify()
    assert verification.ok
    assert 0 < verification.transactions < 60_000
