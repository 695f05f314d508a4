"""Run benchmarks, print them beside their targets, and write ``bench.json``: ``tox -e bench``.

Without names, all of them but ``peers``, which needs the other libraries: ``tox -e bench-peers``, where
``expressions`` is held against other engines too. Each name is a module beside this one; what it measures,
and against what limit, stands in its docstring.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
import tempfile
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from attrs import asdict
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn
from rich.table import Table

from tests.benchmarks import measure
from tests.benchmarks.measure import Figure, Run

NAMES = (
    "ledger",
    "scale",
    "concurrency",
    "memory",
    "sealing",
    "expressions",
    "credit",
    "rules",
    "redemption",
    "settlement",
    "roster",
    "catalog",
    "claiming",
)
OPTIONAL = ("peers",)


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(NAMES + OPTIONAL)}")
    parser.add_argument("--quick", action="store_true", help="less of everything: only to see that it runs")
    parser.add_argument("--entries", type=int, help="entries of the big store of scale (default: 5000000)")
    asked = parser.parse_args()
    if unknown := set(asked.names) - {*NAMES, *OPTIONAL}:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    entries = asked.entries or (100_000 if asked.quick else 5_000_000)
    results: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder, measure.postgres() as server:
        bench = Run(Path(folder), server, quick=asked.quick, entries=entries)
        on = {**_machine(server), "quick": bench.quick, "entries": bench.entries}
        for name in asked.names or NAMES:
            results[name] = _measured(name, bench)
            text = json.dumps({"run": on, "benchmarks": results}, indent=2, ensure_ascii=False)
            Path("bench.json").write_text(f"{text}\n", encoding="utf-8")


def _measured(name: str, bench: Run) -> list[dict[str, Any]]:
    """Run one benchmark and print its table."""
    module = import_module(f"tests.benchmarks.{name}")
    figures = []
    console = Console() if sys.stdout.isatty() else Console(width=150)  # a log need not be narrow
    with Progress(
        SpinnerColumn(), "{task.description}", TimeElapsedColumn(), console=console, transient=True
    ) as progress:
        task = progress.add_task(name)
        for each in module.run(bench):
            progress.update(task, description=f"{name}: after {each.what}")
            figures.append(each)
    title = str(module.__doc__).partition("\n")[0].replace("``", "").rstrip(".")
    console.print(_table(f"{name}: {title}", figures))
    return [{**asdict(each), "ratio": each.ratio, "verdict": each.verdict} for each in figures]


def _table(title: str, figures: list[Figure]) -> Table:
    """One line a figure; a column that none of them needs is left out."""
    rows = [
        {
            "what": each.what,
            "figure": _number(each.figure),
            "limit": _number(each.limit),
            "unit": each.unit,
            "ratio": "" if each.ratio is None else f"{each.ratio:.2f}",
            "at least": "" if each.at_least is None else f"{each.at_least:g}",
            "at most": "" if each.at_most is None else f"{each.at_most:g}",
            "proud": "" if each.proud is None else f"{each.proud:g}",
            "verdict": each.verdict,
            "note": each.note,
        }
        for each in figures
    ]
    table = Table(title=title)
    needed = [heading for heading in rows[0] if any(row[heading] for row in rows)]
    for heading in needed:
        words = heading in {"what", "unit", "verdict", "note"}
        table.add_column(heading, justify="left" if words else "right", no_wrap=not words)
    for row in rows:
        table.add_row(*(row[heading] for heading in needed))
    return table


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def _machine(server: str) -> dict[str, Any]:
    with psycopg.connect(server) as connection:
        version = connection.info.server_version
    return {
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "postgresql": f"{version // 10_000}.{version % 10_000}",
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }


if __name__ == "__main__":
    main()
