"""A rule set of 60 deeds under limits: loaded, judged with and without the explanation, simulated.

Judging is held against a fixed rate, and beside it stands a closure in plain Python that does the same
arithmetic of the same limits and nothing else. A million deeds are simulated in a process of its own, that
does nothing else; measured is its time and the most memory that it ever had resident. Garbage is collected
as seldom there as in the command line.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from time import perf_counter

from gridpoints.cli import COLLECT
from gridpoints.rules.case import Deed, Scope
from gridpoints.rules.loading import load
from gridpoints.rules.model import RuleSet
from gridpoints.rules.simulation import Past, simulate
from tests.benchmarks import measure, village
from tests.benchmarks.measure import Figure, Run

JUDGED, QUICK_JUDGED = 60_000, 3_000
SIMULATED, QUICK_SIMULATED = 1_000_000, 10_000
EXPLAINED_A_SECOND, JUDGED_A_SECOND = 60_000, 150_000
MOST_SECONDS, MOST_MEGABYTES = 15, 500

#: A deed with its subjects, and, for the closure, its category, its points, its month and its year.
Judged = tuple[Deed, dict[Scope, str]]
Plain = tuple[str, int, str, str, date, date]


def run(bench: Run) -> Iterator[Figure]:
    start = perf_counter()
    rules = load(village.rules())
    yield Figure("loaded", (perf_counter() - start) * 1_000, "ms", note=f"{len(rules.deeds)} deeds")
    deeds = list(_deeds(QUICK_JUDGED if bench.quick else JUDGED))
    plain = _plain(rules, deeds)
    explained, judged, closure = measure.medians(
        lambda: measure.rate(_judge(rules, explained=True), deeds, len(deeds)),
        lambda: measure.rate(_judge(rules, explained=False), deeds, len(deeds)),
        lambda: measure.rate(_closure(), plain, len(plain)),
    )
    for what, figure, least in (
        ("judged, with the explanation", explained, EXPLAINED_A_SECOND),
        ("judged, without it", judged, JUDGED_A_SECOND),
    ):
        yield Figure(what, figure, "deeds/s", at_least=least)
        yield Figure(f"{what}, and a closure", figure, "deeds/s", limit=closure)
    size = QUICK_SIMULATED if bench.quick else SIMULATED
    command = [sys.executable, "-m", "tests.benchmarks.rules", str(size)]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    yield Figure(f"{size:,} deeds simulated", told["seconds"], "s", at_most=MOST_SECONDS)
    yield Figure("most memory of it", told["most"], "MB", at_most=MOST_MEGABYTES)


def _deeds(count: int) -> Iterator[Judged]:
    for code, day, quantity, member, house in village.deeds(count):
        subjects = {Scope.MEMBER: member, Scope.HOUSEHOLD: house, Scope.COMMUNITY: "village"}
        yield Deed(code, day, quantity), subjects


def _judge(rules: RuleSet, *, explained: bool) -> Callable[[Sequence[Judged]], None]:
    def judge(deeds: Sequence[Judged]) -> None:
        used: defaultdict[str, int] = defaultdict(int)
        for deed, subjects in deeds:
            judged = rules.judge(deed, subjects, used.__getitem__, explained=explained)
            for key, amount in judged.uses.items():
                used[key] += amount

    return judge


def _plain(rules: RuleSet, deeds: Sequence[Judged]) -> list[Plain]:
    """What the closure is given: the points that each deed asks for are reckoned before."""
    return [
        (
            rules.deeds[deed.code].category,
            rules.judge(deed, subjects, lambda key: 0, explained=False).wanted,
            subjects[Scope.MEMBER],
            subjects[Scope.HOUSEHOLD],
            deed.day.replace(day=1),
            deed.day.replace(month=1, day=1),
        )
        for deed, subjects in deeds
    ]


def _closure() -> Callable[[Sequence[Plain]], None]:
    used: defaultdict[tuple[str, str, date], int] = defaultdict(int)

    def closure(deeds: Sequence[Plain]) -> None:
        for category, wanted, member, house, month, year in deeds:
            mine, ours, all_of_us = (category, member, month), ("house", house, year), ("all", "", year)
            given = min(wanted, village.MOST - used[mine], village.HOUSE_MOST - used[ours])
            if 0 < given <= village.EVERYBODY_MOST - used[all_of_us]:
                used[mine] += given
                used[ours] += given
                used[all_of_us] += given

    return closure


def _simulate(count: int) -> None:
    """Simulate so many deeds, and print how long it took and what the process had resident at most."""
    gc.set_threshold(*COLLECT)
    rules = load(village.rules())
    unit = rules.units["points"]
    past = (
        Past(deed, subjects, (unit, 50), subjects[Scope.HOUSEHOLD][:2]) for deed, subjects in _deeds(count)
    )
    start = perf_counter()
    found = simulate(rules, past)
    seconds = perf_counter() - start
    assert found.deeds == count
    print(json.dumps({"seconds": seconds, "most": measure.most_resident()}))


if __name__ == "__main__":
    _simulate(int(sys.argv[1]))
