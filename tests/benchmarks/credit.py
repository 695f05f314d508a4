"""Deeds of a clerk's file, credited into SQLite: from the first byte read to the last entry sealed.

Sixty deeds with limits on the member's month and the household's year, points that expire, and the
explanation of each award. The file grows and the rate must not fall: each size is a store of its own, of
a community with the same members, who do more. The limits grow with what they do, so that one is
reached now and then, not by everybody. Garbage is collected as seldom as in the command line.
"""

from __future__ import annotations

import csv
import gc
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import gridpoints
from gridpoints.cli import COLLECT
from gridpoints.community.model import Member
from gridpoints.exchange import Community
from gridpoints.sheets.deeds import DeedOutcome, credit
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table
from tests.benchmarks.measure import COMMUNITY, Figure, Run

SIZES, QUICK_SIZES = (10_000, 100_000, 1_000_000), (1_000, 5_000)
AT_LEAST = 12_000
MEMBERS, QUICK_MEMBERS, TO_A_HOUSE = 10_000, 500, 3
#: Of the rows, so many at least must have given points: an award of nothing posts nothing.
GIVING = 0.9
#: Where the rate with more rows may fall to, of that with the fewest.
FLAT = 0.8

RULES = """\
gridpoints: 1
code: bench
version: "1"
name: {en: Benchmark}
source: written for the benchmark
from: 2020-01-01
units: {points: {name: {en: points}, expires: {years: 1}}}
limits:
  month: {period: month, most: MONTH, excess: clip}
  house: {period: year, most: YEAR, excess: clip, scope: household}
deeds:
""" + "\n".join(
    f"  d{n}: {{name: {{en: Deed {n}}}, points: {{per: hour, amount: {n % 7 + 1}, round: half}}}}"
    for n in range(60)
)
#: Points in a member's month, and in a household's year, for each row that the file has for a member.
MONTH, YEAR = 6, 50


def run(bench: Run) -> Iterator[Figure]:
    """One figure for each size of the file."""
    gc.set_threshold(*COLLECT)
    first = None
    for size in QUICK_SIZES if bench.quick else SIZES:
        rate = _rate(bench, size, QUICK_MEMBERS if bench.quick else MEMBERS)
        yield Figure(f"sqlite, {size:,} rows", rate, "deeds/s", at_least=AT_LEAST)
        if first is not None:
            yield Figure(
                f"sqlite, {size:,} rows against the fewest", rate, "deeds/s", limit=first, at_least=FLAT
            )
        first = first or rate


def _rate(bench: Run, size: int, members: int) -> float:
    each = max(1, size // members)
    rules = RULES.replace("MONTH", str(MONTH * each)).replace("YEAR", str(YEAR * each))
    file = bench.folder / f"deeds-{size}.csv"
    with gridpoints.open(f"sqlite:///{bench.sqlite(f'credit-{size}')}") as exchange:
        village = exchange.found(COMMUNITY, name="Bench", timezone="UTC", rules=rules)
        _write(file, size, _people(village, members))
        start = perf_counter()
        with open_table(file, DEEDS) as table:
            giving = sum(_gives(outcome) for outcome in credit(village.context, table))
        village.ledger.seal()
        seconds = perf_counter() - start
    assert giving >= GIVING * size, f"only {giving} of {size} deeds gave points"
    file.unlink()
    return size / seconds


def _gives(outcome: DeedOutcome) -> bool:
    assert outcome.award is not None, outcome.problem
    return outcome.award.awarded > 0


def _people(village: Community, count: int) -> list[Member]:
    with village.transaction():
        grid = village.community.add_grid("one")
        homes = [village.community.add_household(grid.id, str(n)) for n in range(count // TO_A_HOUSE)]
        return village.community.enrol_all(
            village.community.applicant(f"M{n}", household_id=homes[n % len(homes)].id, number=f"N{n}")
            for n in range(count)
        )


def _write(file: Path, size: int, people: list[Member]) -> None:
    chance = random.Random(size)
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["record", "number", "deed", "day", "quantity"])
        for n in range(size):
            day = date(2025, 1, 1) + timedelta(days=chance.randrange(365))
            member, hours = chance.choice(people), chance.choice(("1", "1.5", "2", "3"))
            rows.writerow([f"r{n}", member.number, f"d{chance.randrange(60)}", day.isoformat(), hours])
