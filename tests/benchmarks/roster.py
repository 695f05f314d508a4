"""A roster of a clerk's file held against the register in SQLite, and written: new, then again, then changed.

The limit is the driver itself: the same rows of members, households and their lines in the journal, in
statements of many rows, into tables with the same indexes, in the same run. The first figure is the import of
everybody from the first byte read; then the same list again, which changes nothing; then one in which one
person in ten has moved.
"""

from __future__ import annotations

import csv
import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

import gridpoints
from gridpoints.cli import COLLECT
from gridpoints.exchange import Community
from gridpoints.sheets.layouts import MEMBERS
from gridpoints.sheets.reading import open_table
from gridpoints.sheets.reconciling import Mark, reconcile
from tests.benchmarks.measure import COMMUNITY, RULES, Figure, Run

ROWS, QUICK_ROWS = 100_000, 2_000
TO_A_HOUSE, HOUSES_TO_A_GRID = 3, 300
#: One person in so many has moved in the last list.
MOVED = 10
#: At most, and as a ratio to the driver.
SECONDS, RATIO = 20, 6

OF_TABLE = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
TABLES = ("gridpoints_grid", "gridpoints_household", "gridpoints_member", "gridpoints_change")


def run(bench: Run) -> Iterator[Figure]:
    """The import and both ways of doing it again, each against what the driver needs."""
    gc.set_threshold(*COLLECT)
    size = QUICK_ROWS if bench.quick else ROWS
    store = bench.sqlite("roster")
    file = bench.folder / "roster.csv"
    with gridpoints.open(f"sqlite:///{store}") as exchange:
        village = exchange.found(COMMUNITY, name="Bench", timezone="UTC", rules=RULES)
        _write(file, size, moved=False)
        began = process_time()
        new = _seconds(village, file, {Mark.NEW: size})
        own = process_time() - began
        same = _seconds(village, file, {Mark.SAME: size})
        _write(file, size, moved=True)
        moved = _seconds(village, file, {Mark.SAME: size - size // MOVED, Mark.MOVED: size // MOVED})
    raw = _raw(store, bench.sqlite("raw"))
    yield Figure(
        f"sqlite, {size:,} rows imported", new, "s", at_most=SECONDS, note=f"{own:.1f} s of the processor"
    )
    yield Figure("the same against the raw driver", new, "s", limit=raw, at_most=RATIO)
    yield Figure(f"sqlite, the same {size:,} rows again", same, "s", at_most=SECONDS)
    yield Figure(f"sqlite, {size:,} rows, one person in {MOVED} moved", moved, "s", at_most=SECONDS)


def _write(file: Path, size: int, *, moved: bool) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["number", "name", "household", "grid"])
        for n in range(size):
            house = n // TO_A_HOUSE + (1 if moved and n % MOVED == 0 else 0) * TO_A_HOUSE
            rows.writerow([f"N{n}", f"Member {n}", f"House {house}", f"Grid {house // HOUSES_TO_A_GRID}"])


def _seconds(village: Community, file: Path, expected: dict[Mark, int]) -> float:
    start = perf_counter()
    with open_table(file, MEMBERS) as table:
        found = reconcile(village.context, table, complete=True)
    seconds = perf_counter() - start
    assert found.counts == expected, found.counts
    return seconds


def _raw(store: Path, copy: Path) -> float:
    """What the driver needs for the rows that are there, into empty tables with the same indexes."""
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(copy)) as target:
        target.execute("PRAGMA journal_mode = WAL")
        rows = {}
        for table in TABLES:
            for [sql] in source.execute(OF_TABLE, [table]):
                target.execute(sql)
            rows[table] = source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        target.commit()
        start = perf_counter()
        for table, values in rows.items():
            holes = ", ".join("?" * len(values[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({holes})", values)  # noqa: S608
        target.commit()
        return perf_counter() - start
